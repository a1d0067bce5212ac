"""The texts of the bar that goes back in time."""

from __future__ import annotations

from typing import Any

from components.text import _, plural


def travel_words() -> dict[str, Any]:
    """Give the texts that `assets/page/travel*.js` show, by key."""
    return {
        "past": _("Past"),
        "past_age": _("not now"),
        "past_unknown": _("not known for the past"),
        "was_live_then": _("Heard at that time"),
        "stale_why_then": _("No fresh position of it was stored then; this is where it had been last."),
        "unobserved_why_then": _("No fresh position of it was stored then; this is where it had been last."),
        "lost_why_then": _(
            "It had no position for so long that its place was no longer believed. History does not tell whether the"
            " gateways near it were silent."
        ),
        "building_then": _("The building then"),
        "empty_room_then": _("Nobody and nothing tagged was here then."),
        "travel_banner": _("You are looking at %(time)s on %(date)s, not now."),
        "travel_back": _("Back to now"),
        "travel_now": _("Now"),
        "travel_slider": _("Moment that is shown"),
        "travel_at_now": _("Now, live"),
        "travel_play": _("Play"),
        "travel_play_last": _("Play the last ten minutes"),
        "travel_pause": _("Pause"),
        "travel_previous": _("Previous event"),
        "travel_next": _("Next event"),
        "travel_no_event": _("There is no other event in that direction."),
        "travel_speed": _("Speed"),
        "travel_times": _("%(num)s×"),
        "travel_moment": _("Go to a moment"),
        "travel_follow": _("Follow"),
        "travel_follow_why": _("Keep the chosen tag in view: level and camera go with it. Choose a tag first."),
        "travel_stops": _("Stops"),
        "travel_stops_of": _("Stops of %(name)s"),
        "travel_stops_none": _("No stop of this tag is stored."),
        "travel_stops_choose": _("Choose a tag to see where it stopped."),
        "travel_stops_short": plural("%(num)s stay under a minute left out", "%(num)s stays under a minute left out"),
        "travel_still": _("still there"),
        "travel_outside": _("a room that is gone"),
        "travel_loading": _("Loading…"),
        "travel_gap": _("Nothing was stored at that time: the twin was not running, or heard nobody."),
        "travel_skipped": _("Nothing is stored from %(from)s to %(to)s; playing goes on after it."),
        "travel_present": _("This is the present again."),
        "travel_said": _("Showing %(time)s on %(date)s."),
        "travel_press": _("Button pressed: %(name)s"),
        "travel_first_seen": _("First seen: %(name)s"),
        "travel_high": _("Above its range: %(room)s, %(worst)s"),
        "travel_low": _("Below its range: %(room)s, %(worst)s"),
        "travel_more": plural("and %(num)s more", "and %(num)s more"),
        "travel_events": {
            "press": _("Button pressed"),
            "excursion": _("Climate out of range"),
            "first_seen": _("Patient's tag first seen"),
            "gap": _("Nothing stored"),
        },
        "travel_first_seen_why": _(
            "A wristband that came into a room for the first time, or after four hours. Nobody said that it is an"
            " admission."
        ),
        "travel_faults": {
            "history": _("History cannot be read now; trying again."),
            "busy": _("Too many people look back at once; trying again."),
            "empty": _("History holds no positions yet."),
            "range": _("That moment is not kept: positions are kept for 72 hours."),
            "network": _("No connection to the server; trying again."),
            "server": _("The server could not look that up."),
            "building": _("The building cannot be read."),
        },
    }
