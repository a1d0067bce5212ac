"""Fixtures for every test: free ports, a real Mosquitto, a browser, the reference data."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from twin import settings as settings_module
from twin.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
REFERENCE = PROJECT.parent / "shared"
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


def missing(what: str) -> NoReturn:
    """Skip a test that lacks something; under CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} (and CI=true allows no gaps)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def own_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to write in that is not the developer's."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, own_var: Path) -> Iterator[None]:
    """Tests see neither the developer's WARDLIGHT_ variables nor a .env file, and write elsewhere."""
    for name in list(os.environ):
        if name.startswith("WARDLIGHT_") and name != "WARDLIGHT_CHROMIUM":
            monkeypatch.delenv(name)
    monkeypatch.setenv("WARDLIGHT_VAR", str(own_var))
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    settings_module.settings.cache_clear()
    yield
    settings_module.settings.cache_clear()


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The reference data beside the project."""
    if not REFERENCE.is_dir():
        missing(f"no reference data at {REFERENCE}")
    return REFERENCE


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium or Chrome that tests may drive."""
    path = os.environ.get("WARDLIGHT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        missing("no Chromium; install one and set WARDLIGHT_CHROMIUM, or use `make test`")
    return path


@pytest.fixture
def free_port() -> int:
    """A TCP port of loopback that nobody uses."""
    return find_port()


@pytest.fixture(scope="session")
def free_ports() -> Callable[[], int]:
    """Call it for one more free port."""
    return find_port


def find_port() -> int:
    """A free TCP port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Mosquitto:
    """A real Mosquitto on loopback, with one user."""

    folder: Path
    port: int
    user: str = "ward"
    password: str = "light-7"
    lines: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def settings(self, **more: object) -> Settings:
        """Settings of a client that may sign in."""
        return Settings(**{  # pyright: ignore[reportArgumentType]
            "var": self.folder / "var", "mqtt_url": self.url,
            "mqtt_user": self.user, "mqtt_password": self.password, **more,
        })  # fmt: skip

    def start(self) -> None:
        assert MOSQUITTO
        passwords = self.folder / "passwords"
        passwords.touch(mode=0o600)
        tool = shutil.which("mosquitto_passwd") or str(Path(MOSQUITTO).with_name("mosquitto_passwd"))
        subprocess.run([tool, "-b", str(passwords), self.user, self.password], check=True, capture_output=True)
        config = self.folder / "mosquitto.conf"
        lines = (f"listener {self.port} 127.0.0.1", "allow_anonymous false", f"password_file {passwords}", *self.lines)
        if os.geteuid() == 0:
            lines = ("user root", *lines)
        config.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
        wait_until(lambda: accepts(self.port), 5, "Mosquitto to listen")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def new_mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Makes a Mosquitto on a random port; further lines of its configuration may be given."""
    if not MOSQUITTO:
        missing("no mosquitto; install it (apt-get install mosquitto, brew install mosquitto)")
    made: list[Mosquitto] = []

    def make(*lines: str) -> Mosquitto:
        server = Mosquitto(tmp_path, find_port(), lines=lines)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def mosquitto(new_mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    """A running Mosquitto that wants a password."""
    return new_mosquitto()


def accepts(port: int) -> bool:
    """Whether something listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], object], seconds: float, what: str = "it") -> None:
    """Wait for a condition; fails the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.02)


@pytest.fixture
def until() -> Callable[..., None]:
    """`until(condition, seconds, what)`."""
    return wait_until


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under CI=true nothing that needs a real part may be skipped."""
    report = yield
    real = next((name for name in ("reference", "integration", "browser") if item.get_closest_marker(name)), None)
    if report.skipped and real and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped; CI=true allows no {real} test to be skipped: {report.longrepr}"
    return report
