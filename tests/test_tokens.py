from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from twin import tokens
from twin.errors import BrokerError, WardlightError
from twin.gatekeeper import Gatekeeper
from twin.settings import Settings

MAC = "AC233F000001"


def test_processes_that_start_together_agree_on_the_password(tmp_path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: tokens.account_password(tmp_path / "secrets", "twin"), range(64)))
    assert len(made) == 1
    assert len(made.pop()) >= 40
    assert [p.name for p in (tmp_path / "secrets").iterdir()] == ["mqtt-twin"]


def test_secrets_are_for_this_user_only(tmp_path) -> None:
    folder = tmp_path / "secrets"
    tokens.account_password(folder, "web")
    tokens.issue(folder, MAC)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}


def test_a_gateways_token_is_not_stored(tmp_path) -> None:
    token = tokens.issue(tmp_path, MAC)
    assert token not in tokens.digests_path(tmp_path).read_text()
    assert tokens.matches(token, tokens.digests(tmp_path)[MAC])
    assert not tokens.matches(token + "x", tokens.digests(tmp_path)[MAC])


def test_a_damaged_token_file_is_named(tmp_path) -> None:
    tokens.digests_path(tmp_path).write_text("{")
    with pytest.raises(BrokerError, match=r"gateway-tokens\.json"):
        tokens.issue(tmp_path, MAC)


@pytest.mark.parametrize("text", ["ac:23:3f:00:00:01", "AC-23-3F-00-00-01", " ac233f000001 "])
def test_a_mac_may_be_written_in_any_form(text: str) -> None:
    assert tokens.gateway_mac(text) == MAC


def test_what_is_no_mac_is_refused() -> None:
    with pytest.raises(WardlightError, match="12 hex digits"):
        tokens.gateway_mac("gateway 7")


@pytest.fixture
def keeper(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Gatekeeper:
    monkeypatch.setattr("twin.gatekeeper.REFRESH_S", 0.0)
    gateways = tmp_path / "gateways.csv"
    gateways.write_text("gateway_id,name,topic\nac233f000001,One,/gw/ac233f000001/status\n")
    return Gatekeeper(Settings(var=tmp_path, gateways=gateways))


def test_nobody_comes_in_without_the_right_password(keeper: Gatekeeper) -> None:
    for user, password in ((None, None), ("", ""), ("twin", ""), ("twin", None), ("nobody", "x"), (MAC, "x")):
        assert keeper.admit(user, password, None) is None
    assert not keeper.may_read(None, "/gw/+/status")


def test_a_revoked_token_ends_a_session_that_stands(keeper: Gatekeeper, tmp_path) -> None:
    token = tokens.issue(tmp_path / "secrets", MAC)
    who = keeper.admit("ac:23:3f:00:00:01", token, None)
    assert keeper.may_write(who, "/gw/ac233f000001/status")
    tokens.revoke(tmp_path / "secrets", MAC)
    assert not keeper.may_write(who, "/gw/ac233f000001/status")
    assert keeper.admit(MAC, token, None) is None


def test_a_last_will_on_a_foreign_topic_is_refused(keeper: Gatekeeper, tmp_path) -> None:
    token = tokens.issue(tmp_path / "secrets", MAC)
    assert keeper.admit(MAC, token, "wardlight/demo/summary") is None
    assert keeper.admit(MAC, token, "/gw/ac233f000001/status")


def test_outside_the_demo_there_is_no_simulator(tmp_path) -> None:
    password = tokens.account_password(tmp_path / "secrets", "simulator")
    assert Gatekeeper(Settings(var=tmp_path, demo=True)).admit("simulator", password, None)
    assert Gatekeeper(Settings(var=tmp_path, demo=False)).admit("simulator", password, None) is None


def test_the_simulator_may_write_for_the_gateways_of_the_list(keeper: Gatekeeper, tmp_path) -> None:
    who = keeper.admit("simulator", tokens.account_password(tmp_path / "secrets", "simulator"), None)
    assert keeper.may_write(who, "/gw/ac233f000001/status")
    assert not keeper.may_write(who, "/gw/ac233f000002/status")


@pytest.mark.parametrize(
    "name", ["", "a/b", "+", "#", "twin", "web", "simulator", "wardlight", "AC233F000001", "x" * 65]
)
def test_a_meter_cannot_take_a_name_that_reaches_further(name: str) -> None:
    with pytest.raises(WardlightError, match="meter"):
        tokens.meter_name(name)


def test_a_meters_name_is_as_it_stands_in_its_topic() -> None:
    assert tokens.meter_name(" plug_ICU.2 ") == "plug_ICU.2"
