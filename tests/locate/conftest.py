"""The demo building, and a plain world to hear tags in."""

from __future__ import annotations

import pytest

from twin.settings import ROOT
from twin.site import Site, load_site


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")
