from __future__ import annotations

import pytest

from twin.model import Room
from twin.settings import ROOT
from twin.site import Site, load_site


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")


@pytest.fixture
def rooms() -> tuple[Room, ...]:
    """A ward with two bed rooms and a dirty utility, a store, a corridor."""
    kinds = (
        ("patient_room", "ward"), ("patient_room", "ward"), ("utility_dirty", "ward"),
        ("store", "logistics"), ("corridor", ""),
    )  # fmt: skip
    return tuple(
        Room(i, f"id-{i}", 0, f"{i:03}", f"Room {i}", "room", space, department, 20.0, 5.0 * i, 1.0)
        for i, (space, department) in enumerate(kinds)
    )
