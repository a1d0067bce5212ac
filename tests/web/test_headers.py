from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from twin.web.headers import local_enough, policy, protect, same_origin
from twin.web.secret import secret_key


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("test")
    app.add_url_rule("/", view_func=lambda: "ok", methods=["GET", "POST"])
    protect(app, lambda: ["'sha256-abc'"], "127.0.0.1")
    return app.test_client()


def test_the_policy_allows_our_own_scripts_only():
    rules = dict(rule.split(" ", 1) for rule in policy(["'sha256-abc'"]).split("; "))
    assert rules["script-src"] == "'self' 'sha256-abc'"
    assert rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in policy([])


def test_every_answer_carries_the_headers(client: FlaskClient):
    for path in ("/", "/missing"):
        headers = client.get(path).headers
        assert "'sha256-abc'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("fetch_site", "origin", "good"),
    [
        ("same-origin", None, True), ("none", None, True), ("cross-site", None, False), ("same-site", None, False),
        ("cross-site", "http://localhost", False), (None, "http://localhost", True),
        (None, "http://evil.example", False),
        (None, "null", False), (None, None, True),
    ],
)  # fmt: skip
def test_only_our_own_pages_may_change_something(
    client: FlaskClient, fetch_site: str | None, origin: str | None, good: bool
):
    given = {"Sec-Fetch-Site": fetch_site, "Origin": origin}
    headers = {name: value for name, value in given.items() if value is not None}
    assert same_origin(fetch_site, origin, "localhost") is good
    assert client.post("/", headers=headers).status_code == (200 if good else 403)


def test_reading_from_elsewhere_is_the_browsers_business(client: FlaskClient):
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "listening", "good"),
    [
        ("localhost:8050", "127.0.0.1", True), ("127.0.0.1:8050", "127.0.0.1", True), ("[::1]:8050", "::1", True),
        ("evil.example", "127.0.0.1", False), ("evil.example:8050", "localhost", False), ("", "127.0.0.1", False),
        ("twin.hospital.example", "0.0.0.0", True),
    ],
)  # fmt: skip
def test_a_strange_name_for_loopback_is_refused(asked: str, listening: str, good: bool):
    assert local_enough(asked, listening) is good


def test_dns_rebinding_gets_nothing(client: FlaskClient):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_the_secret_is_made_once_and_only_for_us(tmp_path: Path):
    folder = tmp_path / "secrets"
    key = secret_key(folder)
    assert len(key) > 40
    assert secret_key(folder) == key
    assert (folder / "web.key").stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == ["web.key"]
