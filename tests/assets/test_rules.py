from __future__ import annotations

from pathlib import Path

import pytest

from twin.assets import read_rules
from twin.errors import SettingsError
from twin.settings import ROOT
from twin.site import Site


@pytest.fixture
def faults_of(tmp_path: Path, site: Site):
    def read(text: str) -> str:
        path = tmp_path / "assets.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            read_rules(path, site)
        return str(caught.value)

    return read


def test_the_shipped_rules_fit_the_shipped_building(site: Site) -> None:
    rules = read_rules(ROOT / "data/assets.toml", site)
    assert rules.idle == ()
    assert rules.rules
    assert all(0 <= par.critical < par.target for par in rules.pars)


def test_all_faults_are_told_at_once_with_their_lines(faults_of) -> None:
    told = faults_of(
        """
[[rule]]
status = "clen"

[[rule]]
status = "dirty"
spaces = []

[[par]]
type = "bed"
target = 2
critical = 2
department = "icu"

[walk]
speed_m_s = -1
"""
    )
    assert "assets.toml" in told
    assert "line 2, rule 1: status:" in told
    assert "line 5, rule 2: spaces:" in told
    assert "line 9, par 1: critical (2) must be less than target (2)" in told
    assert "line 15, walk: speed_m_s:" in told


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[[par]]\ntype = 'bed'\ntarget = 2\ncritical = 0\n", "either `department` or `space`"),
        ("[[rule]]\nstatus = 'dirty'\nroom = ['1']\n", "room"),
        ("[rule]\nstatus = 'dirty'\n", "[[rule]]"),
        ("[rules]\na = 1\n", "unknown key 'rules'"),
        ("[[rule\n", "not valid TOML"),
        (
            "[[par]]\ntype='a'\nspace='store'\ntarget=2\ncritical=0\n[[par]]\ntype='a'\nspace='store'\ntarget=3\ncritical=0\n",
            "the same type and place as in line 1",
        ),
    ],
)
def test_what_is_wrong_is_named(faults_of, text: str, part: str) -> None:
    assert part in faults_of(text)


def test_a_missing_file_is_told(tmp_path: Path, site: Site) -> None:
    with pytest.raises(SettingsError, match=r"Cannot read .*nothing\.toml"):
        read_rules(tmp_path / "nothing.toml", site)


def test_places_of_another_building_are_told_but_no_fault(tmp_path: Path, site: Site) -> None:
    path = tmp_path / "assets.toml"
    path.write_text("[[rule]]\nstatus = 'dirty'\ndepartments = ['moon', 'icu']\nrooms = ['XX9']\n", encoding="utf-8")
    idle = read_rules(path, site).idle
    assert idle == ("rule 1: the building has no department moon", "rule 1: the building has no room XX9")
