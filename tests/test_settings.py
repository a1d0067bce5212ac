from __future__ import annotations

import pytest

from twin.errors import SettingsError
from twin.settings import ROOT, Settings, settings


def test_the_defaults_are_a_demo_on_loopback_with_our_own_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARDLIGHT_VAR")
    s = settings()
    assert s.demo
    assert s.embedded_broker
    assert s.broker_url == "mqtt://127.0.0.1:18830"
    assert s.broker_host == s.web_host == "127.0.0.1"
    assert s.var.is_relative_to(ROOT / "data")


def test_every_fault_is_named_with_its_variable_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_WEB_PORT", "eighty")
    monkeypatch.setenv("WARDLIGHT_TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("WARDLIGHT_GATEWAY_TOPICS", "/gw/#")
    with pytest.raises(SettingsError) as refused:
        settings()
    for words in ("WARDLIGHT_WEB_PORT", "'eighty'", "WARDLIGHT_TIMEZONE", "Mars/Olympus", "WARDLIGHT_GATEWAY_TOPICS"):
        assert words in str(refused.value)


def test_half_of_a_key_pair_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_BROKER_KEY", "key.pem")
    with pytest.raises(SettingsError, match="WARDLIGHT_BROKER_CERTIFICATE and WARDLIGHT_BROKER_KEY belong together"):
        settings()


def test_a_bad_value_of_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_MQTT_PASSWORD", "tea-at-4")
    assert "tea-at-4" not in repr(settings())


def test_topics_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_GATEWAY_TOPICS", "/gw/+/status, floor2/gateways")
    assert settings().gateway_topics == ("/gw/+/status", "floor2/gateways")


@pytest.mark.parametrize("topic", ["gw/+/x/+", "gw+/status", "wardlight/demo/frame/0", "$SYS/x"])
def test_topics_that_would_let_gateways_too_far_are_refused(monkeypatch: pytest.MonkeyPatch, topic: str) -> None:
    monkeypatch.setenv("WARDLIGHT_GATEWAY_TOPICS", topic)
    with pytest.raises(SettingsError, match="WARDLIGHT_GATEWAY_TOPICS"):
        settings()


def test_relative_paths_start_at_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("WARDLIGHT_TAGS", "my/tags.csv")
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))
    assert settings().tags == ROOT / "my/tags.csv"
    assert settings().var == tmp_path


def test_an_outside_broker_replaces_the_embedded_one() -> None:
    s = Settings(mqtt_url="mqtts://broker:8883")
    assert not s.embedded_broker
    assert s.broker_url == "mqtts://broker:8883"
