"""Hospital, surveyor and twin together, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.__main__ import main
from twin.fidelity.report import Report, read_report

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def succeed(*arguments: str) -> None:
    with pytest.raises(SystemExit) as done:
        main([*arguments])
    assert done.value.code == 0


def run(var: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Report, str]:
    succeed("fidelity", *arguments)
    found = read_report(var / "fidelity/report.json")
    assert found
    return found, capsys.readouterr().out


def test_a_rehearsal_of_a_minute_gives_the_same_believable_report_twice(
    var: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("twin.verbs.fidelity.WARM_UP_S", 60.0)
    first, said = run(var, capsys, "--minutes", "1", "--seed", "1")
    assert "SIMULATED" in said
    assert not (var / "hospital").exists()
    assert not (var / "history.sqlite").exists()
    everybody = first.figures[0]
    assert everybody.n > 60 * 400
    assert everybody.error_median
    assert 0.5 < everybody.error_median < 5
    assert everybody.floor
    assert everybody.floor > 0.9
    assert first.run.survey_points is None
    kinds = first.of("kind")
    assert sum(f.n for f in kinds) == everybody.n == sum(f.n for f in first.of("motion"))
    assert sum(f.n for f in first.of("level")) == everybody.n
    again, printed = run(var, capsys, "--minutes", "1", "--seed", "1", "--json")
    assert again.figures == first.figures
    assert json.loads(printed)["simulated"] is True


def test_a_survey_is_walked_first_and_told_in_the_report(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("twin.verbs.fidelity.WARM_UP_S", 5.0)
    points = tmp_path / "points.csv"
    succeed("simulate-survey", "12", str(points), "--seed", "1")
    assert points.read_text().startswith("point,x,y,z,floor,gateway_id,rssi")
    found, _ = run(var, capsys, "--minutes", "1", "--survey", str(points))
    assert (found.run.survey, found.run.survey_points) == ("points.csv", 12)


def test_what_cannot_be_done_is_said(var: Path, capsys: pytest.CaptureFixture[str]):
    for arguments, said in (
        (["--live"], "let the simulated hospital run first"),
        (["--live", "--seed", "2"], "do not go with it"),
        (["--survey", "nowhere.csv"], "no survey at nowhere.csv"),
    ):
        assert main(["fidelity", *arguments]) == 2
        assert said in capsys.readouterr().err
