"""The survey file: read, written, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.errors import SiteError
from twin.site import Site
from twin.site.survey import COLUMNS, Survey, assemble, read_survey, write_survey

HEAD = ",".join(COLUMNS)


@pytest.fixture
def good(demo: Site) -> dict[str, str]:
    """The cells of one good line."""
    room = next(r for r in demo.rooms if r.level == 1 and r.area > 12)
    floor = str(demo.levels[1].ordinal)
    values = ("p1", f"{room.x:.2f}", f"{room.y:.2f}", "1.1", floor, demo.gateways[3].mac, "-63")
    return dict(zip(COLUMNS, values, strict=True))


def written(folder: Path, *lines: dict[str, str], head: str = HEAD) -> Path:
    path = folder / "survey.csv"
    path.write_text("\n".join((head, *(",".join(line.values()) for line in lines))) + "\n", encoding="utf-8")
    return path


def refused(path: Path, site: Site) -> tuple[str, ...]:
    with pytest.raises(SiteError) as error:
        read_survey(path, site)
    assert str(path) in str(error.value)
    return error.value.problems


def test_a_good_line_is_read(demo: Site, good, tmp_path: Path):
    survey = read_survey(written(tmp_path, good, good | {"rssi": "-70.5"}), demo)
    assert survey.point == ("p1",)
    assert survey.level.tolist() == [1]
    assert survey.at.tolist() == [0, 0]
    assert survey.gateway.tolist() == [3, 3]
    assert survey.rssi.tolist() == [-63.0, -70.5]
    assert survey.z.tolist() == [1.1]


def test_further_columns_a_mark_and_separators_in_macs_are_fine(demo: Site, good, tmp_path: Path):
    mac = ":".join(good["gateway_id"][i : i + 2] for i in range(0, 12, 2)).lower()
    path = written(tmp_path, good | {"gateway_id": mac, "heard": "t"}, head="\ufeff" + HEAD + ",heard")
    assert read_survey(path, demo).gateway.tolist() == [3]


def test_a_head_alone_is_an_empty_survey(demo: Site, tmp_path: Path):
    survey = read_survey(written(tmp_path), demo)
    assert survey.point == ()
    assert len(survey.rssi) == len(survey.x) == 0


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("point", "", "has no point"),
        ("x", "nan", "x is 'nan'"),
        ("x", "", "x is ''"),
        ("y", "inf", "y is 'inf'"),
        ("z", "high", "z is 'high'"),
        ("floor", "77", "no level's ordinal"),
        ("floor", "", "no level's ordinal"),
        ("gateway_id", "AABBCCDDEEFF", "not in the gateway list"),
        ("gateway_id", "", "not in the gateway list"),
        ("rssi", "0", "rssi is '0'"),
        ("rssi", "127", "rssi is '127'"),
        ("rssi", "-128", "rssi is '-128'"),
        ("rssi", "nan", "rssi is 'nan'"),
        ("rssi", "loud", "rssi is 'loud'"),
        ("x", "-900", "is in no room of its floor"),
    ],
)
def test_a_bad_cell_is_named_with_its_line(demo: Site, good, tmp_path: Path, column: str, value: str, said: str):
    bad = good | {column: value, **({} if column == "point" else {"point": "p2"})}
    (problem,) = refused(written(tmp_path, good, bad), demo)
    assert problem.startswith("survey.csv line 3: ")
    assert said in problem


def test_a_point_in_two_places_names_both_lines(demo: Site, good, tmp_path: Path):
    elsewhere = good | {"x": str(float(good["x"]) + 0.5)}
    (problem,) = refused(written(tmp_path, good, good, elsewhere), demo)
    assert problem == "survey.csv line 4: point p1 was elsewhere on line 2"


def test_a_very_bad_file_gives_a_list_that_can_be_read(demo: Site, good, tmp_path: Path):
    problems = refused(written(tmp_path, *([good | {"rssi": "0"}] * 500)), demo)
    assert len(problems) < 60
    assert problems[-1] == "and 450 more"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the column"),
        (b"point,x\n1,2\n", "lacks the column"),
        (HEAD.encode() + b"\n\xff\xfe\xfa\n", "UTF-8"),
        (HEAD.encode() + b'\n"' + b"a" * 200_000 + b"\n", "is not CSV"),
    ],
)
def test_what_is_no_survey_is_refused(demo: Site, tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    with pytest.raises(SiteError, match=said):
        read_survey(path, demo)


def test_a_missing_file_or_a_folder_is_refused(demo: Site, tmp_path: Path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SiteError, match="Cannot read"):
            read_survey(path, demo)


def test_points_without_a_level_s_room_are_refused_once_each(demo: Site, good, tmp_path: Path):
    outside = good | {"point": "p9", "x": "-500"}
    assert len(refused(written(tmp_path, outside, outside, outside), demo)) == 1


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(demo: Site, tmp_path: Path, data):
    rooms = data.draw(st.lists(st.sampled_from(demo.rooms), min_size=1, max_size=6, unique_by=lambda r: r.index))
    names = data.draw(
        st.lists(st.text("abcé,\"';ü 1", min_size=1).map(str.strip).filter(bool), min_size=6, max_size=6, unique=True)
    )
    places = {n: (round(r.x, 2), round(r.y, 2), 1.1, r.level) for n, r in zip(names, rooms, strict=False)}
    gateway = st.integers(0, len(demo.gateways) - 1)
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from(list(places)), gateway, st.integers(-110, -20).map(float)), max_size=20)
    )
    survey = assemble(places, rows)
    write_survey(tmp_path / "survey.csv", demo, survey)
    again = read_survey(tmp_path / "survey.csv", demo)

    def told(s: Survey) -> list[tuple[object, ...]]:
        columns = (s.at, s.gateway, s.rssi)
        return [
            (s.point[at], s.x[at], s.y[at], s.z[at], s.level[at], g, rssi) for at, g, rssi in zip(*columns, strict=True)
        ]

    assert told(again) == told(survey)


def test_no_survey_is_of_no_points():
    empty = Survey.empty()
    assert empty.point == ()
    assert all(len(np.asarray(column)) == 0 for column in (empty.x, empty.level, empty.at, empty.rssi))
