"""How the live path does, as tables: hops, gateways, refused messages, unknown senders."""

from __future__ import annotations

from typing import Any

from components import tell
from components.sheet import Cell, Column, code, health, sheet
from components.text import _

Report = dict[str, Any]
Sheet = dict[str, Any]


def hop_names() -> dict[str, str]:
    """Name the steps of the live path, by the key that the twin gives them."""
    return {
        "bus": _("Messages from the broker"),
        "radio": _("Radio messages read"),
        "epochs": _("Readings gathered"),
        "locate": _("Places worked out"),
        "presence": _("Stays"),
        "climate": _("Climate"),
        "flow": _("Figures"),
        "history": _("History written"),
        "frame": _("Frames sent"),
        "frames": _("Frames sent"),
        "intake": _("Messages taken in"),
        "engine": _("Ticks"),
    }


def hops(report: Report) -> Sheet:
    """Show each step in the order in which data walks: counts, rate, drops, age."""
    names = hop_names()

    def state(hop: Report) -> Cell:
        return health(_("well") if hop["well"] else _("unwell"), well=hop["well"])

    columns = [
        Column[Report]("hop", _("Step"), lambda h: names.get(h["hop"]) or str(h["hop"])),
        Column[Report]("state", _("State"), state),
        Column[Report]("count", _("Count"), lambda h: tell.number(h["count"]), number=True),
        Column[Report]("rate", _("A second"), lambda h: tell.number(h["rate"], 1), number=True),
        Column[Report]("dropped", _("Dropped"), lambda h: tell.number(h["dropped"]), number=True),
        Column[Report]("age", _("Newest"), lambda h: tell.age(h["age_s"]), number=True),
        Column[Report]("note", _("Note"), lambda h: h["note"]),
    ]
    return sheet(_("From radio to screen"), columns, report.get("hops", []), empty=_("No report yet."))


def gateways(report: Report) -> Sheet:
    """Show each gateway: when it was heard, what it sent, whether its clock is right."""
    columns = [
        Column[Report]("name", _("Gateway"), lambda g: g["name"]),
        Column[Report]("mac", _("MAC address"), lambda g: code(g["mac"])),
        Column[Report]("age", _("Heard"), lambda g: tell.age(g["age_s"]), number=True),
        Column[Report]("uploads", _("Messages"), lambda g: tell.number(g["uploads"]), number=True),
        Column[Report]("rows", _("Readings"), lambda g: tell.number(g["rows"]), number=True),
        Column[Report]("refused", _("Refused"), lambda g: tell.number(g["refused"]), number=True),
        Column[Report]("clock", _("Clock"), _clock),
    ]
    return sheet(_("Gateways"), columns, report.get("gateways", []), empty=_("No gateways in the register."))


def _clock(gateway: Report) -> str:
    word = {"ok": _("right"), "wrong": _("wrong")}.get(gateway["clock"], _("not known"))
    offset = gateway["clock_offset_s"]
    if offset is None or gateway["clock"] == "unknown":
        return word
    return _("%(word)s (%(seconds)s s off)", word=word, seconds=tell.number(offset, 1))


def rejects(report: Report) -> Sheet:
    """Show the newest messages that were refused, with the beginning of each."""
    columns = [
        Column[Report]("t", _("Time"), lambda r: tell.clock_time(r["t"], seconds=True)),
        Column[Report]("topic", _("Topic"), lambda r: code(r["topic"])),
        Column[Report]("reason", _("Reason"), lambda r: r["reason"]),
        Column[Report]("detail", _("Detail"), lambda r: r["detail"]),
        Column[Report]("sample", _("Beginning of the message"), lambda r: code(str(r["sample"])[:160])),
    ]
    return sheet(_("Refused messages"), columns, report.get("rejects", []), empty=_("None was refused."))


def unknown_tags(report: Report) -> Sheet:
    """Show senders that are heard but not in the register."""
    columns = [
        Column[list[Any]]("mac", _("MAC address"), lambda r: code(r[0])),
        Column[list[Any]]("count", _("Times heard"), lambda r: tell.number(r[1]), number=True),
        Column[list[Any]]("rssi", _("Last RSSI, dBm"), lambda r: tell.number(r[2]), number=True),
        Column[list[Any]]("gateway", _("Last gateway"), lambda r: str(r[3])),
    ]
    return sheet(_("Tags not in the register"), columns, report.get("unknown_tags", []), empty=_("None was heard."))


def unknown_frames(report: Report) -> Sheet:
    """Show kinds of radio frames that cannot be read."""
    columns = [
        Column[list[Any]]("signature", _("Signature"), lambda r: code(str(r[0]))),
        Column[list[Any]]("count", _("Times heard"), lambda r: tell.number(r[1]), number=True),
        Column[list[Any]]("example", _("Example"), lambda r: code(str(r[2])[:80])),
    ]
    return sheet(_("Frames not understood"), columns, report.get("unknown_frames", []), empty=_("None was heard."))


def unknown_gateways(report: Report) -> Sheet:
    """Show gateways that send but are not in the list of gateways."""
    columns = [
        Column[list[Any]]("mac", _("MAC address"), lambda r: code(str(r[0]))),
        Column[list[Any]]("count", _("Messages"), lambda r: tell.number(r[1]), number=True),
    ]
    rows = report.get("unknown_gateways", [])
    return sheet(_("Gateways not in the list"), columns, rows, empty=_("None was heard."))


def meters(report: Report) -> Sheet:
    """Show each energy meter: when it was heard, and what was refused of it."""

    def state(meter: Report) -> Cell:
        return health(_("silent") if meter["silent"] else _("heard"), well=not meter["silent"])

    columns = [
        Column[Report]("id", _("Meter"), lambda m: code(m["id"])),
        Column[Report]("state", _("State"), state),
        Column[Report]("age", _("Heard"), lambda m: tell.age(m["age_s"]), number=True),
        Column[Report]("watt", _("Power, W"), lambda m: tell.number(m["watt"]), number=True),
        Column[Report]("kwh", _("Counter, kWh"), lambda m: tell.number(m["kwh"], 2), number=True),
        Column[Report]("readings", _("Messages"), lambda m: tell.number(m["readings"]), number=True),
        Column[Report]("refused", _("Refused"), lambda m: tell.number(m["refused"]), number=True),
    ]
    return sheet(_("Energy meters"), columns, report.get("meters", []), empty=_("No meter is entered."))


def unknown_meters(report: Report) -> Sheet:
    """Show what tells of energy but is not in the list of meters."""
    columns = [
        Column[list[Any]]("topic", _("Topic"), lambda r: code(str(r[0]))),
        Column[list[Any]]("count", _("Messages"), lambda r: tell.number(r[1]), number=True),
    ]
    rows = report.get("unknown_meters", [])
    return sheet(_("Meters not in the list"), columns, rows, empty=_("None was heard."))


def counters(report: Report) -> Sheet:
    """Show every counter under the name it has in the logs."""
    columns = [
        Column[tuple[str, int]]("name", _("Counter"), lambda r: code(r[0])),
        Column[tuple[str, int]]("count", _("Count"), lambda r: tell.number(r[1]), number=True),
    ]
    rows = sorted(report.get("counters", {}).items())
    return sheet(_("Counters"), columns, rows, empty=_("No report yet."))


def sheets(report: Report) -> list[Sheet]:
    """Give all tables of the page, most telling first."""
    parts = (
        hops, gateways, rejects, unknown_gateways, unknown_tags, unknown_frames, meters, unknown_meters, counters,
    )  # fmt: skip
    return [part(report) for part in parts]
