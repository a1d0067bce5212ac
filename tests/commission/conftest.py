from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from twin.commands import Desk, Reply
from twin.commission.gateways import Row
from twin.commission.service import Commissioning
from twin.intake import Intake
from twin.model import Gateway, Kind, Tag
from twin.radio import Slots
from twin.settings import ROOT, Settings
from twin.site import Site, load_site

T = 1_795_428_000.0
MAC = "C30000000001"


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")


class Stage:
    """The twin's side of commissioning, with a clock that the test turns."""

    def __init__(self, site: Site, var: Path) -> None:
        self.site = site
        self.now: float | None = T
        self.settings = Settings(var=var)
        tags = (Tag(0, "C30000000009", "B10", Kind.STAFF, "nurse", "N-1"), Tag(1, MAC, "MBT02", Kind.ASSET, "bed", "B"))
        self.intake = Intake(site, tags, self.settings.gateway_topics, Slots(tags))
        self.counters: Counter[str] = Counter()
        self.desk = Desk(self.counters)
        self.service = Commissioning(self.settings, site, tags, self.intake, lambda: self.now)
        self.service.register(self.desk)
        self.asked = 0

    def ask(self, name: str, **arguments: Any) -> Reply:
        self.asked += 1
        command = {"id": f"c{self.asked}", "name": name, "arguments": arguments}
        return msgspec.json.decode(self.desk.take(msgspec.json.encode(command)), type=Reply)

    def stand(self, **other: Any) -> Reply:
        room = self.site.rooms[20]
        return self.ask("survey.start", **({"tag": MAC, "x": room.x, "y": room.y, "level": room.level} | other))

    def hear(self, gateway: int, t: float, *rssi: int) -> None:
        assert self.intake.listener
        self.intake.listener(gateway, [0, *[1] * len(rssi)], [-50, *rssi], [t + 0.1 * i for i in range(len(rssi) + 1)])

    def walked(self) -> Reply:
        """One whole stand with five readings of two gateways."""
        assert self.stand().ok
        assert self.now is not None
        self.hear(3, self.now + 2.0, -60, -61, -62)
        self.hear(7, self.now + 5.0, -80, -82)
        self.now += 21.0
        self.service.step()
        return self.ask("survey.progress")


@pytest.fixture
def stage(site: Site, tmp_path: Path) -> Stage:
    return Stage(site, tmp_path)


def row(site: Site, gateway: Gateway, **other: str) -> Row:
    cells = {
        "gateway_id": gateway.mac, "name": gateway.name, "model": gateway.model, "topic": gateway.topic,
        "floor": str(site.levels[gateway.level].ordinal),
        "x": f"{gateway.x:.2f}", "y": f"{gateway.y:.2f}", "z": f"{gateway.z:.2f}",
    }  # fmt: skip
    return Row(**(cells | other))


@pytest.fixture
def rows(site: Site) -> list[Row]:
    """The demo's gateways as the page sends them."""
    return [row(site, gateway) for gateway in site.gateways]
