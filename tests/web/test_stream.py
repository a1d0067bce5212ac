from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from components.rows import tag_rows
from twin import frame
from twin.access import Role, Visitor
from twin.flow.kpis import Kpis, LevelCounts
from twin.model import Doubt, Fixes, Kind, Press, Tag
from twin.web import health, stream
from twin.web.live import Hub
from twin.web.picture import columns, picture, second_rooms

KINDS = (Kind.PATIENT, Kind.STAFF, Kind.ASSET, Kind.STAFF)
TAGS = [Tag(i, f"C3000000000{i}", "B7", kind, "x", f"Tag {i}") for i, kind in enumerate(KINDS)]
NURSE = Visitor(Role.NURSE, frozenset({Kind.PATIENT, Kind.ASSET}))


def feed(here: Hub, seq: int = 1, doubt: Doubt | None = None, p: float = 0.9) -> None:
    """All tags on level 0, the last one lost."""
    n = len(TAGS)
    fixes = Fixes(
        t=1000.0 + seq, x=np.arange(n, dtype=np.float32), y=np.arange(n, dtype=np.float32),
        level=np.zeros(n, np.int32), room=np.arange(n, dtype=np.int32), p=np.full(n, p, np.float32),
        r90=np.full(n, 2.0, np.float32), heard=np.full(n, 999.0), gateways=np.full(n, 3, np.int32),
        state=np.array([0, 0, 0, 3], np.uint8), doubt=doubt,
    )  # fmt: skip
    rev, catalogue = frame.encode_catalogue("demo", TAGS)
    none = np.zeros(n, bool)
    live = frame.Live(seq, rev, fixes, np.full(n, 400.0), none, none)
    presses = [frame.Pressed(Press(1, 990.0, "ibeacon"), 1, 0), frame.Pressed(Press(0, 980.0, "ibeacon"), 0, 0)]
    summary = frame.encode_summary(
        live, Kpis(1, 1, 1, 0, 1, 0, 0, None, 0, 0, 0, 0, 1, 0, 1, 0.5), [LevelCounts(1, 1, 1, 0)], none[:1], presses,
        demo=True, speed=1.0, catch_up_until=None,
    )  # fmt: skip
    here.accept("wardlight/demo/catalogue", catalogue)
    here.accept("wardlight/demo/frame/0", frame.encode_frame(live, 0, (0.0, 0.0)))
    here.accept("wardlight/demo/summary", summary)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub("demo", streams=3)
    monkeypatch.setattr(stream, "hub", lambda: hub)
    monkeypatch.setattr(health, "hub", lambda: hub)
    return hub


@pytest.fixture
def client(here: Hub) -> Iterator[FlaskClient]:
    app = Flask("test")
    app.register_blueprint(stream.routes)
    app.register_blueprint(health.routes)
    with app.test_client() as client:
        yield client


def events(chunks: Iterator[bytes], n: int) -> list[tuple[str, str]]:
    """The next `n` events as (name, data)."""
    found = []
    while len(found) < n:
        text = next(chunks).decode()
        if text.startswith("event: "):
            head, data = text.strip().split("\n")
            found.append((head[7:], data[6:]))
    return found


def test_a_stream_sends_the_newest_at_once_then_each_change(here: Hub, client: FlaskClient):
    feed(here)
    response = client.get("/live/stream?levels=0", buffered=False)
    assert response.mimetype == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    chunks = response.iter_encoded()
    assert [name for name, _ in events(chunks, 3)] == ["catalogue", "frame", "summary"]
    feed(here, 2)
    names = dict(events(chunks, 3))
    assert json.loads(names["frame"])["seq"] == 2
    assert here.open_streams == 1
    response.close()
    assert here.open_streams == 0


def test_a_stream_sends_only_the_levels_asked_for(here: Hub, client: FlaskClient):
    feed(here)
    chunks = client.get("/live/stream?levels=3,x,-1,,99999", buffered=False).iter_encoded()
    assert [name for name, _ in events(chunks, 2)] == ["catalogue", "summary"]


def test_streams_end_when_the_worker_stops(here: Hub, client: FlaskClient):
    feed(here)
    chunks = client.get("/live/stream?levels=0", buffered=False).iter_encoded()
    events(chunks, 3)
    here.closing = True
    assert list(chunks) == []


def test_too_many_streams_are_sent_away_and_others_are_still_answered(here: Hub, client: FlaskClient):
    open_streams = [client.get("/live/stream", buffered=False) for _ in range(3)]
    refused = client.get("/live/stream")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get("/health").json["streams"] == 3  # pyright: ignore[reportOptionalSubscript]
    for response in open_streams:
        response.close()
    assert client.get("/live/poll").status_code == 200


def test_a_quiet_stream_says_that_it_is_there(here: Hub, monkeypatch: pytest.MonkeyPatch):
    now = iter(float(k) * 16 for k in range(20))
    monkeypatch.setattr(stream.clock, "monotonic", lambda: next(now))
    monkeypatch.setattr(here, "wait", lambda *_: [])
    chunks = stream.events(here, ("summary",), stream.visitor())
    assert [next(chunks)[:1] for _ in range(2)] == [b"r", b":"]


def test_polling_gives_the_same_and_then_nothing_new(here: Hub, client: FlaskClient):
    feed(here)
    first = client.get("/live/poll?levels=0")
    body = first.json
    assert body and body["frames"]["0"]["n"] == 3
    assert body["rev"] == json.loads(here.newest("catalogue").payload)["rev"]  # pyright: ignore[reportOptionalMemberAccess]
    again = client.get("/live/poll?levels=0", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    feed(here, 2)
    assert client.get("/live/poll?levels=0", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_before_the_twin_has_spoken(client: FlaskClient):
    assert client.get("/live/poll?levels=0").json == {"frames": {}}
    assert client.get("/live/catalogue").status_code == 503
    assert client.get("/live/where?tag=0").json == {"level": None}
    assert client.get("/health").json["live"] == "none"  # pyright: ignore[reportOptionalSubscript]


def test_the_level_of_a_tag(here: Hub, client: FlaskClient):
    feed(here)
    assert client.get("/live/where?tag=2").json == {"level": 0}
    assert client.get("/live/where?tag=3").json == {"level": None}, "a lost tag is in no frame"
    assert client.get("/live/where?tag=x").json == {"level": None}


def test_what_somebody_may_not_see_is_left_out_everywhere(
    here: Hub, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    feed(here)
    everything = client.get("/live/poll?levels=0").headers["ETag"]
    monkeypatch.setattr(stream, "visitor", lambda: NURSE)
    answer = client.get("/live/poll?levels=0", headers={"If-None-Match": everything})
    body = answer.json
    assert body
    assert answer.status_code == 200, "another person's ETag does not match"
    assert columns(body["frames"]["0"])["tag"].tolist() == [0, 2]
    assert columns(body["frames"]["0"])["x"].tolist() == [0, 200]
    assert [press["tag"] for press in body["summary"]["presses"]] == [0]
    assert body["summary"]["elsewhere"] == []
    rows = client.get("/live/catalogue").json["tags"]  # pyright: ignore[reportOptionalSubscript]
    assert [row[3] for row in rows] == ["Tag 0", "", "Tag 2", ""], "numbers stay, names go"
    assert client.get("/live/where?tag=1").json == {"level": None}
    assert [row[0] for row in picture(here, NURSE).tags if row[0]] == [TAGS[0].mac, TAGS[2].mac]


def test_second_rooms_go_with_the_tags_that_may_be_seen(here: Hub):
    second = np.array([7, 8, 9, 10], np.int32)
    feed(here, doubt=Doubt(np.ones(4, np.float32), second, np.array([0.1, 0.2, 0.3, 0.4], np.float32)), p=0.5)
    told = second_rooms(picture(here, NURSE).frames[0])
    assert {name: values.tolist() for name, values in told.items()} == {"i": [0, 1], "room": [7, 9], "p": [10, 30]}
    rows = {row.tag: (row.room, row.second, row.p_second) for row in tag_rows(picture(here, NURSE))}
    assert rows == {0: (0, 7, 0.1), 2: (2, 9, 0.3)}


def test_a_frame_without_second_rooms_stays_without(here: Hub):
    feed(here)
    frame = picture(here, NURSE).frames[0]
    assert "or" not in frame
    assert len(second_rooms(frame)["i"]) == 0


def test_somebody_who_sees_all_gets_the_very_bytes(here: Hub, client: FlaskClient):
    feed(here)
    assert client.get("/live/catalogue").data == here.newest("catalogue").payload  # pyright: ignore[reportOptionalMemberAccess]
