from __future__ import annotations

from pathlib import Path

import pytest

from twin.site import Site, load_site

DEMO = Path(__file__).parents[2] / "data/demo"


@pytest.fixture(scope="session")
def demo() -> Site:
    return load_site(DEMO / "building", DEMO / "gateways.csv")


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    return DEMO
