"""Slots: each slot of each registered tag is read once a tick."""

from __future__ import annotations

from twin.model import Kind, Sample, Tag
from twin.radio import RowValues, Slots, Upload, advertise

S1, B10, V3 = "C30000000001", "C30000000002", "C30000000003"
TAGS = (
    Tag(0, S1, "S1", Kind.SENSOR, "room", "S1"),
    Tag(1, B10, "B10", Kind.STAFF, "nurse", "N"),
    Tag(2, V3, "MBT02", Kind.ASSET, "bed", "Bed"),
)
BEACON = advertise.ibeacon(advertise.BUTTON_UUID, 0, 0)


def upload(*rows: tuple[str, str, float], at: float = 100.0, values: list | None = None) -> Upload:
    return Upload(
        "AC233FC17756",
        "json-long",
        at,
        macs=[row[0] for row in rows],
        rssi=[-60] * len(rows),
        raw=[row[1] for row in rows],
        heard=[row[2] for row in rows],
        values=values or [],
    )


def test_newest_of_a_slot_wins_whatever_the_order() -> None:
    slots = Slots(TAGS)
    slots.add(upload((S1, advertise.temperature_humidity(S1, 90, 21.5, 50.0), 99.9)))
    slots.add(upload((S1, advertise.temperature_humidity(S1, 90, 20.0, 40.0), 99.0)))
    report = slots.close()
    assert set(report.samples) == {
        Sample(0, 99.9, "temperature_c", 21.5),
        Sample(0, 99.9, "humidity_pct", 50.0),
        Sample(0, 99.9, "battery_pct", 90.0),
    }
    assert slots.close().samples == []


def test_all_slots_of_a_tag_are_merged() -> None:
    slots = Slots(TAGS)
    slots.add(
        upload(
            (B10, advertise.telemetry(2900, 22.0, 1, 1.0), 99.0),
            (B10, advertise.acceleration(B10, 80, 0.0, 0.0, 1.0), 99.5),
            (B10, advertise.info(B10, 80, "B10"), 99.6),
            (B10, "", 99.9),
        )
    )
    found = {sample.quantity: sample.value for sample in slots.close().samples}
    assert found == {"battery_mv": 2900.0, "temperature_c": 22.0, "battery_pct": 80.0}


def test_press_over_the_union_of_gateways() -> None:
    slots = Slots(TAGS)
    for t in (100.0, 100.4, 101.0):
        slots.add(upload((B10, BEACON, t), (V3, BEACON, t), at=t))
    (press,) = slots.close().presses
    assert (press.tag, press.pattern) == (1, "ibeacon"), "only a button's iBeacon is a press"
    slots.add(upload((B10, BEACON.upper(), 130.0), at=130.0))
    assert slots.close().presses == []
    slots.add(upload((B10, BEACON, 161.0), at=161.0))
    assert [press.t for press in slots.close().presses] == [161.0]


def test_press_and_values_that_a_g1_decoded() -> None:
    slots = Slots(TAGS)
    beacon = RowValues(uuid=advertise.BUTTON_UUID, major=0, minor=0, tx_power=-59)
    climate = RowValues(temperature_c=4.5, humidity_pct=None, battery_pct=70)
    slots.add(upload((B10, "", 100.0), (S1, "", 100.0), values=[(0, beacon), (1, climate)]))
    report = slots.close()
    assert [press.tag for press in report.presses] == [1]
    assert {sample.quantity: sample.value for sample in report.samples} == {"temperature_c": 4.5, "battery_pct": 70.0}


def test_moving_from_acceleration() -> None:
    slots = Slots(TAGS)
    moving = []
    for tick, axes in enumerate([(0.0, 0.0, 1.0), (0.0, 0.01, 1.0), (0.3, 0.0, 0.9)]):
        slots.add(upload((V3, advertise.v3_combination(80, tick, axes), 100.0 + tick), at=100.0 + tick))
        moving.append(slots.close().moving)
    assert moving == [[], [(2, False)], [(2, True)]]


def test_rows_of_an_offline_buffer_are_history() -> None:
    slots = Slots(TAGS)
    temperatures = [(10.0, 20.0), (40.0, 21.0), (99.8, 22.0)]
    rows = [(S1, advertise.temperature_humidity(S1, 90, value, 50.0), t) for t, value in temperatures]
    slots.add(upload(*rows, (V3, advertise.v3_combination(80, 1, (1.0, 0.0, 0.0)), 10.0)))
    slots.add(upload((V3, advertise.v3_combination(80, 2, (0.0, 0.0, 1.0)), 99.0)))
    report = slots.close()
    told = [(sample.t, sample.value) for sample in report.samples if sample.quantity == "temperature_c"]
    assert told == temperatures
    assert report.moving == [], "an old row is no earlier tick"


def test_strangers_and_unknown_frames() -> None:
    slots = Slots(TAGS)
    unknown = f"0201060d16e1ffa19964{'00' * 7}"
    for t in (99.0, 99.5):
        slots.add(upload((S1, unknown, t), ("7EFB5FEC2D6A", unknown, t), (S1, "zz", t), at=t))
        slots.close()
    assert slots.unknown == [("16 E1FFA199", 2, unknown), ("not hex", 2, "zz")]


def test_a_frame_that_names_another_tag_is_told() -> None:
    slots = Slots(TAGS)
    slots.add(upload((S1, advertise.temperature_humidity(B10, 90, 21.5, 50.0), 99.9)))
    report = slots.close()
    assert report.foreign_macs == [(0, B10)]
    assert len(report.samples) == 3, "its values are kept"
