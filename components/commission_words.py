"""The texts that the scripts of the commissioning page show."""

from __future__ import annotations

from typing import Any

from components.text import _, plural


def commission_words() -> dict[str, Any]:
    """Give every text, by key."""
    return {**_plan(), **_gateways(), **_survey(), **_heat()}


def _plan() -> dict[str, Any]:
    return {
        "plan_about": _(
            "Plan of %(level)s. Click to place what is chosen; arrow keys move it by half a metre, with Shift by ten"
            " centimetres; + and - zoom, 0 shows the whole level. The lists and fields below do the same."
        ),
        "plan_here": _("x %(x)s m, y %(y)s m"),
        "plan_gateways": plural("%(num)s gateway", "%(num)s gateways"),
        "plan_error": _("expected error %(metres)s m"),
        "plan_heard": _("heard by %(num)s gateways"),
        "plan_outside": _("outside"),
        "plan_point": _("Point %(point)s"),
        "plan_waits": _("Drawing the plan…"),
    }


def _gateways() -> dict[str, Any]:
    return {
        "gw_number": _("No."),
        "gw_name": _("Name"),
        "gw_gateway_id": _("MAC address"),
        "gw_model": _("Model"),
        "gw_floor": _("Level"),
        "gw_x": _("x, m"),
        "gw_y": _("y, m"),
        "gw_z": _("Height above the floor, m"),
        "gw_z_short": _("z, m"),
        "gw_topic": _("MQTT topic"),
        "gw_state": _("State"),
        "gw_new": _("New gateway"),
        "gw_unnamed": _("without a name"),
        "gw_list": _("Gateways"),
        "gw_delete": _("Delete"),
        "gw_undo": _("Undo"),
        "gw_discard": _("Discard changes"),
        "gw_save": _("Save and reload the twin"),
        "gw_saving": _("Saving…"),
        "gw_choose": _("Choose a gateway on the plan or in the list, or add a new one."),
        "gw_place": _("Click its place on the plan, or type x and y."),
        "gw_changed": plural("%(num)s gateway changed, not saved yet", "%(num)s gateways changed, not saved yet"),
        "gw_same": _("No unsaved changes"),
        "gw_faults": plural("%(num)s fault", "%(num)s faults"),
        "gw_meanwhile": _("Somebody else saved the list meanwhile. Discard your changes to see it."),
        "gw_is_new": _("New, not saved"),
        "gw_is_changed": _("Changed, not saved"),
        "gw_is_silent": _("Silent"),
        "gw_is_never": _("Never heard"),
        "gw_is_moved": _("Suspect: moved?"),
        "gw_is_weak": _("Suspect: too weak"),
        "gw_is_strong": _("Suspect: too strong"),
        "gw_is_well": _("Heard"),
        "gw_is_unknown": _("No report"),
        "gw_is_faulty": _("Faulty entry"),
        "gw_level_only": _("This level only"),
    }


def _survey() -> dict[str, Any]:
    return {
        "walk_stand": _("I stand here"),
        "walk_cancel": _("Cancel"),
        "walk_z": _("Height of the tag above the floor, m"),
        "walk_nowhere": _("Click on the plan where you stand, or choose a room."),
        "walk_no_tag": _("Choose the tag that you carry."),
        "walk_progress": _("%(readings)s from %(gateways)s"),
        "walk_readings": plural("%(num)s reading", "%(num)s readings"),
        "walk_gateways": plural("%(num)s gateway", "%(num)s gateways"),
        "walk_left": plural("%(num)s second left", "%(num)s seconds left"),
        "walk_lost": _("The twin began anew while you stood here; nothing was stored. Please stand again."),
        "walk_older": _("The twin still works with the survey as it was when it started."),
        "walk_use": _("Use the new survey now"),
        "walk_sure": _("Delete point %(point)s? The survey as it is now stays among the versions."),
        "walk_replace": _("Replace the survey by this file? The survey as it is now stays among the versions."),
        "walk_deaf": _("The twin does not answer. Nothing can be collected or saved until it does."),
        "walk_large": _("This file is too large; a survey has at most 8 MB."),
    }


def _heat() -> dict[str, Any]:
    return {
        "heat_working": _("Working it out…"),
        "heat_again": _("Work it out again"),
        "heat_old": _("The gateways or the survey have changed since this was worked out."),
        "heat_before_edits": _("Before: the saved gateways. After: with your unsaved changes."),
        "heat_before_survey": _("Before: without the survey. After: with the survey."),
        "heat_only": _("With the saved gateways; there is no survey and no unsaved change to compare with."),
        "heat_coverage": _("Gateways expected to hear a tag"),
        "heat_error": _("Expected error, metres"),
        "heat_hatch_coverage": _("Hatched: fewer than 3 gateways"),
        "heat_hatch_error": _("Hatched: more than 5 m"),
        "heat_median": _("Median expected error"),
        "heat_thin": _("Floor heard by fewer than 3 gateways"),
        "heat_before": _("Before"),
        "heat_after": _("After"),
        "heat_now": _("Now"),
        "heat_building": _("Whole building"),
        "heat_metres": _("%(num)s m"),
    }
