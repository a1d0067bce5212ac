"""The engine as a whole: messages in, frames, figures and history rows out; and the loop around it."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin.bus import clock_topic, command_topic, frame_topic, pace_topic, reply_topic, summary_topic
from twin.climate import load_ranges
from twin.climate.board import MeterBoard
from twin.engine import Engine, Status
from twin.health import Outside
from twin.history.batch import Batch, FixColumns, Restored
from twin.live import LiveLoop
from twin.locate.build import locator_of, map_of
from twin.locate.cells import Cells
from twin.locate.radio_map import RadioMap
from twin.model import Kind, Press, State, Tag, Visit
from twin.radio.encode import Rows, encode_payload
from twin.settings import ROOT, Settings
from twin.site import Site, load_site
from twin.site.meters import load_meters
from twin.verbs.replay import Recorded, play, recorded

T = 1_795_428_000.0
PATTERNS = ("/gw/+/status", "gw/+/status")
IBEACON = "0201061AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E000010002C5"


def s1(celsius: float, mac: str) -> str:
    """An S1's temperature frame with 50 % humidity."""
    little = "".join(reversed([mac[i : i + 2] for i in range(0, 12, 2)]))
    return f"0201060303E1FF1016E1FFA10163{int(celsius * 256) & 0xFFFF:04X}3200{little}"


@pytest.fixture(scope="session")
def site() -> Site:
    found = load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")
    # All on one topic form: this is not a test of topics.
    gateways = tuple(replace(g, topic=f"/gw/{g.mac.lower()}/status") for g in found.gateways)
    return replace(found, gateways=gateways)


@pytest.fixture
def tags(site: Site) -> tuple[Tag, ...]:
    home = next(room.number for room in site.rooms if room.level == 1 and room.number)
    return (
        Tag(0, "C30000000001", "MBT02", Kind.PATIENT, "patient", "P-1"),
        Tag(1, "C30000000002", "B10", Kind.STAFF, "nurse", "N-1"),
        Tag(2, "C30000000003", "S1", Kind.SENSOR, "vaccine_fridge", "S-1", home),
    )


RANGES = load_ranges(ROOT / "data/climate.toml")
MAPS: dict[int, tuple[Cells, RadioMap]] = {}


def build(site: Site, tags: Sequence[Tag], meters: MeterBoard | None = None) -> Engine:
    """An engine; the map of a building is made once."""
    made = MAPS.setdefault(len(site.gateways), map_of(site, None))
    return Engine(site, tags, RANGES, PATTERNS, locator_of(site, tags, *made), meters)


@pytest.fixture
def engine(site: Site, tags: tuple[Tag, ...]) -> Engine:
    return build(site, tags)


def upload(site: Site, gateway: int, t: float, rows: list[tuple[str, int, str]]) -> tuple[str, bytes]:
    g = site.gateways[gateway]
    macs, rssi, raw = zip(*rows, strict=True) if rows else ((), (), ())
    made = encode_payload("json-long", g.mac, t - 1.0, Rows(macs, rssi, [t - 0.5] * len(rows), raw))
    return g.topic, made


def near(site: Site, place: int) -> list[tuple[int, int]]:
    """Gateways that hear a tag beside gateway `place`, and how loud."""
    here = site.gateways[place]
    others = [g for g in site.gateways if g.level == here.level]
    d = sorted((float(np.hypot(g.x - here.x, g.y - here.y)), g.index) for g in others)[:4]
    return [(index, int(-62 - 20 * np.log10(max(1.0, distance)) - 0.3 * distance)) for distance, index in d]


def hear(engine: Engine, place: int, t: float, mac: str = "C30000000001", raw: str = IBEACON) -> None:
    for gateway, rssi in near(engine.site, place):
        engine.receive(*upload(engine.site, gateway, t, [(mac, rssi, raw)]), t)


def tags_of(frame: bytes) -> list[int]:
    return np.frombuffer(b64decode(json.loads(frame)["tag"]), "<u2").tolist()


def test_a_tag_is_placed_visited_and_drawn(engine: Engine):
    opened, published = [], None
    for k in range(8):
        hear(engine, 30, T + k)
        published = engine.tick(T + k)
        opened += published.batch.opened
    gateway = engine.site.gateways[30]
    assert published is not None
    assert engine.fixes.level[0] == gateway.level
    assert np.hypot(engine.fixes.x[0] - gateway.x, engine.fixes.y[0] - gateway.y) < 4.0
    assert [tags_of(frame) for frame in published.frames] == [[0] if i == gateway.level else [] for i in range(4)]
    assert {(v.tag, v.room) for v in opened} == {(0, int(engine.fixes.room[0]))}
    summary = json.loads(published.summary)
    assert summary["kpi"]["patients"] == 1
    assert summary["levels"][gateway.level]["patients"] == 1
    assert summary["seq"] == json.loads(published.frames[0])["seq"] == 8


def test_a_tick_without_drawing_still_feeds_history(engine: Engine):
    hear(engine, 30, T)
    published = engine.tick(T, draw=False)
    assert published.frames == ()
    assert len(published.batch.fixes) == 1


def test_a_button_press_shows_on_the_tag_and_in_the_summary(engine: Engine):
    hear(engine, 30, T, "C30000000002")
    published = engine.tick(T)
    press = json.loads(published.summary)["presses"][0]
    assert (press["tag"], press["pattern"], press["level"]) == (1, "ibeacon", engine.site.gateways[30].level)
    assert len(published.batch.presses) == 1
    level = engine.site.gateways[30].level
    flags = b64decode(json.loads(published.frames[level])["flags"])
    assert flags[0] & 8


def test_a_warm_fridge_is_out_of_range(engine: Engine):
    hear(engine, 30, T, "C30000000003", s1(11.5, "C30000000003"))
    published = engine.tick(T)
    home = engine.site.room_by_number[engine.tags[2].home]
    temperatures = json.loads(published.frames[1])["temp"]
    assert temperatures[str(home)][0] == 11.5
    assert temperatures[str(home)][3] == "high"
    assert json.loads(published.summary)["kpi"]["rooms_out_of_range"] == 1
    assert ("temperature_c", 11.5) in [(sample.quantity, sample.value) for sample in published.batch.samples]


def test_a_dead_corner_makes_tags_unobserved_and_ends_no_visit(engine: Engine):
    for k in range(8):
        hear(engine, 30, T + k)
        engine.tick(T + k)
    for k in range(8, 400):
        engine.receive(*upload(engine.site, 0, T + k, [("FFFFFFFFFFFF", -60, IBEACON)]), T + k)
        assert engine.tick(T + k, draw=False).batch.closed == []
    assert engine.fixes.state[0] == State.UNOBSERVED
    kpi = json.loads(engine.tick(T + 400).summary)["kpi"]
    assert (kpi["patients"], kpi["unobserved"], kpi["gateways_silent"]) == (1, 1, len(engine.site.gateways) - 1)


def test_repeated_refused_and_foreign_messages_are_counted(engine: Engine):
    topic, payload = upload(engine.site, 0, T, [("C30000000001", -60, IBEACON), ("AAAAAAAAAAAA", -60, IBEACON)])
    for _ in range(3):
        engine.receive(topic, payload, T)
    engine.receive(topic, b"{", T)
    engine.receive(engine.site.gateways[1].topic, payload, T)
    engine.receive("/gw/0123456789ab/status", encode_payload("json-long", "0123456789AB", T, Rows([], [], [], [])), T)
    engine.tick(T)
    health = json.loads(engine.health(T, Outside()))
    counters = health["counters"]
    assert counters["uploads"] == 1
    assert counters["repeated_messages"] == 2
    assert counters["refused.not-json"] == counters["refused.wrong-gateway"] == 1
    assert counters["unknown_gateway_messages"] == 1
    assert [each["reason"] for each in health["rejects"]] == ["not-json", "wrong-gateway"]
    assert health["unknown_tags"] == [["AAAAAAAAAAAA", 1, -60, engine.site.gateways[0].mac]]
    assert [hop["hop"] for hop in health["hops"]] == ["bus", "radio", "locate", "presence", "history", "frame"]
    assert health["gateways"][0]["uploads"] == 1
    assert health["gateways"][1]["refused"] == 1


def test_health_says_what_is_unwell(engine: Engine):
    hear(engine, 30, T)
    engine.tick(T)
    well = json.loads(engine.health(T, Outside()))["hops"]
    assert all(hop["well"] for hop in well)
    later = {h["hop"]: h for h in json.loads(engine.health(T + 60, Outside(history_state="disk full")))["hops"]}
    assert not later["bus"]["well"]
    assert later["bus"]["age_s"] == 60.0
    assert later["history"]["note"] == "disk full"
    assert not later["history"]["well"]


def test_after_a_restart_places_are_stale_and_visits_go_on(engine: Engine):
    room = engine.site.rooms[20]
    one, f = np.array([0], np.int32), np.float32
    last = FixColumns(
        one, np.array([room.level], np.int32), np.array([room.index], np.int32), np.array([room.x], f),
        np.array([room.y], f), np.array([0.9], f), np.array([3.0], f), np.array([T - 100.0]),
    )  # fmt: skip
    engine.restore(Restored(T - 99.0, [Visit(0, room.index, T - 9000.0, None, 0.9, 1.0)], last, []))
    published = engine.tick(T)
    assert engine.fixes.state.tolist() == [State.STALE, State.UNSEEN, State.UNSEEN]
    frame = json.loads(published.frames[room.level])
    assert np.frombuffer(b64decode(frame["since"]), "<u2").tolist() == [150]
    assert b64decode(frame["age"]) == bytes([100])
    assert published.batch.closed == []


def test_a_burst_that_outlasts_a_restart_is_one_press(engine: Engine):
    engine.restore(Restored(T, [], FixColumns.empty(), [Press(1, T - 20.0, "ibeacon")]))
    hear(engine, 30, T + 10.0, "C30000000002")
    published = engine.tick(T + 10.5)
    assert published.batch.presses == []
    assert [press["tag"] for press in json.loads(published.summary)["presses"]] == [1]


def story(site: Site) -> list[Recorded]:
    """Three minutes of a patient who walks past six gateways, and a nurse who stays."""
    told = []
    for k in range(180):
        t = T + k
        for gateway, rssi in near(site, 20 + k // 30):
            rows = [("C30000000001", rssi, IBEACON)]
            told.append(Recorded(*upload(site, gateway, t, rows), t))
        for gateway, rssi in near(site, 40):
            told.append(Recorded(*upload(site, gateway, t, [("C30000000002", rssi - k % 3, "")]), t))
    return told


def test_a_replay_is_the_same_bit_for_bit(site: Site, tags: tuple[Tag, ...]):
    results = [json.dumps(play(build(site, tags), story(site))) for _ in range(2)]
    assert results[0] == results[1]
    result = json.loads(results[0])
    assert len(result["visits"]) >= 2
    assert {visit["mac"] for visit in result["open_visits"]} == {tags[0].mac, tags[1].mac}


@pytest.mark.reference
def test_the_real_recording_plays(reference_dir: Path, site: Site):
    places = {"ac233ffb3adc": (20.0, 20.0), "ac233fc17756": (18.0, 27.0), "ac233ffb3adb": (28.0, 20.0)}
    gateways = tuple(
        replace(site.gateways[i], mac=mac.upper(), x=x, y=y, level=1) for i, (mac, (x, y)) in enumerate(places.items())
    )
    small = replace(site, gateways=gateways)
    heard = [Tag(i, f"C3000021BE{end}", "MBT02", Kind.ASSET, "bed", f"B-{i}") for i, end in enumerate(("15", "19"))]
    engine = build(small, heard)
    with (reference_dir / "reference/minew-recording-3gw.ndjson").open() as lines:
        result = play(engine, recorded(lines, PATTERNS))
    assert result["messages"] == 600
    assert result["counters"]["uploads"] == 600  # type: ignore[index]
    assert [fix["level"] for fix in result["fixes"]] == [1, 1]  # type: ignore[union-attr]


class FakeBus:
    """What the loop needs of a bus: it keeps what was published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.handlers: dict[str, object] = {}
        self.connected = True
        self.counters: dict[str, int] = {}

    def on_connect(self, hook) -> None:
        hook()

    def subscribe(self, pattern: str, handler) -> None:
        self.handlers[pattern] = handler

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        self.sent.append((topic, payload))
        return True

    def last(self, topic: str) -> dict:
        return json.loads([payload for sent, payload in self.sent if sent == topic][-1])


class FakeHistory:
    """Keeps the batches."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.counters = {"rows": 0, "lost": 0}
        self.state = "ok"

    def put(self, batch: Batch) -> None:
        self.batches.append(batch)


class Stage:
    """A loop in a simulated hospital's time, with everything around it faked."""

    def __init__(self, engine: Engine, restored: Restored | None = None, **more: object) -> None:
        self.settings = Settings(demo=True, gateway_topics=PATTERNS, **more)  # pyright: ignore[reportCallIssue, reportArgumentType]
        self.bus, self.history, self.engine = FakeBus(), FakeHistory(), engine
        nothing = Restored(None, [], FixColumns.empty(), [])
        self.loop = LiveLoop(self.settings, engine, self.bus, self.history, restored or nothing)  # type: ignore[arg-type]

    def clock(self, t: float, speed: float = 1.0, until: float | None = None, retained: bool = False) -> None:
        payload = json.dumps({"t": t, "speed": speed, "catch_up_until": until}).encode()
        self.bus.handlers[clock_topic("demo")](clock_topic("demo"), payload, retained)  # type: ignore[operator]

    def hear(self, place: int, t: float, retained: bool = False) -> None:
        for gateway, rssi in near(self.engine.site, place):
            topic, payload = upload(self.engine.site, gateway, t, [("C30000000001", rssi, IBEACON)])
            self.bus.handlers[PATTERNS[0]](topic, payload, retained)  # type: ignore[operator]


def test_while_catching_up_each_announced_second_is_a_tick(engine: Engine):
    stage = Stage(engine)
    for k in range(30):
        stage.clock(T + k, until=T + 100)
        stage.hear(30, T + k)
    stage.loop.step()
    assert [batch.t for batch in stage.history.batches] == [T + k for k in range(29)]
    assert stage.bus.last(pace_topic("demo")) == {"t": T + 28}
    assert stage.bus.last(summary_topic("demo"))["catch_up_until"] == T + 100
    assert engine.fixes.heard[0] == pytest.approx(T + 28, abs=1.0)


def test_live_ticks_follow_the_hospitals_clock(engine: Engine):
    stage = Stage(engine)
    stage.clock(T, speed=60.0)
    for _ in range(3):
        stage.loop.step()
        threading.Event().wait(0.05)
    times = [batch.t for batch in stage.history.batches]
    assert len(times) == 3
    assert all(T <= t < T + 60 for t in times)


def test_retained_messages_of_gateways_are_ignored_and_old_clocks_stand_still(engine: Engine):
    stage = Stage(engine)
    stage.clock(T, retained=True)
    stage.hear(30, T, retained=True)
    stage.loop.step()
    threading.Event().wait(0.02)
    stage.loop.step()
    assert [batch.t for batch in stage.history.batches] == [T]
    assert engine.intake.counters["uploads"] == 0


def test_a_failing_tick_is_counted_and_live_goes_on(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    stage = Stage(engine)

    def fail(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(engine, "tick", fail)
        stage.clock(T)
        stage.loop.step()
    stage.clock(T + 5)
    stage.loop.step()
    assert [batch.t for batch in stage.history.batches] == [pytest.approx(T + 5, abs=1)]
    assert stage.loop._failures == 1
    assert stage.bus.last(frame_topic("demo", 0))["n"] == 0


def test_a_malformed_clock_message_changes_nothing(engine: Engine):
    stage = Stage(engine)
    topic = clock_topic("demo")
    for payload in (b"", b"{}", b'{"t": "now"}', b"[1]"):
        stage.bus.handlers[topic](topic, payload, False)  # type: ignore[operator]
    stage.loop.step()
    assert stage.history.batches == []
    assert engine.intake.counters["refused.clock"] == 4


def test_history_of_another_run_is_closed_and_left(engine: Engine):
    later = Restored(T + 9000.0, [Visit(0, 3, T + 8000.0, None, 0.9, 1.0)], FixColumns.empty(), [])
    stage = Stage(engine, later)
    stage.clock(T)
    stage.loop.step()
    assert stage.history.batches[0].closed == [Visit(0, 3, T + 8000.0, T + 9000.0, 0.9, 1.0)]
    assert engine.open_visits() == []


def test_the_summary_says_whose_time_it_is(engine: Engine):
    summary = json.loads(engine.tick(T, Status(True, 60.0, None)).summary)
    assert (summary["demo"], summary["speed"], summary["catch_up_until"]) == (True, 60.0, None)


def test_commands_are_answered_and_a_reload_ends_the_loop(engine: Engine):
    stage = Stage(engine)
    ask = stage.bus.handlers[command_topic("demo")]
    for payload, retained in ((b"{", False), (b'{"id": "1", "name": "survey.progress"}', False), (b"{", True)):
        ask("", payload, retained)  # type: ignore[operator]
    stage.loop.step()
    replies = [json.loads(payload) for topic, payload in stage.bus.sent if topic == reply_topic("demo")]
    assert [(reply["id"], reply["ok"]) for reply in replies] == [("", False), ("1", True)]
    assert engine.intake.counters["commands.unreadable"] == 1
    ask("", b'{"id": "2", "name": "reload"}', False)  # type: ignore[operator]
    stage.loop.run(threading.Event())
    assert stage.bus.last(reply_topic("demo"))["ok"]


def test_a_stand_collects_what_the_gateways_hear(engine: Engine, tmp_path: Path):
    stage = Stage(engine, var=tmp_path)
    stage.clock(T)
    stage.loop.step()
    room = engine.site.rooms[20]
    where = {"tag": "C30000000001", "x": room.x, "y": room.y, "level": room.level, "seconds": 1.0}
    command = {"id": "1", "name": "survey.start", "arguments": where}
    stage.bus.handlers[command_topic("demo")]("", json.dumps(command).encode(), False)  # type: ignore[operator]
    stage.loop.step()
    assert stage.bus.last(reply_topic("demo"))["ok"], stage.bus.last(reply_topic("demo"))
    stage.hear(30, T + 1.2)
    stage.loop.step()
    assert engine.intake.listener is not None
    stage.clock(T + 5.0)
    stage.loop.step()
    assert engine.intake.listener is None
    assert len((tmp_path / "site/survey.csv").read_text().splitlines()) == 1 + len(near(engine.site, 30))


def test_a_meters_message_is_stored_reported_and_refused_like_a_gateways(site: Site, tags: tuple[Tag, ...]) -> None:
    listed = load_meters(ROOT / "data/demo/meters.csv", site)
    meter = next(m for m in listed if m.kind == "tasmota" and m.rooms)
    engine = build(site, tags, MeterBoard(listed, ("tele/+/SENSOR",), site.rooms, site.gateways))
    for gateway in range(len(site.gateways)):
        engine.receive(*upload(site, gateway, T, []), T)
    engine.receive(meter.topic, b'{"ENERGY": {"Total": 12.5, "Power": 800}}', T)
    engine.receive(meter.topic, b"{", T)
    engine.receive("tele/stranger/SENSOR", b'{"ENERGY": {"Total": 1}}', T)
    stored = engine.tick(T + 1).batch.meters
    assert [(r.meter, r.t, r.kwh, r.watt, r.observed) for r in stored] == [(meter.index, T, 12.5, 800.0, 1.0)]
    report = json.loads(engine.health(T + 1, Outside()))
    assert report["meters"][meter.index] == {
        "id": meter.id, "age_s": 1.0, "silent": False, "watt": 800.0, "kwh": 12.5, "readings": 1, "refused": 1,
    }  # fmt: skip
    assert report["unknown_meters"] == [["tele/stranger/SENSOR", 1]]
    assert report["counters"]["refused.meter-not-json"] == 1
    assert report["rejects"][-1]["topic"] == meter.topic
    assert engine.tick(T + 2).batch.meters == []


def test_the_report_tells_each_sensor_by_itself(site: Site, tags: tuple[Tag, ...], engine: Engine) -> None:
    sensor = tags[2]
    for gateway, _ in near(site, 3):
        engine.receive(*upload(site, gateway, T, [(sensor.mac, -60, s1(12.5, sensor.mac))]), T)
    engine.tick(T)
    tag, room, celsius, humidity, at, age, code, fault = json.loads(engine.health(T + 1, Outside()))["sensors"][0]
    assert (tag, room, celsius, humidity) == (2, site.room_by_number[sensor.home], 12.5, 50.0)
    assert at == pytest.approx(T, abs=2)
    assert age == pytest.approx(1, abs=2)
    assert (code, fault) == ("high", "temperature_c")
