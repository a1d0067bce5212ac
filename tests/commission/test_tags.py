from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from twin.assets.down import read_down
from twin.commands import Desk, Reply
from twin.commission.shelf import revision
from twin.commission.tags import TagKeeping
from twin.model import Kind
from twin.settings import Settings
from twin.site import Site, load_tags

T = 1_795_428_000.0
FREE = "C3:99:00-00 00.01"


class Keeping:
    """The twin's side, with the register that people change."""

    def __init__(self, site: Site, var: Path) -> None:
        self.settings = Settings(var=var)
        self.site = site
        self.now: float | None = T
        self.desk = Desk(Counter())
        TagKeeping(self.settings, site, lambda: self.now).register(self.desk)
        self.asked = 0

    def ask(self, name: str, **arguments: Any) -> Reply:
        self.asked += 1
        if name.startswith("tags."):
            arguments = {"base": revision(self.settings.tag_list)} | arguments
        command = {"id": f"c{self.asked}", "name": name, "arguments": arguments}
        return msgspec.json.decode(self.desk.take(msgspec.json.encode(command)), type=Reply)

    def tags(self):
        return load_tags(self.settings.tag_list)

    def down(self):
        return read_down(self.settings.survey.with_name("down.csv"))

    def pump(self):
        return next(tag for tag in self.tags() if tag.type == "infusion_pump")


@pytest.fixture
def twin(site: Site, tmp_path: Path) -> Keeping:
    return Keeping(site, tmp_path)


NEW = {"type": "infusion_pump", "label": "Infusion pump 901", "home": "119", "model": "MBT02"}


def test_a_tag_in_any_writing_is_tied_to_a_thing(twin: Keeping) -> None:
    before = twin.tags()
    told = twin.ask("tags.associate", mac=FREE, **NEW)
    assert told.ok, told
    after = twin.tags()
    assert after[:-1] == before  # everybody keeps their place
    assert (after[-1].mac, after[-1].kind, after[-1].label, after[-1].home) == (
        "C39900000001", Kind.ASSET, "Infusion pump 901", "119",
    )  # fmt: skip
    assert told.data["revision"] == revision(twin.settings.tag_list)


@pytest.mark.parametrize(
    ("changed", "column", "part"),
    [
        ({"mac": "C3:99"}, "mac", "12 hex digits"),
        ({"label": " "}, "label", "label"),
        ({"label": "infusion PUMP 002"}, "label", "is the label of tag"),
        ({"type": "Infusion pump"}, "type", "type"),
        ({"home": "XX9"}, "home", "no room XX9"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(twin: Keeping, changed: dict[str, str], column: str, part: str) -> None:
    told = twin.ask("tags.associate", **({"mac": FREE} | NEW | changed))
    assert not told.ok
    assert [fault.column for fault in told.faults] == [column]
    assert part in told.faults[0].text
    assert not (twin.settings.survey.with_name("tags.csv")).exists()


def test_a_tag_that_is_taken_says_by_whom(twin: Keeping) -> None:
    pump = twin.pump()
    told = twin.ask("tags.associate", mac=pump.mac.lower(), **NEW)
    assert pump.label in told.faults[0].text


def test_a_gateway_is_no_tag(twin: Keeping) -> None:
    told = twin.ask("tags.associate", mac=twin.site.gateways[0].mac, **NEW)
    assert "gateway" in told.faults[0].text


def test_two_who_edit_at_once_do_not_undo_each_other(twin: Keeping) -> None:
    base = revision(twin.settings.tag_list)
    assert twin.ask("tags.associate", mac=FREE, **NEW).ok
    told = twin.ask("tags.associate", mac="C39900000002", **(NEW | {"label": "P 902"}), base=base)
    assert not told.ok
    assert "Somebody else" in told.text
    assert len(twin.tags()) == 576


def test_a_tag_is_taken_off_and_the_old_list_kept(twin: Keeping) -> None:
    pump = twin.pump()
    twin.ask("assets.down", mac=pump.mac, note="x")
    assert twin.ask("tags.dissociate", mac=pump.mac).ok
    assert pump.mac not in {tag.mac for tag in twin.tags()}
    assert [tag.index for tag in twin.tags()] == list(range(574))
    assert twin.down() == {}
    versions = list((twin.settings.survey.parent / "versions").glob("tags-*.csv"))
    assert any(pump.mac in path.read_text() for path in versions)
    assert twin.ask("tags.associate", mac=pump.mac, **NEW).ok


def test_only_equipment_is_changed_here(twin: Keeping) -> None:
    patient = next(tag for tag in twin.tags() if tag.kind == Kind.PATIENT)
    for name, more in (("tags.dissociate", {}), ("tags.rename", NEW), ("assets.down", {})):
        told = twin.ask(name, mac=patient.mac, **{key: value for key, value in more.items() if key != "model"})
        assert not told.ok
        assert "no equipment" in told.text


def test_a_thing_gets_another_label_and_home(twin: Keeping) -> None:
    pump = twin.pump()
    assert twin.ask("tags.rename", mac=pump.mac, type=pump.type, label=pump.label, home="119").ok
    assert twin.pump().home == "119"
    assert twin.ask("tags.rename", mac=pump.mac, type="syringe_pump", label="Syringe pump 999", home="").ok
    found = next(tag for tag in twin.tags() if tag.mac == pump.mac)
    assert (found.type, found.label, found.home, found.index) == ("syringe_pump", "Syringe pump 999", "", pump.index)


def test_down_until_it_is_repaired(twin: Keeping) -> None:
    pump = twin.pump()
    assert twin.ask("assets.down", mac=pump.mac, note=" cracked\n casing ").ok
    assert twin.down() == {pump.mac: (T, "cracked casing")}
    assert twin.ask("assets.repaired", mac=pump.mac).ok
    assert twin.down() == {}
    assert "not marked" in twin.ask("assets.repaired", mac=pump.mac).text


def test_nobody_can_be_marked_before_the_twin_knows_the_time(twin: Keeping) -> None:
    twin.now = None
    assert "caught up" in twin.ask("assets.down", mac=twin.pump().mac).text


@pytest.mark.parametrize("name", ["tags.associate", "tags.rename", "tags.dissociate", "assets.down", "assets.repaired"])
def test_nonsense_is_refused_in_words(twin: Keeping, name: str) -> None:
    for arguments in ({}, {"mac": 5}, {"mac": "x" * 500}, {"mac": "C30000000000", "kind": "patient", **NEW}):
        told = twin.ask(name, **arguments)
        assert not told.ok
        assert told.text
