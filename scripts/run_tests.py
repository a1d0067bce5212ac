"""Run the tests with a real browser and a real Mosquitto: `python scripts/run_tests.py [PYTEST ARGUMENTS]`.

Finds what the tests need, or installs it where that is possible, and says loudly what is missing.
With CI=true a missing part is a failure.
"""

# ruff: noqa: S603, S607 - it starts browsers, apt-get and pytest, found on this machine's own path

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
SERVER_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"))
DOWNLOAD_S = 300


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def works(program: str) -> bool:
    """Whether a browser can be started (Ubuntu has a `chromium-browser` that only points to a shop)."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def first_working(candidates: Iterable[str | None]) -> str | None:
    """The first browser that starts, as a path."""
    return next((path for path in candidates if path and works(path)), None)


def installed_browser() -> str | None:
    """A Chromium or Chrome that is there already."""
    named = os.environ.get("CHROMIUM")
    if named and not works(named):
        say(f"CHROMIUM={named} does not start; looking for another browser.")
    return first_working((named, *map(shutil.which, BROWSERS), *MAC_BROWSERS))


def playwright_browser() -> str | None:
    """Playwright's own Chromium, downloaded when it is not there yet."""
    path = _playwright_path()
    if path and works(path):
        return path
    say("No Chromium found; trying Playwright's download ...")
    try:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], timeout=DOWNLOAD_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    return path if path and works(path) else None


def _playwright_path() -> str | None:
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip() or None


def apt_install(package: str) -> bool:
    """Install a Debian package when that is allowed; whether it was tried."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {package} with apt-get ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], env=environment, stdout=sys.stderr, check=False)
    return True


def apt_browser() -> str | None:
    """Debian's Chromium, installed when we are root."""
    return installed_browser() if apt_install("chromium") else None


def find_mosquitto() -> str | None:
    """Mosquitto, installed when we are root and it is missing."""
    found = shutil.which("mosquitto", path=SERVER_PATH)
    if not found and apt_install("mosquitto"):
        found = shutil.which("mosquitto", path=SERVER_PATH)
    return found


def find_browser() -> str | None:
    """The system's browser, else Playwright's, else Debian's."""
    ways: tuple[Callable[[], str | None], ...] = (installed_browser, playwright_browser, apt_browser)
    return next((path for way in ways if (path := way())), None)


def banner(gaps: list[str]) -> None:
    """Say loudly what was not tested."""
    say("\n" + "!" * 100)
    for gap in gaps:
        say(f"!!  {gap}")
    say("!" * 100 + "\n")


def main(arguments: list[str]) -> int:
    """Find the parts, run pytest; its exit code."""
    browser, mosquitto = find_browser(), find_mosquitto()
    gaps = []
    if not browser:
        gaps.append("BROWSER TESTS CANNOT RUN: no Chromium. Install Chromium or Chrome, or set CHROMIUM=/path/to/it.")
    if not mosquitto:
        gaps.append("BROKER TESTS CANNOT RUN: no mosquitto (apt-get install mosquitto, brew install mosquitto).")
    if gaps:
        banner(gaps)
        if os.environ.get("CI") == "true":
            return 1
    environment = {**os.environ, **({"WARDLIGHT_CHROMIUM": browser} if browser else {})}
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False)
    if gaps:
        banner(gaps)
    return code.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
