"""`python -m twin token`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from twin import tokens
from twin.errors import WardlightError
from twin.settings import settings


def token(
    mac: Annotated[
        str | None,
        typer.Argument(help="MAC address of the gateway, or name of the meter; without it, list who has one"),
    ] = None,
    meter: Annotated[bool, typer.Option("--meter", help="for an energy meter, or for the bridge of many")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="take the token away")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Make a token of a gateway or meter for the embedded broker; user name = MAC or name, shown only now."""
    folder = settings().secrets
    if mac is None:
        known = sorted(tokens.digests(folder))
        print(json.dumps(known) if as_json else "\n".join(known) or "Nobody has a token.")
        return
    user = tokens.meter_name(mac) if meter else tokens.gateway_mac(mac)
    if revoke:
        if not tokens.revoke(folder, user):
            raise WardlightError(f"{user} has no token.")
        print(json.dumps({"revoked": user}) if as_json else f"Revoked the token of {user}.")
        return
    new = tokens.issue(folder, user)
    if as_json:
        print(json.dumps({"user": user, "password": new}))
    else:
        print(f"user      {user}\npassword  {new}\nIt is not stored and will not be shown again.")
