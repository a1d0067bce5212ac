"""`python -m twin locate`: files in, positions out, and what it says of bad files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from twin.__main__ import main

HALL = [[0, 0], [12, 0], [12, 8], [0, 8], [0, 0]]
GATEWAYS = [("a", 0.5, 0.5), ("b", 11.5, 0.5), ("c", 0.5, 7.5), ("d", 11.5, 7.5)]
HEADS = {
    "gateways": "gateway_id,x,y,z",
    "readings": "track,t,gateway_id,rssi",
    "epochs": "track,t",
    "survey": "point,x,y,z,floor,gateway_id,rssi",
    "outline": "x,y",
}


def rssi(x: float, y: float, gateway: int) -> float:
    _, gx, gy = GATEWAYS[gateway]
    return round(-59 - 20 * float(np.log10(max(np.hypot(x - gx, y - gy), 1.0))), 1)


class Done(NamedTuple):
    code: int
    out: str
    error: str
    rows: list[dict[str, str]]

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.out)


Locate = Callable[..., Done]


def feature(name: str, ring: list, floor: object = 0) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"room_id": name, "floor": floor}, "geometry": geometry}


@pytest.fixture
def locate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Locate:
    """Run the command on a hall with a tag at (3, 3); keywords replace the lines of a file, or a whole file (bytes)."""
    good = {
        "gateways": [f"{name},{x},{y},2.5" for name, x, y in GATEWAYS],
        "readings": [f"k,{t},{GATEWAYS[g][0]},{rssi(3, 3, g)}" for t in range(10) for g in range(4)],
        "epochs": [f"k,{t}" for t in range(10)],
    }

    def run(*options: str, without: tuple[str, ...] = (), rooms: object = None, **files: list[str] | bytes) -> Done:
        arguments = ["locate"]
        collection = {"type": "FeatureCollection", "features": [feature("hall", HALL)]}
        (tmp_path / "rooms.geojson").write_text(json.dumps(collection if rooms is None else rooms), encoding="utf-8")
        if "rooms" not in without:
            arguments += ["--rooms", str(tmp_path / "rooms.geojson")]
        for name, lines in (good | files).items():
            path = tmp_path / f"{name}.csv"
            if isinstance(lines, bytes):
                path.write_bytes(lines)
            else:
                path.write_text("\n".join((HEADS[name], *lines)) + "\n", encoding="utf-8")
            arguments += [f"--{name}", str(path)]
        out = tmp_path / "out.csv"
        if "--out" not in options:
            arguments += ["--out", str(out)]
        try:
            code = main([*arguments, *options])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        rows = []
        if out.exists():
            head, *lines = out.read_text(encoding="utf-8").splitlines()
            rows = [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]
        return Done(code, told.out, told.err, rows)

    return run


def test_a_tag_at_rest_is_found(locate: Locate):
    done = locate("--json")
    assert done.code == 0
    assert done.told == {"epochs": 10, "located": 10, "dropped": {}, "problems": []}
    assert list(done.rows[0]) == ["track", "t", "x", "y", "floor", "room_id", "p_room", "r90"]
    last = done.rows[-1]
    assert np.hypot(float(last["x"]) - 3, float(last["y"]) - 3) < 1.5
    assert (last["floor"], last["room_id"], float(last["p_room"])) == ("0", "hall", 1.0)
    assert float(last["r90"]) > 1


def test_answers_come_in_the_order_of_the_epochs_and_as_they_were_written(locate: Locate):
    done = locate(epochs=["k,7.50", "k,003", "k,5", "k,7.50"])
    assert [row["t"] for row in done.rows] == ["7.50", "003", "5", "7.50"]
    assert done.rows[0] == done.rows[3]
    assert "4 of 4 epochs located; dropped: nothing" in done.out


def survey_everywhere(floor: int) -> list[str]:
    return [
        f"p{x}{y},{x},{y},1.1,{floor},{GATEWAYS[g][0]},{rssi(x, y, g) - 4}"
        for x in range(1, 12, 2)
        for y in range(1, 8, 2)
        for g in range(4)
    ]


def test_a_survey_alone_is_enough(locate: Locate):
    done = locate("--json", without=("rooms",), survey=survey_everywhere(0))
    assert done.told["located"] == 10
    assert {(row["floor"], row["room_id"]) for row in done.rows} == {("0", "")}


def test_where_gateways_hang_need_not_be_known(locate: Locate):
    blind = [f"{name},,,2.5" for name, _, _ in GATEWAYS]
    done = locate("--json", without=("rooms",), survey=survey_everywhere(0), gateways=blind)
    assert np.hypot(float(done.rows[-1]["x"]) - 3, float(done.rows[-1]["y"]) - 3) < 3


def test_a_survey_of_another_floor_alone_is_enough(locate: Locate):
    done = locate("--json", without=("rooms",), survey=survey_everywhere(2))
    assert {row["floor"] for row in done.rows} == {"2"}


def test_with_neither_rooms_nor_survey_there_is_no_answer(locate: Locate):
    done = locate(without=("rooms",))
    assert done.code == 2
    assert "give --rooms or --survey" in done.error


def test_a_track_that_is_never_heard_and_time_before_the_first_reading_are_blank(locate: Locate):
    done = locate("--json", epochs=["k,-5", "k,5", "ghost,5"])
    assert done.told["located"] == 1
    assert [row["x"] for row in done.rows if row["x"]] == [done.rows[1]["x"]]
    for row in (done.rows[0], done.rows[2]):
        assert {row[name] for name in ("x", "y", "floor", "room_id", "p_room", "r90")} == {""}


@pytest.mark.parametrize("lag", ["-1", "61", "soon"])
def test_a_lag_has_limits(locate: Locate, lag: str):
    assert locate("--lag", lag).code == 2


def test_lag_is_taken(locate: Locate):
    assert locate("--json", "--lag", "5").told["located"] == 10


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("k,1,a,0", "readings without a believable RSSI"),
        ("k,1,a,127", "readings without a believable RSSI"),
        ("k,1,a,-128", "readings without a believable RSSI"),
        ("k,1,a,nan", "readings without a believable RSSI"),
        ("k,1,a,", "readings without a believable RSSI"),
        ("k,1,a,loud", "readings without a believable RSSI"),
        ("k,,a,-60", "readings without a time"),
        ("k,inf,a,-60", "readings without a time"),
        ("k,noon,a,-60", "readings without a time"),
        ("k,1,stranger,-60", "readings of unknown gateways"),
        ("k,1,,-60", "readings of unknown gateways"),
    ],
)
def test_a_bad_reading_is_dropped_and_counted(locate: Locate, row: str, reason: str):
    good = [f"k,{t},{GATEWAYS[g][0]},{rssi(3, 3, g)}" for t in range(10) for g in range(4)]
    plain = locate("--json")
    done = locate("--json", readings=[*good, row, row])
    assert done.code == 0
    assert done.told["dropped"] == {reason: 2}
    assert done.rows == plain.rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("p,3,3,1.1,0,a,0", "survey rows without a believable RSSI"),
        ("p,3,3,1.1,0,a,127", "survey rows without a believable RSSI"),
        ("p,nan,3,1.1,0,a,-60", "survey rows without a place"),
        ("p,3,,1.1,0,a,-60", "survey rows without a place"),
        ("p,3,3,1.1,,a,-60", "survey rows without a place"),
        ("p,3,3,1.1,0,stranger,-60", "survey rows of unknown gateways"),
        ("p,40,3,1.1,0,a,-60", "survey rows in walls"),
    ],
)
def test_a_bad_survey_row_is_dropped_and_counted(locate: Locate, row: str, reason: str):
    good = [f"q,5,5,1.1,0,{GATEWAYS[g][0]},{rssi(5, 5, g)}" for g in range(4)]
    done = locate("--json", survey=[*good, row])
    assert done.code == 0
    assert done.told["dropped"] == {reason: 1}
    assert done.told["located"] == 10


def test_a_survey_point_in_a_wall_between_rooms_is_dropped(locate: Locate):
    outline = ["0,0", "5,0", "5,3", "7,3", "7,0", "12,0", "12,8", "7,8", "7,4", "5,4", "5,8", "0,8"]
    survey = [f"{name},{x},{y},1.1,0,a,-60" for name, x, y in (("in", 2, 2), ("wall", 6, 6), ("door", 6, 3.5))]
    halves = [feature("west", [[0, 0], [5, 0], [5, 8], [0, 8], [0, 0]]),
              feature("east", [[7, 0], [12, 0], [12, 8], [7, 8], [7, 0]])]  # fmt: skip
    done = locate("--json", survey=survey, outline=outline, rooms={"features": halves})
    assert done.told["dropped"] == {"survey rows in walls": 1}
    assert {row["room_id"] for row in done.rows} == {"west"}


def test_a_survey_without_heights_takes_the_usual_one(locate: Locate):
    done = locate("--json", survey=["p,3,3,,0,a,-70", "p,3,3,x,0,b,-80"])
    assert (done.code, done.told["dropped"], done.told["located"]) == (0, {}, 10)


def test_a_gateway_far_outside_and_two_at_one_place_are_said(locate: Locate):
    lines = [*(f"{name},{x},{y},2.5" for name, x, y in GATEWAYS), "e,0.5,0.6,2.5", "f,900,900,2.5"]
    done = locate("--json", gateways=lines)
    assert done.code == 0
    assert done.told["located"] == 10
    same, far = done.told["problems"]
    assert "a and e are at one place" in same
    assert "f is more than 30 m outside" in far
    assert "at one place" in locate(gateways=lines).error


@pytest.mark.parametrize(
    ("file", "lines", "said"),
    [
        ("gateways", ["a,x,1,2"], ["gateways.csv line 2", "x is 'x'"]),
        ("gateways", [], ["gateways.csv", "lists no gateway"]),
        ("epochs", ["k,1", "k,", "k,later"], ["epochs.csv line 3: t is ''", "epochs.csv line 4: t is 'later'"]),
        ("epochs", ["k,nan"], ["epochs.csv line 2"]),
        ("outline", ["0,0", "1,1"], ["outline.csv", "closed polygon"]),
    ],
)
def test_a_bad_line_stops_it_and_is_named(locate: Locate, file: str, lines: list[str], said: list[str]):
    done = locate(**{file: lines})
    assert done.code == 2
    assert done.rows == []
    for text in said:
        assert text in done.error


@pytest.mark.parametrize("file", ["gateways", "readings", "epochs", "survey", "outline"])
@pytest.mark.parametrize(
    "content",
    [b"", b"one,two\n1,2\n", b"\xff\xfe\x00x\n", "gateway_id\né\n".encode("latin-1"), b"\x00\x00\x00", b"\n\n\n"],
)
def test_what_is_no_such_table_is_named(locate: Locate, file: str, content: bytes):
    done = locate(**{file: content})
    assert done.code == 2
    assert f"{file}.csv" in done.error


@pytest.mark.parametrize("file", ["readings", "epochs", "survey"])
def test_a_row_with_too_many_cells_is_named_with_its_line(locate: Locate, file: str):
    done = locate(**{file: (HEADS[file] + "\n1,1,1,1,1,1,1\n1,1,1,1,1,1,1,1,1,1,1,1\n").encode()})
    assert done.code in (0, 2)
    if done.code == 2:
        assert f"{file}.csv" in done.error


def test_nothing_asked_gives_an_empty_answer(locate: Locate):
    done = locate("--json", epochs=[])
    assert (done.code, done.told["epochs"], done.rows) == (0, 0, [])


def test_nothing_heard_gives_blanks(locate: Locate):
    done = locate("--json", readings=[])
    assert (done.code, done.told["located"], len(done.rows)) == (0, 0, 10)


def test_a_survey_of_no_rows_is_no_survey(locate: Locate):
    assert locate("--json", survey=[]).told["located"] == 10


@pytest.mark.parametrize(
    "rooms", [[], {"features": [7]}, {"features": [feature("bow", [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])]}]
)
def test_bad_rooms_are_named(locate: Locate, rooms: object):
    done = locate(rooms=rooms)
    assert done.code == 2
    assert "rooms.geojson" in done.error


@pytest.mark.parametrize("out", ["none/below/out.csv", "."])
def test_an_answer_that_cannot_be_written_is_said(locate: Locate, tmp_path: Path, out: str):
    done = locate("--out", str(tmp_path / out))
    assert done.code == 2
    assert f"Cannot write {tmp_path / out}" in done.error


@pytest.mark.parametrize("name", ["gateways", "readings", "epochs", "rooms", "survey", "outline"])
def test_a_file_that_is_not_there_is_named(locate: Locate, tmp_path: Path, name: str):
    done = locate(f"--{name}", str(tmp_path / "missing.x"))
    assert done.code == 2
    assert "missing.x" in done.error


def test_quotes_spaces_and_a_mark_are_read(locate: Locate):
    done = locate(
        "--json", epochs=b'\xef\xbb\xbftrack,t\n"k", 5\n', readings=b'track, t, gateway_id, rssi\nk, 5, "a", -60\n'
    )
    assert done.code == 0
    assert done.told["located"] == 1


def test_names_of_tracks_are_kept_as_they_are(locate: Locate):
    readings = [f"{track},5,a,-60" for track in ("007", "7", "é", "NA")]
    done = locate("--json", readings=readings, epochs=["007,5", "7,5", "é,5", "NA,5", "7.0,5"])
    assert [row["track"] for row in done.rows] == ["007", "7", "é", "NA", "7.0"]
    assert done.told["located"] == 4


def test_rooms_of_several_floors(locate: Locate):
    lines = [
        *(f"{name},{x},{y},2.5,0" for name, x, y in GATEWAYS),
        *(f"u{name},{x},{y},2.5,1" for name, x, y in GATEWAYS),
    ]
    readings = [f"k,{t},u{GATEWAYS[g][0]},{rssi(3, 3, g)}" for t in range(10) for g in range(4)]
    done = locate(
        "--json",
        rooms={"features": [feature("down", HALL, 0), feature("up", HALL, 1)]},
        gateways=("gateway_id,x,y,z,floor\n" + "\n".join(lines)).encode(),
        readings=readings,
    )
    assert done.code == 0
    assert (done.rows[-1]["floor"], done.rows[-1]["room_id"]) == ("1", "up")
