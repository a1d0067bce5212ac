"""Frames: every layout, and what must not be believed."""

from __future__ import annotations

import pytest
from msgspec import to_builtins

from twin.radio import decode_advertisement, signature
from twin.radio.adv import structures
from twin.radio.eddystone import decode_feaa
from twin.radio.ffe1 import decode_ffe1
from twin.radio.ibeacon import decode_apple
from twin.radio.minew import decode_minew

MAC_LE, MAC = "aabbccddeeff", "FFEEDDCCBBAA"
TAIL = "1234abcd"


def ffe1(text: str) -> dict | None:
    frame = decode_ffe1(bytes.fromhex(text))
    return None if frame is None else to_builtins(frame)


def minew(text: str) -> dict | None:
    frame = decode_minew(bytes.fromhex(text))
    return None if frame is None else to_builtins(frame)


def feaa(text: str) -> dict | None:
    frame = decode_feaa(bytes.fromhex(text))
    return None if frame is None else to_builtins(frame)


@pytest.mark.parametrize(
    ("version", "data", "fields"),
    [
        ("04", "15803200", {"temperature_c": 21.5, "humidity_pct": 50.0}),
        ("05", "0123", {"illuminance_lux": 291}),
        ("11", "0000", {"motion": False}),
        ("12", "01f4", {"tvoc": 500}),
        ("16", "0100ff000080", {"magnetic": (1.0, -1.0, 0.5)}),
        ("19", "0400", {"photoresistor": 1024}),
        ("20", "00", {"tamper": False}),
        ("21", "01", {"water": True}),
    ],
)
def test_ffe1_frames_with_battery_data_and_mac(version: str, data: str, fields: dict) -> None:
    expected = {"frame": f"minew-a1-{version}", "battery_pct": 50, "mac": MAC, **fields}
    assert ffe1(f"a1{version}32{data}{MAC_LE}") == expected
    assert ffe1(f"a1{version}32{data}0099{MAC_LE}") == expected, "a longer frame keeps its MAC at its end"
    assert ffe1(f"a1{version}32{data}{MAC_LE}"[:-2]) is None, "a shorter one is rejected"


def test_ffe1_unknown_version_or_mark() -> None:
    assert ffe1(f"a17732{MAC_LE}{MAC_LE}") is None
    assert ffe1(f"a20132{MAC_LE}{MAC_LE}") is None
    assert ffe1("a1") is None
    assert ffe1("") is None


def test_ffe1_values_out_of_range_are_absent() -> None:
    assert ffe1(f"a101ff7fff7fff{MAC_LE}") == {"frame": "minew-a1-01", "mac": MAC}
    assert ffe1(f"a1036412000000ff00{MAC_LE}") == {"frame": "minew-a1-03", "battery_pct": 100, "mac": MAC}
    assert ffe1("a1016415803200000000000000") == {
        "frame": "minew-a1-01",
        "battery_pct": 100,
        "temperature_c": 21.5,
        "humidity_pct": 50.0,
    }


@pytest.mark.parametrize("version", ["20", "21"])
def test_no_alarm_from_a_frame_with_impossible_battery(version: str) -> None:
    assert ffe1(f"a1{version}c801{MAC_LE}") == {"frame": f"minew-a1-{version}", "mac": MAC}


def test_ffe1_name_that_is_not_utf8() -> None:
    assert ffe1(f"a10832{MAC_LE}42ff") == {"frame": "minew-a1-08", "battery_pct": 50, "mac": MAC, "name": "B\ufffd"}


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("1800072c01c800" + "00" * 12, {"subversion": 0, "serial": 7, "entries": 300, "exits": 200}),
        ("180107f3" + "00" * 15, {"subversion": 1, "serial": 7, "people": 3}),
        (
            "1a0000" + "19be21c4" + "00" * 8 + "010203b0",
            {
                "subversion": 0,
                "contacts": ({"mac_suffix": "21BE19", "rssi": -60}, {"mac_suffix": "030201", "rssi": -80}),
            },
        ),
        ("1b81" + "00" * 17, {"encrypted": True}),
        ("0500000219733200" + "00" * 11, {"subversion": 0, "temperature_c": 25.44921875, "name": ""}),
        ("05010000197332004d535400000000000100", {"subversion": 1, "humidity_pct": 50.0, "marked": True}),
    ],
)
def test_v3_frames(data: str, fields: dict) -> None:
    text = f"ca{data}"
    text = text.ljust(40, "0") + TAIL
    frame = minew(text)
    assert frame is not None
    assert frame["frame"] == f"minew-v3-{data[:2]}"
    assert frame["tail"] == TAIL
    assert {name: frame.get(name) for name in fields} == fields
    assert minew(text[:-2]) is None


def test_v3_no_humidity_sensor_means_no_humidity() -> None:
    frame = minew("ca05000200197332006d696e65770000000000" + "00" + TAIL)
    assert frame is not None
    assert "humidity_pct" not in frame
    assert frame["temperature_c"] == 25.44921875


def test_v3_01_is_kept_raw() -> None:
    assert minew("ca01" + "05" * 16 + TAIL) == {
        "frame": "minew-v3-01",
        "tail": TAIL,
        "raw": "ca01" + "05" * 16 + TAIL,
    }


@pytest.mark.parametrize(
    ("blocks", "fields"),
    [
        ("20198021512201", {"temperature_c": 25.5, "battery_pct": 81, "tamper": True}),
        ("2200", {"tamper": False}),
        ("03800080008000", {}),
        ("2151992001", {"battery_pct": 81}),
        ("215103000b", {"battery_pct": 81}),
        ("", {}),
    ],
    ids=["all", "not opened", "no acceleration", "unknown block", "cut block", "no block"],
)
def test_v3_combination_blocks(blocks: str, fields: dict) -> None:
    assert minew(f"ca03{blocks}{TAIL}") == {"frame": "minew-v3-03", "tail": TAIL, **fields}


def test_unknown_manufacturer_frames() -> None:
    assert minew("") is None
    assert minew("ca") is None
    assert minew("ca77" + "00" * 22) is None
    assert minew("cb00" + "00" * 22) is None
    assert minew("a30300") is None
    assert minew("5101") is None


def test_s4_static() -> None:
    assert minew("a400010203" + "00" * 5 + "6745233123ac" + "0000") == {
        "frame": "minew-s4-static",
        "firmware": "1.2.3",
        "mac": "AC2331234567",
    }


def test_ibeacon_minor_is_unsigned_and_power_signed() -> None:
    frame = decode_apple(bytes.fromhex("0215" + "00" * 16 + "ffff" + "8000" + "7f"))
    assert frame is not None
    assert (frame.major, frame.minor, frame.tx_power) == (65535, 32768, 127)
    assert decode_apple(bytes.fromhex("0215" + "00" * 20)) is None
    assert decode_apple(bytes.fromhex("1005" + "00" * 21)) is None


def test_eddystone_tlm_without_values() -> None:
    assert feaa("200000008000" + "00000001" + "0000000f") == {
        "frame": "eddystone-tlm",
        "adv_count": 1,
        "uptime_s": 1.5,
    }


def test_eddystone_that_needs_a_key_or_is_not_ours() -> None:
    assert feaa("2001" + "ab" * 16) == {"frame": "eddystone-etlm", "encrypted": True, "raw": "ab" * 16}
    assert feaa("30e7" + "ab" * 8) == {"frame": "eddystone-eid", "tx_power_0m": -25, "eid": "ab" * 8}
    assert feaa("40" + "ab" * 20) is None
    assert feaa("41" + "ab" * 20) is None


@pytest.mark.parametrize("text", ["", "00e7", "00e7" + "11" * 15, "10e7", "10e709", "2000", "2000" + "11" * 11, "30e7"])
def test_eddystone_cut(text: str) -> None:
    assert feaa(text) is None


def test_eddystone_url_endings() -> None:
    frame = feaa("10e702" + b"a".hex() + "00" + b"b".hex() + "0d" + "90")
    assert frame is not None
    assert frame["url"] == "http://a.com/b.gov"


def test_walk_drops_a_cut_structure_and_keeps_the_earlier() -> None:
    whole = "0201061aff4c000215" + "00" * 16 + "00010002c5"
    assert [type(f).__name__ for f in decode_advertisement(whole + "1016e1ffa101")] == ["IBeacon"]
    assert decode_advertisement(whole[:-2]) == ()


def test_walk_ends_at_length_zero() -> None:
    assert list(structures(bytes.fromhex("020106" + "00" + "020107"))) == [(1, b"\x06")]
    assert list(structures(b"\x01")) == []
    assert list(structures(b"\x01\x09")) == [(9, b"")]


def test_two_structures_of_one_uuid_are_both_kept() -> None:
    light = f"0d16e1ffa10264{'01'}{MAC_LE}"
    dark = f"0d16e1ffa10264{'00'}{MAC_LE}"
    assert [to_builtins(frame)["light"] for frame in decode_advertisement(light + dark)] == [True, False]


def test_bytes_and_hex_of_either_case_are_the_same() -> None:
    text = f"0d16e1ffa10264{'01'}{MAC_LE}"
    assert decode_advertisement(text) == decode_advertisement(text.upper()) == decode_advertisement(bytes.fromhex(text))
    assert decode_advertisement("no hex") == ()
    assert decode_advertisement("abc") == ()


def test_fff1_beacon_only_behind_its_uuid_list() -> None:
    body = "1716" + "e2c56db5dffb48d2b060d0f5a71096e0" + "00010002" + "c5" + "64"
    assert decode_advertisement("020106" + body) == ()
    (frame,) = decode_advertisement("0303f1ff" + body)
    assert to_builtins(frame) == {
        "frame": "minew-fff1-ibeacon",
        "uuid": "E2C56DB5DFFB48D2B060D0F5A71096E0",
        "major": 1,
        "minor": 2,
        "tx_power": -59,
        "battery_pct": 100,
    }


def test_signature_tells_unknown_frames_apart() -> None:
    assert signature("0201060716e1ffa1991234") == "16 E1FFA199"
    assert signature("02010605ff59000102") == "FF 59000102"
    assert signature("020106") == "01 06"
    assert signature("") == "empty"
    assert signature("zz") == "not hex"
