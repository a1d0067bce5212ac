"""The texts that the scripts of the assets page show."""

from __future__ import annotations

from typing import Any

from components.text import _, plural


def equipment_words() -> dict[str, Any]:
    """Give every text, by key."""
    return {**_table(), **_definitions(), **_near(), **_side(), **_tag()}


def _table() -> dict[str, Any]:
    return {
        "eq_waiting": _("Waiting for the twin's list of tags."),
        "eq_data_of": _("Data of %(time)s."),
        "eq_find": _("Find"),
        "eq_find_hint": _("Label, type, room, serial number, MAC …"),
        "eq_filters": _("Filters"),
        "eq_all": _("All"),
        "eq_all_types": _("All types"),
        "eq_type": _("Type"),
        "eq_status": _("Status"),
        "eq_department": _("Department"),
        "eq_room": _("Room"),
        "eq_state": _("Position"),
        "eq_clear": _("Clear all filters"),
        "eq_none": _("Nothing fits these filters."),
        "eq_found": plural("%(num)s thing", "%(num)s things"),
        "eq_of": plural("of %(num)s", "of %(num)s"),
        "eq_never": _("never"),
        "eq_ago": _("%(time)s ago"),
        "eq_in_use_now": _("in use now"),
        "eq_not_in_week": _("over 7 days"),
        "eq_no_room": _("Not in a room"),
        "eq_last_seen_in": _("last in %(room)s"),
        "eq_unobserved": _("unobserved"),
        "eq_low": _("low"),
        "eq_overdue": _("overdue"),
        "eq_of_hours": _("of %(hours)s h observed"),
        "eq_par": _("Below par"),
        "eq_par_of": plural("of %(num)s par level", "of %(num)s par levels"),
        "eq_par_critical": plural("%(num)s critical", "%(num)s critical"),
        "eq_missing": _("Missing"),
        "eq_low_battery": _("Low battery"),
        "eq_battery_known": plural("of %(num)s known", "of %(num)s known"),
        "eq_service": _("Service due"),
        "eq_service_late": plural("%(num)s overdue", "%(num)s overdue"),
        "eq_due": _("Service due"),
        "eq_what_is": _("What is “%(name)s”?"),
    }


def _definitions() -> dict[str, Any]:
    return {
        "eq_about_available": _(
            "Clean and free: in a room where no rule says otherwise. The rules are in data/assets.toml; the room"
            " decides, not a person's note."
        ),
        "eq_about_in_use": _("In a room of care together with a patient, or where a rule says that things are in use."),
        "eq_about_dirty": _("In a dirty utility room or in sterile supply: it waits to be cleaned."),
        "eq_about_down": _("Somebody marked it as broken. That outweighs every rule until it is marked as repaired."),
        "eq_about_unknown": _(
            "Its room is not known: lost, never heard, or outside any room. It counts as neither free nor used."
        ),
        "eq_about_par": _(
            "Places with fewer available things than their target. Critical: so few are left that somebody has to act."
            " Things that have not been heard lately count where they were last."
        ),
        "eq_about_missing": _(
            "Not heard for an hour although its gateways work, or never heard. While its gateways are silent it is"
            " “unobserved”, not missing."
        ),
        "eq_about_low": _("The newest value of the tag's battery is at most %(pct)s per cent, or %(mv)s mV."),
        "eq_about_due": _("The day of the next service is past, or at most %(days)s days away."),
    }


def _near() -> dict[str, Any]:
    return {
        "eq_near": _("Nearest free"),
        "eq_near_note": _("On foot, from a room or a tag"),
        "eq_near_what": _("What do you need?"),
        "eq_near_from": _("Where are you?"),
        "eq_near_hint": _("Room number or name, or your tag"),
        "eq_near_about": _("Choose a type and say where you are: the five nearest available ones come here."),
        "eq_near_looking": _("Looking for the nearest…"),
        "eq_near_head": _("%(free)s of %(all)s available. Nearest to %(place)s (%(level)s):"),
        "eq_near_none": _("None is available that can be reached from there."),
        "eq_near_unknown": _("“%(text)s” is neither a room nor a tag of this building."),
        "eq_near_how": _(
            "Shortest way through doors, corridors and lifts at %(speed)s m/s, waiting for lifts included. What needs"
            " wheels keeps off the stairs."
        ),
        "eq_unreachable": plural(
            "%(num)s more cannot be reached from there without stairs.",
            "%(num)s more cannot be reached from there without stairs.",
        ),
        "eq_unknown_place": plural("Of %(num)s nobody knows the place.", "Of %(num)s nobody knows the place."),
        "eq_under_minute": _("under 1 min"),
        "eq_minutes": plural("%(num)s min", "%(num)s min"),
        "eq_by_lift": _("by lift"),
        "eq_on_floor": _("Show on the floor"),
        "eq_room_on_floor": _("Show the room"),
        "eq_sure": _("%(percent)s sure"),
        "eq_choose": _("Choose"),
        "eq_par_levels": _("Par levels"),
        "eq_par_not_set": _("No par level is set for this type."),
        "eq_par_count": _("%(here)s of %(target)s"),
        "eq_par_alarm": _("critical, at most %(critical)s"),
        "eq_par_short": plural("%(num)s short", "%(num)s short"),
        "eq_par_well": _("enough"),
        "eq_par_unknown": plural("Of %(num)s nobody knows the place.", "Of %(num)s nobody knows the place."),
        "eq_spare": _("To spare: %(places)s."),
        "eq_spare_at": _("%(number)s in %(place)s"),
        "eq_spare_none": _("Nobody has any to spare."),
        "eq_no_department": _("corridors and lobbies"),
    }


def _side() -> dict[str, Any]:
    return {
        "eq_asset": _("Asset"),
        "eq_not_here": _("%(mac)s is not in the register of equipment."),
        "eq_battery": _("Battery"),
        "eq_use_day": _("In use, 24 h"),
        "eq_use_week": _("In use, 7 days"),
        "eq_use_none": _("not observed"),
        "eq_use_of": _("of %(hours)s h observed (%(percent)s of the time)"),
        "eq_idle": _("Idle for"),
        "eq_thing": _("Maker"),
        "eq_owner": _("Owner"),
        "eq_late_days": plural("%(num)s day overdue", "%(num)s days overdue"),
        "eq_in_days": plural("in %(num)s day", "in %(num)s days"),
        "eq_today": _("today"),
        "eq_down_since": _("Marked as down at %(time)s"),
        "eq_stays": _("Stays of the last 24 h"),
        "eq_stays_none": _("No stay was observed."),
        "eq_stays_more": plural("and %(num)s earlier", "and %(num)s earlier"),
        "eq_observed": _("observed %(percent)s of the time"),
        "eq_company": _("Last seen"),
        "eq_company_where": _("%(room)s, from %(from)s to %(to)s, %(percent)s sure of the room."),
        "eq_company_when": _("In this room during the %(minutes)s min before:"),
        "eq_company_none": _("Nobody with a tag was in this room during the %(minutes)s min before."),
        "eq_company_hidden": plural(
            "%(num)s person was there; your role may not see who.",
            "%(num)s people were there; your role may not see who.",
        ),
    }


def _tag() -> dict[str, Any]:
    return {
        "eq_add": _("Add a tag"),
        "eq_add_note": _("Tie a tag to a thing"),
        "eq_add_how": _("Scan the code on the tag, or type its MAC address in any writing. Then say what it is on."),
        "eq_tag_id": _("Tag"),
        "eq_scan": _("Scan with the camera"),
        "eq_scan_stop": _("Stop the camera"),
        "eq_read": _("Read %(mac)s."),
        "eq_no_mac": _("“%(text)s” holds no MAC address."),
        "eq_no_camera": _("The camera cannot be used (%(reason)s); type the address instead."),
        "eq_taken": _("This tag is on %(label)s already."),
        "eq_show": _("Show it"),
        "eq_label": _("Label"),
        "eq_label_hint": _("As written on the thing, e.g. Infusion pump 081"),
        "eq_tag_model": _("Model of the tag (optional)"),
        "eq_associate": _("Tie to this thing"),
        "eq_sending": _("Asking the twin…"),
        "eq_may_not": _("Your role may not tie tags to things."),
        "eq_mark_down": _("Mark as down"),
        "eq_repaired": _("It is repaired"),
        "eq_rename": _("Rename"),
        "eq_dissociate": _("Take the tag off"),
        "eq_off_sure": _("Take the tag off %(label)s? Its history stays; it is no longer followed."),
        "eq_down_note": _("What is wrong? (optional)"),
        "eq_save": _("Save"),
        "eq_cancel": _("Cancel"),
    }
