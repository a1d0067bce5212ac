"""What browser tests share: a browser with WebGL in software, and the web application before a made-up twin."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.made_up_past import remember

FAKE = Path(__file__).with_name("fake_twin.py")
WEBGL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


class Server:
    """The web application with its made-up twin, in a process that can be stopped and started again."""

    def __init__(self, var: Path, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var = var
        self.options = options
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WARDLIGHT_")}
        self.process = subprocess.Popen(
            [sys.executable, str(FAKE), str(self.port), *self.options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment | {"WARDLIGHT_VAR": str(self.var)},
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def order(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium a file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=WEBGL)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a file, with an hour of history as a twin would have."""
    var = tmp_path_factory.mktemp("var")
    remember(var)
    server = Server(var)
    yield server
    server.kill()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server for one test alone; options of `fake_twin.py` may be given."""
    made: list[Server] = []

    def make(*options: str) -> Server:
        made.append(Server(tmp_path, *options))
        return made[-1]

    yield make
    for server in made:
        server.kill()
