"""What the gateways of the simulated hospital publish."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from twin.hospital.propagation import Propagation
from twin.hospital.station import Station
from twin.hospital.world import World
from twin.model import Kind, Tag
from twin.radio import Refusal, Upload, decode_advertisement, read_upload, topic_gateway
from twin.settings import Settings
from twin.site import Site

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC).timestamp()
PATTERNS = Settings.model_fields["gateway_topics"].default


def uploads(station: Station, end: float) -> list[Upload]:
    read = [
        read_upload(m.topic, m.payload, end, topic_gateway(m.topic, PATTERNS))
        for m in station.step(end)
    ]  # fmt: skip
    assert all(isinstance(u, Upload) for u in read), [u for u in read if isinstance(u, Refusal)][:1]
    return [u for u in read if isinstance(u, Upload)]


def test_every_payload_is_readable_and_from_the_gateway_of_its_topic(station: Station, site: Site) -> None:
    topics = {g.topic for g in site.gateways}
    forms: Counter[str] = Counter()
    for n in range(1, 20):
        assert {m.topic for m in station.step(NOON + 2 * n - 1)} <= topics
        for upload in uploads(station, NOON + 2 * n):
            forms[upload.form] += 1
            assert not upload.faults
            assert all(-110 <= r <= -20 for r in upload.rssi)
    assert {"json-long", "json-raw", "binary-long"} <= set(forms)


def test_all_tags_in_the_house_are_heard_and_no_other_registered_one(station: Station, tags: tuple[Tag, ...]) -> None:
    heard: Counter[str] = Counter()
    for n in range(1, 31):
        for upload in uploads(station, NOON + n):
            heard.update(set(upload.macs))
    where = station.world.stage.where
    there = {t.mac for t in tags if where.on_air[t.index]}
    missed = there - set(heard)
    assert len(missed) < 0.02 * len(there)
    drawer = {tags[i].mac for i in station.world.patients.drawer}
    arrived_or_left = station.world.patients.gone
    assert len(drawer & set(heard)) <= arrived_or_left
    strangers = set(heard) - {t.mac for t in tags}
    assert 0 < len(strangers) < 200


def test_the_strongest_gateway_is_usually_near(station: Station, site: Site, tags: tuple[Tag, ...]) -> None:
    loudest: dict[str, tuple[int, str]] = {}
    for upload in uploads(station, NOON + 5):
        for mac, rssi in zip(upload.macs, upload.rssi, strict=True):
            loudest[mac] = max(loudest.get(mac, (-999, "")), (rssi, upload.gateway))
    by_mac = {g.mac: g for g in site.gateways}
    where = station.world.stage.where
    known = [t for t in tags if t.mac in loudest and where.on_air[t.index]]
    same_level = [by_mac[loudest[t.mac][1]].level == where.level[t.index] for t in known]
    assert np.mean(same_level) > 0.85


def test_sensors_tell_the_temperature_of_the_world(station: Station, tags: tuple[Tag, ...]) -> None:
    told: dict[str, float] = {}
    for n in range(1, 8):
        for upload in uploads(station, NOON + 5 * n):
            for mac, raw in zip(upload.macs, upload.raw, strict=True):
                for frame in decode_advertisement(raw):
                    if getattr(frame, "temperature_c", None) is not None and type(frame).__name__ != "Telemetry":
                        told[mac] = frame.temperature_c  # pyright: ignore[reportAttributeAccessIssue]
            for row, values in upload.values:
                if values.temperature_c is not None:
                    told[upload.macs[row]] = values.temperature_c
    rooms = station.world.rooms
    sensors = dict(zip(rooms.tags.tolist(), rooms.temperature.tolist(), strict=True))
    checked = [abs(told[tags[i].mac] - celsius) for i, celsius in sensors.items() if tags[i].mac in told]
    assert len(checked) > 0.9 * len(sensors)
    assert max(checked) < 0.3


@pytest.mark.parametrize("kind", [Kind.PATIENT, Kind.STAFF])
def test_a_press_is_a_burst_of_an_ibeacon_and_buttons_are_silent_before(
    station: Station, tags: tuple[Tag, ...], kind: Kind
) -> None:
    where = station.world.stage.where
    tag = next(t for t in tags if t.kind == kind and where.on_air[t.index] and not where.moving[t.index])
    station.world.buttons.active.clear()

    def beacons(upload: Upload) -> int:
        sent = sum(v.uuid is not None and upload.macs[row] == tag.mac for row, v in upload.values)
        for mac, raw in zip(upload.macs, upload.raw, strict=True):
            sent += mac == tag.mac and "4c000215" in str(raw).lower()
        return sent

    quiet = sum(beacons(u) for n in range(1, 6) for u in uploads(station, NOON + n))
    station.world.buttons.press(tag.index, "nurse", 1.0)
    burst = [sum(beacons(u) for u in uploads(station, NOON + 5 + n)) for n in range(1, 130)]
    on = [n for n, count in enumerate(burst, 1) if count]
    assert quiet == 0
    assert on[0] <= 4
    assert 60 < on[-1] <= 97
    assert len(on) > 40


def test_a_dead_gateway_says_nothing_and_the_others_go_on(station: Station, site: Site) -> None:
    station.world.gateways.silent_until[3] = NOON + 60
    topics = {m.topic for m in station.step(NOON + 1)}
    assert site.gateways[3].topic not in topics
    assert len(topics) >= len(site.gateways) - 3


def test_clock_errors_show_and_one_gateway_forgets_the_year(station: Station) -> None:
    station.world.gateways.wrong_until[0] = NOON + 60
    found = uploads(station, NOON + 1)
    offsets = [u.gateway_time - (NOON + 1) for u in found if u.gateway_time and u.clock == "ok"]
    assert 0.2 < max(map(abs, offsets)) < 0.8
    assert any(u.clock == "wrong" for u in found)


def test_the_same_seed_and_steps_give_the_same_bytes(
    world: World, site: Site, tags: tuple[Tag, ...], propagation: Propagation
) -> None:
    import copy

    again = Station(copy.deepcopy(world), Propagation(site, tags, 1), 1)
    first = Station(world, propagation, 1)
    assert [first.step(NOON + n) for n in range(1, 5)] == [again.step(NOON + n) for n in range(1, 5)]


def test_nothing_of_the_truth_is_on_the_wire(station: Station, tags: tuple[Tag, ...]) -> None:
    station.world.rooms.news.clear()
    texts = b"".join(m.payload for n in range(1, 10) for m in station.step(NOON + n))
    for word in (b"room", b"level", b'"x"', b'"y"', b"patient", b"nurse", b"pathway", b"fault"):
        assert word not in texts
    labels = {t.label.encode() for t in tags}
    assert not any(label in texts for label in labels)
