from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twin import settings as settings_module
from twin.web import command, live

FAKE = Path(__file__).resolve().parents[1] / "browser/fake_twin.py"


@pytest.fixture(scope="session")
def app_module(own_var: Path) -> Iterator[Any]:
    """The whole web application."""
    os.environ["WARDLIGHT_VAR"] = str(own_var)
    settings_module.settings.cache_clear()
    import app

    yield app
    os.environ.pop("WARDLIGHT_VAR", None)
    settings_module.settings.cache_clear()


@pytest.fixture(scope="session")
def fake_module(app_module: Any) -> Any:
    """The made-up twin of the browser tests."""
    spec = importlib.util.spec_from_file_location("fake_twin", FAKE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fed(fake_module: Any) -> Iterator[live.Hub]:
    """The hub of this process, after one tick of a made-up twin."""
    live.hub.cache_clear()
    fake_module.FakeTwin().tick()
    yield live.hub()
    live.hub.cache_clear()


@pytest.fixture
def desk(fake_module: Any) -> Iterator[Any]:
    """A made-up twin that takes commands; what it writes is gone afterwards."""
    command.asker.cache_clear()
    made = fake_module.FakeDesk()
    command.asker().connect(made)
    yield made
    command.asker.cache_clear()
    shutil.rmtree(settings_module.settings().survey.parent, ignore_errors=True)


@pytest.fixture
def silent(app_module: Any) -> Iterator[live.Hub]:
    """The hub of this process before the twin has said anything."""
    live.hub.cache_clear()
    yield live.hub()
    live.hub.cache_clear()
