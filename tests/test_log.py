from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from twin import log


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.configure("engine")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_json_with_time_process_and_event(written: io.StringIO) -> None:
    log.get("bus").warning("connected", after_s=2.5)
    line = json.loads(written.getvalue())
    assert line["process"] == "engine"
    assert line["logger"] == "bus"
    assert line["level"] == "warning"
    assert line["event"] == "connected"
    assert line["after_s"] == 2.5
    assert line["at"].endswith("Z")


def test_secrets_are_never_written(written: io.StringIO) -> None:
    log.get("x").error("e", password="tea", mqtt_password="tea", api_token="tea", config=SecretStr("tea"), cookie="tea")
    assert "tea" not in written.getvalue()


def test_a_failure_is_one_line_with_its_traceback(written: io.StringIO) -> None:
    log.get("x").error("failed", exc_info=ValueError("seven"))
    (line,) = written.getvalue().splitlines()
    assert "ValueError: seven" in json.loads(line)["exception"]


def test_other_libraries_write_the_same_way(written: io.StringIO) -> None:
    logging.getLogger("some.library").warning("odd %s", "thing")
    logging.getLogger("amqtt.broker").warning("noise")
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["odd thing"]
