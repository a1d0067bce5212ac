"""Who may sign in to the embedded broker: our own processes and the gateways.

Our own processes have a random password each, kept in a file of its own that only this user
can read. A gateway has a random token; only its SHA-256 is stored, so a token is shown once,
when it is made. Tokens are random and long, so a fast hash is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from twin.errors import BrokerError, WardlightError

ACCOUNTS = ("twin", "web", "simulator")
"""Accounts of our own processes."""

_MAC = re.compile(r"[0-9A-F]{12}")
_METER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def gateway_mac(text: str) -> str:
    """Normalise a MAC address to 12 upper-case hex digits.

    Raises:
        WardlightError: `text` is not a MAC address.
    """
    mac = text.strip().upper().replace(":", "").replace("-", "")
    if not _MAC.fullmatch(mac):
        raise WardlightError(f"{text!r} is not a MAC address; give 12 hex digits, as printed on the gateway.")
    return mac


def is_mac(account: str) -> bool:
    """Whether an account is a gateway's."""
    return _MAC.fullmatch(account) is not None


def meter_name(text: str) -> str:
    """Check the name that a meter or its bridge has in its topics.

    Raises:
        WardlightError: it has characters that could reach other topics, or is taken.
    """
    name = text.strip()
    if not _METER.fullmatch(name):
        raise WardlightError(
            f"{text!r} is no name for a meter's account; use letters, digits, dot, dash, underscore, as in its topic."
        )
    mac_like = re.fullmatch(r"[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}", name)
    if mac_like or name in (*ACCOUNTS, "wardlight"):
        raise WardlightError(f"{name!r} cannot be a meter's account; give the meter another name in its topic.")
    return name


def account_password(secrets_dir: Path, account: str) -> str:
    """The password of one of our own processes, made at the first call.

    Safe when several processes ask for the first time at once: all get the same.

    Raises:
        BrokerError: the secrets folder cannot be read or written.
    """
    path = secrets_dir / f"mqtt-{account}"
    try:
        if not path.exists():
            _create_once(path, secrets.token_urlsafe(32))
        return path.read_text().strip()
    except OSError as error:
        raise BrokerError(
            f"Cannot read or make {path}: {error.strerror}; this folder must belong to the user that runs Wardlight."
        ) from error


def issue(secrets_dir: Path, mac: str) -> str:
    """Make a new token for the gateway `mac`, or the meter of that name, and return it; an older one stops working."""
    token = secrets.token_urlsafe(24)
    _write_digests(secrets_dir, {**digests(secrets_dir), mac: digest(token)})
    return token


def revoke(secrets_dir: Path, mac: str) -> bool:
    """Take the token of the gateway `mac`, or the meter of that name, away; False when it had none."""
    known = digests(secrets_dir)
    if mac not in known:
        return False
    _write_digests(secrets_dir, {m: d for m, d in known.items() if m != mac})
    return True


def digest(token: str) -> str:
    """SHA-256 of a token, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, wanted: str) -> bool:
    """Whether `token` has the digest `wanted`, in constant time."""
    return hmac.compare_digest(digest(token), wanted)


def digests_path(secrets_dir: Path) -> Path:
    """Where the digests of the gateways' tokens are."""
    return secrets_dir / "gateway-tokens.json"


def digests(secrets_dir: Path) -> Mapping[str, str]:
    """Digest by gateway MAC.

    Raises:
        BrokerError: the file is damaged.
    """
    path = digests_path(secrets_dir)
    try:
        loaded = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BrokerError(
            f"Cannot read {path} ({error}); restore it, or delete it and issue all tokens anew."
        ) from None
    if not isinstance(loaded, dict) or not all(isinstance(d, str) for d in loaded.values()):
        raise BrokerError(f"{path} is damaged; restore it, or delete it and issue all tokens anew.")
    return loaded


def _write_digests(secrets_dir: Path, new: Mapping[str, str]) -> None:
    path = digests_path(secrets_dir)
    try:
        _private(secrets_dir)
        temporary = _temporary(secrets_dir, json.dumps(dict(sorted(new.items())), indent=1) + "\n")
        temporary.replace(path)
    except OSError as error:
        raise BrokerError(f"Cannot write {path}: {error.strerror}.") from error


def _create_once(path: Path, text: str) -> None:
    """Write a private file whole, unless somebody else was first."""
    _private(path.parent)
    temporary = _temporary(path.parent, text + "\n")
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def _temporary(folder: Path, text: str) -> Path:
    """A new file in `folder`, mode 0600, with `text` in it and on the disk."""
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
