"""The texts of the scripts of the building page."""

from __future__ import annotations

from typing import Any

from components.text import _
from twin.jobs.spool import MOST_BYTES


def building_words() -> dict[str, Any]:
    """Give them, by key."""
    return {
        "upload_drop": _("Drop the file of a building here"),
        "upload_or": _("or"),
        "upload_choose": _("Choose a file"),
        "upload_kinds": _(
            "IFC (.ifc, .ifczip, .ifc.gz) or an IMDF archive (.zip), up to %(megabytes)s MB", megabytes=MOST_BYTES >> 20
        ),
        "upload_most": str(MOST_BYTES),
        "upload_book": _("Add a COBie workbook (.xlsx)"),
        "upload_book_why": _("Optional: its equipment is joined to the rooms."),
        "upload_remove": _("Remove %(name)s"),
        "upload_start": _("Upload and import"),
        "upload_sending": _("Uploading %(name)s: %(sent)s of %(size)s MB"),
        "upload_stored": _("Stored; the import begins."),
        "upload_stop": _("Stop"),
        "upload_stopped": _("The upload was stopped; nothing was kept."),
        "upload_broke": _("The upload broke off: no connection to the server. Nothing was kept."),
        "upload_failed": _("The server did not take the file (%(status)s)."),
        "upload_large": _("%(name)s has %(size)s MB; the limit is %(megabytes)s MB. Export only what makes rooms."),
        "upload_empty": _("%(name)s is empty."),
        "upload_many": _("Choose one building at a time."),
        "building_no": _("Cancel"),
        "building_trying": _("The twin tries it out; a large building takes some seconds…"),
        "building_no_level": _("No such level"),
        "building_plan_about": _("Plan of %(level)s with %(rooms)s rooms"),
        "building_scale": _("%(metres)s m"),
    }
