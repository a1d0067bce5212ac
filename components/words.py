"""The texts that the browser's scripts show, in the language of the request.

Texts with `%(num)s` are dicts of plural forms; `assets/words.js` fills them in.
"""

from __future__ import annotations

from typing import Any

from components.building_words import building_words
from components.commission_words import commission_words
from components.editor_words import editor_words
from components.environment_words import environment_words
from components.equipment_words import equipment_words
from components.floor_words import floor_words
from components.names import climate_names, kind_names, state_names, status_names, type_names
from components.text import _, plural
from components.travel_words import travel_words


def words() -> dict[str, Any]:
    """Give every text that scripts show, by key."""
    return {
        "kinds": kind_names(),
        "types": type_names(),
        "states": state_names(),
        "climate": climate_names(),
        "statuses": status_names(),
        **_link(),
        **_kpi(),
        **_panel(),
        **floor_words(),
        **_keys(),
        **building_words(),
        **commission_words(),
        **editor_words(),
        **environment_words(),
        **travel_words(),
        **equipment_words(),
    }


def _link() -> dict[str, Any]:
    return {
        "connecting": _("Connecting"),
        "live": _("Live"),
        "lagging": _("Lagging"),
        "stale": _("Data stopped"),
        "lost": _("Disconnected"),
        "deaf": _("Nothing heard"),
        "demo": _("Demo"),
        "data_from": plural("data from %(num)s s ago", "data from %(num)s s ago"),
        "data_from_min": plural("data from %(num)s min ago", "data from %(num)s min ago"),
        "last_data": _("last data %(time)s"),
        "no_data": _("no data yet"),
        "catching_up": _("Catching up: %(time)s of %(until)s"),
        "banner_connecting": _("Waiting for the first data."),
        "banner_stale": _("No new data from the twin. What you see is the last known picture, not the present."),
        "banner_lost": _("No connection to the server. What you see is the last known picture; trying again."),
        "banner_deaf": _(
            "No gateway has been heard yet, so this picture is empty. Gateways are placed on the Commissioning page."
        ),
        "said_live": _("The data is live again."),
    }


def _kpi() -> dict[str, Any]:
    return {
        "waiting": plural("%(num)s waiting", "%(num)s waiting"),
        "nobody_waits": _("nobody waits"),
        "median_so_far": _("median so far"),
        "of": plural("of %(num)s", "of %(num)s"),
        "of_located": plural("of %(num)s located", "of %(num)s located"),
        "of_measured": plural("of %(num)s measured", "of %(num)s measured"),
        "sensors_silent": plural("%(num)s sensor silent", "%(num)s sensors silent"),
        "unobserved": plural("%(num)s tag unobserved", "%(num)s tags unobserved"),
        "lost_tags": plural("%(num)s tag lost", "%(num)s tags lost"),
        "none_unobserved": _("no tag unobserved"),
        "in_building": _("in the building"),
        "unknown": _("unknown"),
    }


def _panel() -> dict[str, Any]:
    return {
        "nothing": _("Choose a room or a tag on the model, or search for one."),
        "presses": _("Button presses"),
        "presses_none": _("No button was pressed lately."),
        "presses_note": _("For information only. This is not a nurse call."),
        "pressed": _("Button pressed"),
        "building": _("The building now"),
        "level": _("Level"),
        "patients": _("Patients"),
        "staff": _("Staff"),
        "equipment": _("Equipment"),
        "sensors": _("Sensors"),
        "where": _("Where"),
        "since": _("There since"),
        "since_unknown": _("not known"),
        "room_share": _("%(room)s (%(percent)s)"),
        "room_or": _("or %(room)s (%(percent)s)"),
        "level_unsure": _("Level unsure"),
        "sure": _("How sure"),
        "sure_room": _("%(percent)s sure of the room"),
        "sure_radius": _("within %(metres)s m, nine times out of ten"),
        "heard": _("Last heard"),
        "heard_s": plural("%(num)s s ago", "%(num)s s ago"),
        "heard_min": plural("%(num)s min ago", "%(num)s min ago"),
        "last_seen": _("Last seen"),
        "state": _("State"),
        "was_live": _("Live when the data stopped"),
        "unobserved_why": _("The gateways that last heard it are silent, so it may have moved."),
        "stale_why": _("It has not been heard for a while; this is where it was last heard."),
        "lost_why": _("It has not been heard for so long that its place is no longer believed."),
        "no_room": _("Outside any room"),
        "nowhere": _("Not heard since the start"),
        "looking": _("Looking for it…"),
        "use": _("Use"),
        "in_use": _("With a patient"),
        "not_in_use": _("Not with a patient"),
        "home": _("Belongs to"),
        "tag": _("Tag"),
        "copy": _("Copy link"),
        "copied": _("Link copied"),
        "close": _("Close"),
        "climate_title": _("Climate"),
        "temperature": _("Temperature"),
        "humidity": _("Humidity"),
        "measured": _("Measured"),
        "no_sensor": _("This room has no sensor."),
        "empty_room": _("Nobody and nothing tagged is here now."),
        "department": _("Department"),
        "area": _("Area"),
        "more": plural("and %(num)s more in the list", "and %(num)s more in the list"),
        "sure_short": _("%(percent)s sure"),
        "rooms": _("Rooms"),
        "people": _("People"),
        "catalogue_waits": _("The list of tags has not arrived yet."),
    }


def _keys() -> dict[str, Any]:
    return {"sheet_open": _("Show details"), "sheet_close": _("Hide details")}
