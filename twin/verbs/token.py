"""`python -m twin token`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from twin import tokens
from twin.errors import WardlightError
from twin.settings import settings


def token(
    mac: Annotated[str | None, typer.Argument(help="MAC address of the gateway; without it, list who has one")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="take the token away")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Make a gateway's token for the embedded broker; user name = MAC, password = token, shown only now."""
    folder = settings().secrets
    if mac is None:
        known = sorted(tokens.digests(folder))
        print(json.dumps(known) if as_json else "\n".join(known) or "No gateway has a token.")
        return
    gateway = tokens.gateway_mac(mac)
    if revoke:
        if not tokens.revoke(folder, gateway):
            raise WardlightError(f"Gateway {gateway} has no token.")
        print(json.dumps({"revoked": gateway}) if as_json else f"Revoked the token of {gateway}.")
        return
    new = tokens.issue(folder, gateway)
    if as_json:
        print(json.dumps({"user": gateway, "password": new}))
    else:
        print(f"user      {gateway}\npassword  {new}\nIt is not stored and will not be shown again.")
