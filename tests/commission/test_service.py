"""What the twin does when people walk a survey and move gateways."""

from __future__ import annotations

import csv
from typing import Any

import msgspec
import pytest

from twin.commission import points
from twin.commission.gateways import Row
from twin.commission.shelf import revision


def saved(stage: Any, rows: list[Row], base: str | None = None) -> Any:
    listed = revision(stage.settings.gateway_list)
    return stage.ask("gateways.save", rows=msgspec.to_builtins(rows), base=listed if base is None else base)


def test_a_stand_becomes_a_point_with_one_line_a_reading(stage: Any):
    ended = stage.walked()
    assert (ended.data["state"], ended.data["point"], ended.data["readings"]) == ("stored", "1", 5)
    with stage.settings.survey.open() as file:
        lines = list(csv.DictReader(file))
    room = stage.site.rooms[20]
    assert len(lines) == 5
    assert [line["rssi"] for line in lines] == ["-60", "-61", "-62", "-80", "-82"]
    assert {line["gateway_id"] for line in lines} == {stage.site.gateways[3].mac, stage.site.gateways[7].mac}
    assert (lines[0]["floor"], lines[0]["z"]) == (str(stage.site.levels[room.level].ordinal), "1.10")
    assert float(lines[0]["x"]) == pytest.approx(room.x, abs=0.01)
    assert stage.intake.listener is None
    assert stage.walked().data["point"] == "2"
    assert len(points.read_lines(stage.settings.survey)) == 10


def test_progress_counts_what_is_heard(stage: Any):
    stage.stand(seconds=10.0)
    stage.hear(3, stage.now + 1.0, -60, -61)
    stage.hear(4, stage.now + 2.0, -70)
    stage.now += 4.0
    stage.service.step()
    told = stage.ask("survey.progress").data
    assert (told["state"], told["readings"], told["gateways"], told["passed"]) == ("collecting", 3, 2, 4.0)


def test_what_is_old_repeated_or_no_rssi_does_not_count(stage: Any):
    stage.stand()
    stage.hear(3, stage.now - 3.0, -60)
    stage.hear(3, stage.now + 1.0, 0, 127, -60)
    stage.hear(3, stage.now + 1.0, 0, 127, -60)
    assert stage.ask("survey.progress").data["readings"] == 1


def test_silence_is_said_and_nothing_is_stored(stage: Any):
    stage.stand()
    stage.now += 25.0
    stage.service.step()
    told = stage.ask("survey.progress").data
    assert told["state"] == "silent"
    assert "No gateway heard the tag" in told["text"]
    assert not stage.settings.survey.exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"x": -300.0}, "outside the building"),
        ({"tag": "C3FFFFFFFFFF"}, "not in the register"),
        ({"level": 9}, "no level number 9"),
        ({"z": 99.0}, "<= 10"),
        ({"seconds": 1e6}, "<= 120"),
        ({"x": "here"}, "Expected `float`"),
    ],
)
def test_a_stand_that_cannot_be_is_refused(stage: Any, other: dict[str, Any], says: str):
    reply = stage.stand(**other)
    assert not reply.ok
    assert says in reply.text
    assert stage.intake.listener is None


def test_nobody_stands_in_a_wall(stage: Any):
    wall = stage.site.walls(1).representative_point()
    reply = stage.stand(x=wall.x, y=wall.y, level=1)
    assert not reply.ok
    assert "in a wall" in reply.text


def test_one_stand_at_a_time_and_cancelling_stores_nothing(stage: Any):
    stage.stand()
    assert "Another stand" in stage.stand().text
    stage.hear(3, stage.now + 1.0, -60)
    assert stage.ask("survey.cancel").ok
    assert stage.ask("survey.progress").data["state"] == "cancelled"
    assert not stage.settings.survey.exists()
    assert stage.stand().ok


def test_no_stand_while_the_hospitals_time_is_unknown(stage: Any):
    stage.now = None
    assert "present" in stage.stand().text
    stage.service.step()


def test_points_are_deleted_and_older_surveys_kept(stage: Any):
    stage.walked()
    stage.walked()
    assert stage.ask("survey.delete", point="1").ok
    assert [p.point for p in points.points(points.read_lines(stage.settings.survey))] == ["2"]
    assert "no point" in stage.ask("survey.delete", point="1").text
    assert stage.ask("survey.delete", point="2").ok
    assert not stage.settings.survey.exists()
    versions = sorted(p.name for p in (stage.settings.survey.parent / "versions").iterdir())
    assert [name[:11] for name in versions] == ["survey-0001", "survey-0002", "survey-0003"]


def test_a_survey_is_imported_when_nothing_is_wrong_with_it(stage: Any):
    stage.walked()
    exported = stage.settings.survey.read_bytes()
    stage.ask("survey.delete", point="1")
    packed = msgspec.to_builtins(points.pack(exported))
    assert "1 points with 5 readings" in stage.ask("survey.import", packed=packed).text
    assert stage.settings.survey.read_bytes() == exported


def test_a_bad_survey_is_listed_by_line_and_the_old_one_stays(stage: Any):
    stage.walked()
    before = stage.settings.survey.read_bytes()
    bad = before.replace(b"1,", b"1,9", 1).replace(b"-61", b"loud")
    reply = stage.ask("survey.import", packed=msgspec.to_builtins(points.pack(bad)))
    assert not reply.ok
    assert any("line 3" in fault.text for fault in reply.faults)
    assert stage.settings.survey.read_bytes() == before
    for packed in (b"", b"no zlib", points.pack(b"x" * (points.MOST_BYTES + 1)), points.pack(b"\xff\xfe\x00")):
        assert not stage.ask("survey.import", packed=msgspec.to_builtins(packed)).ok
    assert stage.settings.survey.read_bytes() == before


def test_saving_gateways_keeps_the_old_list(stage: Any, rows: list[Row]):
    moved = [msgspec.structs.replace(rows[0], name="Moved", x="6.00"), *rows[1:]]
    reply = saved(stage, moved)
    assert reply.ok, reply
    listed = stage.settings.gateway_list
    assert listed == stage.settings.var / "site/gateways.csv"
    assert "AC233FC00000,Moved,G1,-1,6.00,35.65,2.70,/gw/ac233fc00000/status" in listed.read_text()
    assert reply.data["revision"] == revision(listed)
    first = next((stage.settings.var / "site/versions").glob("gateways-0001-*.csv"))
    assert first.read_bytes() == stage.settings.gateways.read_bytes()
    assert saved(stage, rows[:-1]).ok
    assert len(list((stage.settings.var / "site/versions").glob("gateways-*.csv"))) == 2


def test_faults_come_back_with_line_and_column_and_nothing_is_saved(stage: Any, rows: list[Row]):
    bad = [
        msgspec.structs.replace(rows[0], gateway_id="AC233"),
        msgspec.structs.replace(rows[1], x="400"),
        rows[2],
        msgspec.structs.replace(rows[3], gateway_id=rows[2].gateway_id),
        msgspec.structs.replace(rows[4], topic="elsewhere/x"),
        msgspec.structs.replace(rows[5], topic=rows[6].topic),
        msgspec.structs.replace(rows[7], x=rows[6].x, y=rows[6].y, floor=rows[6].floor),
        rows[6],
    ]
    reply = saved(stage, bad)
    assert not reply.ok
    found = {(fault.line, fault.column) for fault in reply.faults}
    assert found == {(1, "gateway_id"), (2, "x"), (4, "gateway_id"), (5, "topic"), (6, "topic"), (8, "x")}
    assert not (stage.settings.var / "site").exists()


def test_two_people_do_not_overwrite_each_other(stage: Any, rows: list[Row]):
    base = revision(stage.settings.gateway_list)
    assert saved(stage, rows[:-1], base).ok
    second = saved(stage, rows, base)
    assert not second.ok
    assert "Somebody else" in second.text


def test_a_gateway_that_goes_takes_its_readings_along(stage: Any, rows: list[Row]):
    stage.walked()
    gone = stage.site.gateways[3].mac
    reply = saved(stage, [row for row in rows if row.gateway_id != gone])
    assert "3 survey readings" in reply.text
    assert {line.gateway_id for line in points.read_lines(stage.settings.survey)} == {stage.site.gateways[7].mac}
    assert "reload" in stage.stand().text, "the engine still runs with the old list"


def test_an_empty_list_and_a_flood_are_refused(stage: Any, rows: list[Row]):
    assert "deaf" in saved(stage, []).text
    assert not saved(stage, rows * 100).ok
    assert not (stage.settings.var / "site").exists()


def test_it_says_which_files_the_engine_runs_with(stage: Any, rows: list[Row]):
    before = stage.ask("survey.progress").data["in_use"]
    assert before == {"gateways": revision(stage.settings.gateways), "survey": ""}
    saved(stage, rows[:-1])
    assert stage.ask("survey.progress").data["in_use"] == before


def test_a_disk_that_is_full_is_said(stage: Any, monkeypatch: pytest.MonkeyPatch):
    def full(*_a: object, **_k: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twin.commission.shelf.os.fsync", full)
    ended = stage.walked()
    assert ended.data["state"] == "failed"
    assert "No space left" in ended.data["text"]
    assert [p.name for p in stage.settings.survey.parent.iterdir()] == []
