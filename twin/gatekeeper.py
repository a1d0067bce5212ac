"""Sign-in and access list of the embedded broker: knows the accounts, decides, remembers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from twin import clock, log, rights, tokens
from twin.errors import WardlightError
from twin.rights import Rights
from twin.settings import Settings

REFRESH_S = 1.0
"""How long a session that stands may outlive its token."""

_log = log.get("broker")


class Admitted(NamedTuple):
    """Who signed in, and with which secret; worth nothing once that secret is replaced."""

    account: str
    digest: str


class Gatekeeper:
    """Decides who may sign in and who may write or read a topic. There is no anonymous access.

    Raises:
        BrokerError: the secrets cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        accounts = tokens.ACCOUNTS if settings.demo else tuple(a for a in tokens.ACCOUNTS if a != "simulator")
        self._own = {a: tokens.digest(tokens.account_password(settings.secrets, a)) for a in accounts}
        self._stamps: dict[Path, float] = {}
        self._looked = float("-inf")
        self._gateways: dict[str, str] = {}
        self._topics: dict[str, str] = {}
        self._simulated: frozenset[str] = frozenset()
        self._metered: frozenset[str] = frozenset()
        self._rights: dict[str, Rights] = {}
        self._decided: dict[tuple[str, str, bool], bool] = {}
        self._told: set[tuple[str, str]] = set()
        self._refresh()

    def admit(self, user: str | None, password: str | None, will_topic: str | None) -> Admitted | None:
        """Check a sign-in; None when it is refused."""
        self._refresh(at_once=True)
        account = _account(user)
        wanted = self._own.get(account) or self._gateways.get(account)
        if not wanted or not tokens.matches(password or "", wanted):
            self._tell(account[:40] or "(anonymous)", "sign-in refused")
            return None
        self._told = {told for told in self._told if told[0] != account}
        # The broker publishes a will without asking again, so it is asked here.
        if will_topic and not self._rights_of(account).may_write(will_topic):
            self._tell(account, f"sign-in refused: its last will is on {will_topic}")
            return None
        return Admitted(account, wanted)

    def may_write(self, who: Admitted | None, topic: str) -> bool:
        """Whether `who` may publish on `topic`."""
        return self._decide(who, topic, write=True)

    def may_read(self, who: Admitted | None, pattern: str) -> bool:
        """Whether `who` may read all topics that match `pattern`."""
        return self._decide(who, pattern, write=False)

    def _decide(self, who: Admitted | None, topic: str, *, write: bool) -> bool:
        self._refresh()
        if who is None or (self._own.get(who.account) or self._gateways.get(who.account)) != who.digest:
            return False
        key = (who.account, topic, write)
        decided = self._decided.get(key)
        if decided is None:
            mine = self._rights_of(who.account)
            decided = mine.may_write(topic) if write else mine.may_read(topic)
            if len(self._decided) < 20_000:
                self._decided[key] = decided
            if not decided:
                self._tell(who.account, f"may not {'write to' if write else 'read'} {topic[:200]}")
        return decided

    def _rights_of(self, account: str) -> Rights:
        if account not in self._rights:
            self._rights[account] = self._find_rights(account)
        return self._rights[account]

    def _find_rights(self, account: str) -> Rights:
        s = self._settings
        match account:
            case "twin":
                return rights.twin_rights(s.site, (*s.gateway_topics, *s.meter_topics, *self._metered))
            case "web":
                return rights.web_rights(s.site)
            case "simulator":
                return rights.simulator_rights(s.site, self._simulated)
            case _ if not tokens.is_mac(account):
                return rights.meter_rights(account, s.meter_topics)
            case _:
                return rights.gateway_rights(account, s.gateway_topics, self._topics.get(account))

    def _refresh(self, *, at_once: bool = False) -> None:
        """Read the tokens and the gateway list again when they changed."""
        now = clock.monotonic()
        if now - self._looked < REFRESH_S and not at_once:
            return
        self._looked = now
        s = self._settings
        files = (tokens.digests_path(s.secrets), s.gateway_list, s.gateways, s.meters)
        stamps = {path: path.stat().st_mtime if path.exists() else 0.0 for path in files}
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            self._gateways = dict(tokens.digests(s.secrets))
            self._topics = _gateway_topics(s.gateway_list)
            self._metered = frozenset(_topics(s.meters))
            # The simulated gateways hang where they hang, whatever somebody enters while commissioning.
            self._simulated = frozenset(_topics(s.gateways)) | self._metered
        except WardlightError as error:
            _log.error(f"{error} The broker goes on with what it knew before.")
        self._rights = {}
        self._decided = {}

    def _tell(self, account: str, what: str) -> None:
        """Log a refusal once an account and kind, so that a wrong gateway cannot fill the log."""
        if (account, what) not in self._told and len(self._told) < 500:
            self._told.add((account, what))
            _log.warning("refused", account=account, what=what)


def _account(user: str | None) -> str:
    """Account names are as they are; gateways may write their MAC in any form."""
    if not user or user in tokens.ACCOUNTS:
        return user or ""
    try:
        return tokens.gateway_mac(user)
    except WardlightError:
        return user


def _gateway_topics(path: Path) -> dict[str, str]:
    """Topic by gateway MAC, from the gateway list; empty when there is none."""
    try:
        return {tokens.gateway_mac(row["gateway_id"]): row["topic"] for row in _rows(path)}
    except KeyError as error:
        raise WardlightError(f"Cannot read the gateway list {path}: it lacks the column {error}.") from error


def _topics(path: Path) -> list[str]:
    """The topics of a list of gateways or meters; our own are nobody's."""
    return [row["topic"] for row in _rows(path) if not row["topic"].startswith(("wardlight/", "$"))]


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that name a topic; empty when there is no file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return [row for row in csv.DictReader(file) if row.get("topic")]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, csv.Error) as error:
        raise WardlightError(f"Cannot read the list {path}: {error}.") from error
