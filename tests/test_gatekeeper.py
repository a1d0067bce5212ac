"""The embedded broker's access list, when commissioning has written another gateway list."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twin import gatekeeper, tokens
from twin.gatekeeper import Gatekeeper
from twin.settings import Settings

SHIPPED, PLACED = "AC233F000001", "AC233F000002"
HEAD = "gateway_id,name,topic\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    listed = tmp_path / "shipped.csv"
    listed.write_text(f"{HEAD}{SHIPPED},One,floor1/one\n")
    return Settings(var=tmp_path / "var", gateways=listed, gateway_topics=("floor1/one", "floor2/two"))  # pyright: ignore[reportArgumentType]


def test_a_placed_gateway_may_write_at_once_and_the_simulator_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "REFRESH_S", 0.0)
    token = tokens.issue(settings.secrets, PLACED)
    keeper = Gatekeeper(settings)
    simulator = keeper.admit("simulator", tokens.account_password(settings.secrets, "simulator"), None)
    gateway = keeper.admit(PLACED, token, None)
    assert keeper.may_write(simulator, "floor1/one")
    assert not keeper.may_write(gateway, "floor2/two")
    placed = settings.var / "site/gateways.csv"
    placed.parent.mkdir(parents=True)
    placed.write_text(f"{HEAD}{PLACED},Two,floor2/two\n")
    assert keeper.may_write(gateway, "floor2/two")
    assert keeper.may_write(simulator, "floor1/one"), "simulated gateways hang where they hang"
    assert not keeper.may_write(simulator, "floor2/two")
    placed.write_text(f"{HEAD}{PLACED},Two,floor1/one\n")
    os.utime(placed, (1, 1))
    assert not keeper.may_write(gateway, "floor2/two")


def test_a_meter_needs_a_token_and_keeps_to_its_topics(tmp_path: Path) -> None:
    listed = tmp_path / "meters.csv"
    listed.write_text("meter_id,topic\nm-1,zigbee2mqtt/m-1\nm-2,plant/2\nbad,wardlight/demo/command\n")
    settings = Settings(var=tmp_path / "var", meters=listed)
    token = tokens.issue(settings.secrets, "plug-1")
    keeper = Gatekeeper(settings)
    assert keeper.admit("plug-1", "guessed", None) is None
    assert keeper.admit("plug-2", token, None) is None
    assert keeper.admit("plug-1", token, "wardlight/demo/frame/0") is None
    plug = keeper.admit("plug-1", token, "tele/plug-1/LWT")
    assert plug
    assert keeper.may_write(plug, "zigbee2mqtt/plug-1")
    assert not keeper.may_write(plug, "zigbee2mqtt/m-1")
    twin, simulator = (
        keeper.admit(name, tokens.account_password(settings.secrets, name), None) for name in ("twin", "simulator")
    )
    assert all(keeper.may_read(twin, topic) for topic in ("zigbee2mqtt/+", "tele/+/SENSOR", "plant/2"))
    assert keeper.may_write(simulator, "zigbee2mqtt/m-1")
    assert keeper.may_write(simulator, "plant/2")
    assert not keeper.may_write(simulator, "wardlight/demo/command")
    assert not keeper.may_write(simulator, "zigbee2mqtt/plug-1")
