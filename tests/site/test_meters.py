"""The list of meters: read whole, or every bad line named."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import SiteError
from twin.settings import ROOT
from twin.site import Site, load_site
from twin.site.meters import RATING_KW, MeterKind, load_meters

HEAD = "meter_id,name,topic,kind,department,rooms,what,rating_kw\n"


@pytest.fixture(scope="module")
def demo() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")


def listed(folder: Path, *lines: str) -> Path:
    path = folder / "meters.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    return path


def test_the_demos_meters_feed_rooms_that_there_are(demo: Site) -> None:
    meters = load_meters(ROOT / "data/demo/meters.csv", demo)
    assert len(meters) >= 20
    assert {meter.kind for meter in meters} == set(MeterKind)
    assert all(meter.rooms and not meter.strange_rooms for meter in meters)
    assert {meter.department for meter in meters} <= set(demo.departments)


def test_a_line_is_read_and_a_room_that_is_gone_is_named(demo: Site, tmp_path: Path) -> None:
    path = listed(
        tmp_path, "m-1,Meter,tele/m-1/SENSOR,tasmota,icu,111 112; 999 111,sockets,", "m-2,B,x/y,zigbee2mqtt,,,a,3"
    )
    first, second = load_meters(path, demo)
    assert first.rooms == (demo.room_by_number["111"], demo.room_by_number["112"])
    assert first.strange_rooms == ("999",)
    assert first.rating_kw == RATING_KW
    assert (second.rooms, second.department, second.rating_kw) == ((), "", 3.0)


def test_no_meters_is_a_list_too(demo: Site, tmp_path: Path) -> None:
    assert load_meters(listed(tmp_path), demo) == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",N,a/b,tasmota,,,x,", "meter_id is ''"),
        ("a b,N,a/b,tasmota,,,x,", "meter_id is 'a b'"),
        ("m,,a/b,tasmota,,,x,", "has no name"),
        ("m,N,a/+,tasmota,,,x,", "topic 'a/\\+'"),
        ("m,N,wardlight/demo/command,tasmota,,,x,", "topic 'wardlight"),
        ("m,N,a/b,modbus,,,x,", "kind is 'modbus', expected zigbee2mqtt or tasmota"),
        ("m,N,a/b,tasmota,,,,", "does not say what hangs on it"),
        ("m,N,a/b,tasmota,,,x,zero", "rating_kw is 'zero'"),
        ("m,N,a/b,tasmota,,,x,-1", "rating_kw is '-1'"),
        ("m,N,a/b,tasmota,,,x,nan", "rating_kw is 'nan'"),
        ("m,N,a/b,tasmota,,,x,\nm,N,c/d,tasmota,,,x,", "line 3: meter_id m was already on line 2"),
        ("m,N,a/b,tasmota,,,x,\nn,N,a/b,tasmota,,,x,", "line 3: topic a/b was already on line 2"),
    ],
)
def test_each_bad_line_is_named(demo: Site, tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(SiteError, match=says):
        load_meters(listed(tmp_path, line), demo)


def test_a_file_that_is_not_there_is_named(demo: Site, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"none\.csv"):
        load_meters(tmp_path / "none.csv", demo)
