"""The texts that the scripts of the plan editor show."""

from __future__ import annotations

from typing import Any

from components.text import _, plural


def editor_words() -> dict[str, Any]:
    """Give every text, by key."""
    return {**_frame(), **_drafts(), **_tools(), **_rooms(), **_levels(), **_building(), **_checks(), **_refusals()}


def _frame() -> dict[str, Any]:
    return {
        "ed_plan_about": _("Drawing of %(level)s."),
        "ed_metres": _("%(metres)s m"),
        "ed_square": _("%(area)s m²"),
        "ed_tab_level": _("Level"),
        "ed_tab_rooms": _("Rooms"),
        "ed_tab_departments": _("Departments"),
        "ed_tab_checks": _("Checks"),
        "ed_tab_building": _("Finish"),
        "ed_undo": _("Undo"),
        "ed_redo": _("Redo"),
        "ed_undone": _("Undone"),
        "ed_redone": _("Done again"),
        "ed_add": _("Add"),
        "ed_sure": _("Really delete"),
        "ed_removed": _("Removed"),
        "ed_is_saved": _("Saved"),
        "ed_is_waiting": _("Not saved yet"),
        "ed_is_saving": _("Saving…"),
        "ed_is_failed": _("Not saved: kept in this browser, trying again"),
        "ed_is_meanwhile": _("Not saved: changed elsewhere"),
        "ed_kept_here": _("This browser holds changes of this drawing that were never saved."),
        "ed_use_kept": _("Use them"),
        "ed_drop_kept": _("Discard them"),
        "ed_overwrite": _("Keep mine"),
        "ed_theirs": _("Load the other"),
        "ed_restored": _("Changes that had not been saved were taken up again."),
        "ed_told_room": _("%(room)s, %(area)s m²"),
        "ed_told_corner": _("In the room's corners: Tab chooses, arrow keys move, Escape leaves."),
    }


def _drafts() -> dict[str, Any]:
    return {
        "ed_about": _(
            "Draw the building over a plan that you have as a picture or PDF. What you draw stays a draft until you"
            " finish it; then you see it beside the building in use, and decide."
        ),
        "ed_new": _("New drawing"),
        "ed_new_title": _("New building"),
        "ed_ground": _("Ground floor"),
        "ed_copy": _("Edit a copy of the building in use"),
        "ed_copying": _("Copying…"),
        "ed_drafts": _("Drafts"),
        "ed_all_drafts": _("All drafts"),
        "ed_drafts_none": _("No draft yet."),
        "ed_loading": _("Loading…"),
        "ed_draft_title": _("Building"),
        "ed_draft_at": _("Last changed"),
        "ed_draft_levels": _("Levels"),
        "ed_draft_rooms": _("Rooms"),
        "ed_draft_area": _("Area"),
        "ed_draft_act": _("Action"),
        "ed_drop": _("Delete"),
    }


def _tools() -> dict[str, Any]:
    return {
        "ed_tool_select": _("Select"),
        "ed_tool_room": _("Rectangle room"),
        "ed_tool_polygon": _("Polygon room"),
        "ed_tool_door": _("Door"),
        "ed_tool_gateway": _("Gateway"),
        "ed_tool_outline": _("Outline"),
        "ed_tool_scale": _("Scale"),
        "ed_tool_picture": _("Move picture"),
        "ed_hint_select": _("Click a room, door or gateway. Drag the ground to move the view."),
        "ed_hint_room": _("Drag from corner to corner, or click both. It snaps to corners and walls."),
        "ed_hint_polygon": _("Click the corners; Shift keeps right angles. Click the first corner or press Enter."),
        "ed_hint_door": _("Click a wall for a usual door, or drag along the wall for its width."),
        "ed_hint_gateway": _("Click where the gateway hangs."),
        "ed_hint_outline": _("Click the corners of the building's outline. Without one it follows the rooms."),
        "ed_hint_scale": _("Click two points of the plan whose distance you know."),
        "ed_hint_picture": _("Drag the picture to where it belongs."),
        "ed_picked_room": _("Drag the room, a corner, or a round handle for a new corner. Alt moves it alone."),
        "ed_picked_door": _("Drag the door along walls, or its ends."),
        "ed_picked_gateway": _("Drag the gateway, or move it with the arrow keys."),
        "ed_no_wall": _("There is no wall here; doors belong on the edge of a room."),
        "ed_three_corners": _("A room needs three corners."),
        "ed_room_made": _("Room drawn, %(area)s m²."),
    }


def _rooms() -> dict[str, Any]:
    return {
        "ed_choose": _("Choose a room, door or gateway on the plan, or a room in the list."),
        "ed_draw_first": _("Draw the first room with the tools above the plan."),
        "ed_rooms_of": _("Rooms of %(level)s"),
        "ed_rooms": plural("%(num)s room", "%(num)s rooms"),
        "ed_unnamed": _("Room of %(area)s m²"),
        "ed_number": _("Number"),
        "ed_name": _("Name"),
        "ed_type": _("Space type"),
        "ed_type_none": _("Not told"),
        "ed_department": _("Department"),
        "ed_department_none": _("None"),
        "ed_beds": _("Bed places"),
        "ed_shaft": _("Lift or stair"),
        "ed_shaft_hint": _("Give it the same name on each level that it leads to."),
        "ed_shaft_on": _("Joins %(levels)s."),
        "ed_width": _("Width, m"),
        "ed_depth": _("Depth, m"),
        "ed_add_door": _("Add a door"),
        "ed_duplicate": _("Duplicate"),
        "ed_remove": _("Delete"),
        "ed_remove_corner": _("Delete corner"),
        "ed_parts": plural("%(num)s part", "%(num)s parts"),
        "ed_holes": plural("%(num)s hole", "%(num)s holes"),
        "ed_door": _("Door"),
        "ed_kind": _("Kind"),
        "ed_way": _("Use"),
        "ed_door_width": _("Clear width, m"),
        "ed_gateway": _("Gateway"),
        "ed_gateway_later": _(
            "Gateways become part of the gateway list when the drawn building replaces the one in use."
        ),
        "ed_departments_about": _("Rooms of one department have one colour on every screen."),
        "ed_department_name": _("Name of the department"),
        "ed_department_new": _("New department"),
        "ed_department_remove": _("Remove %(name)s; its rooms stay, without a department"),
    }


def _levels() -> dict[str, Any]:
    return {
        "ed_levels": _("Levels"),
        "ed_levels_n": plural("%(num)s level", "%(num)s levels"),
        "ed_level_above": _("Add a level above"),
        "ed_level_under": _("Add a level below"),
        "ed_level_name": _("Name of the level"),
        "ed_level_short": _("Short name"),
        "ed_level_ordinal": _("Ordinal (0 = ground)"),
        "ed_level_elevation": _("Floor at, m"),
        "ed_level_height": _("Floor to floor, m"),
        "ed_level_remove": _("Delete level"),
        "ed_floor": _("Floor %(number)s"),
        "ed_basement": _("Basement %(number)s"),
        "ed_outline_below": _("Copy the outline of %(level)s"),
        "ed_outline_off": _("Let the outline follow the rooms"),
        "ed_shafts_below": _("Copy its lifts and stairs"),
        "ed_shafts_copied": plural("%(num)s lift or stair copied", "%(num)s lifts and stairs copied"),
        "ed_ghost": _("Show the level below"),
        "ed_fixtures": _("Keep the walls and furniture that the original draws on this level"),
        "ed_picture": _("Plan to draw over"),
        "ed_picture_choose": _("Choose a plan…"),
        "ed_picture_other": _("Choose another plan…"),
        "ed_picture_about": _("PNG, JPEG, SVG or PDF, at most 40 MB. It only helps to draw; it is not published."),
        "ed_picture_off": _("Remove"),
        "ed_reading": _("Reading the plan…"),
        "ed_page": _("Page (of %(pages)s)"),
        "ed_scale_open": _("The scale is not set. For now the plan is taken to be %(width)s m × %(height)s m."),
        "ed_scale_is": _("1 pixel = %(scale)s m; the plan is %(width)s m × %(height)s m."),
        "ed_scale_two": _("Set the scale: click two points"),
        "ed_scale_again": _("Set the scale again"),
        "ed_scale_set": _("Set the scale"),
        "ed_scale_rooms": _("Scale the rooms of this level too"),
        "ed_scale_done": _("Scale set: 1 pixel = %(scale)s m."),
        "ed_distance": _("Real distance between the points, m"),
        "ed_distance_bad": _("Write the distance in metres, such as 12.5."),
        "ed_points_close": _("The two points are too close to each other; choose them further apart."),
        "ed_straighten": _("Turn the plan so that this line is straight"),
        "ed_turn": _("Turned, degrees"),
        "ed_turn_left": _("Turn left"),
        "ed_turn_right": _("Turn right"),
        "ed_faded": _("Strength of the plan"),
    }


def _building() -> dict[str, Any]:
    return {
        "ed_building_name": _("Name of the building"),
        "ed_address": _("Street and number"),
        "ed_town": _("Town"),
        "ed_country": _("Country, two letters"),
        "ed_lat": _("Latitude"),
        "ed_lon": _("Longitude"),
        "ed_bearing": _("Bearing of “up”, degrees"),
        "ed_wall": _("Outer wall, m"),
        "ed_no_place": _(
            "Without latitude and longitude it stands where the present building does, marked as not georeferenced."
        ),
        "ed_place": _(
            "The place is that of the drawing's zero point; bearing is where “up” points, degrees clockwise from north."
        ),
        "ed_finish_about": _("%(rooms)s on %(levels)s. Nothing is replaced yet: next you see both side by side."),
        "ed_finish": _("Finish and compare"),
        "ed_finishing": _("Checking…"),
        "ed_grave": plural(
            "%(num)s fault has to be corrected first; see Checks.",
            "%(num)s faults have to be corrected first; see Checks.",
        ),
    }


def _checks() -> dict[str, Any]:
    return {
        "ed_no_faults": _("Nothing is wrong with the drawing."),
        "ed_faults_grave": _("To be corrected"),
        "ed_faults_light": _("Worth a look"),
        "ed_cut": _("Cut it out of the other"),
        "ed_fault_empty": _("%(level)s has no room."),
        "ed_fault_scale": _("The scale of the plan of %(level)s is not set."),
        "ed_fault_tangled": _("The outline of %(room)s crosses itself."),
        "ed_fault_number": _("%(room)s has no number."),
        "ed_fault_door": _("%(room)s has no door."),
        "ed_fault_within": _("%(room)s lies within %(other)s."),
        "ed_fault_overlap": _("%(room)s and %(other)s overlap by %(area)s m²."),
        "ed_fault_loose": _("A door touches no room."),
        "ed_fault_twice": _("Number %(number)s is used twice."),
        "ed_fault_ordinal": _("%(level)s has the ordinal %(ordinal)s, as another level has."),
    }


def _refusals() -> dict[str, Any]:
    """By the code of the server's answer; see `twin.web.plan`."""
    return {
        "ed_no_no_server": _("The server does not answer. Try again."),
        "ed_no_other": _("That did not work (%(code)s)."),
        "ed_no_forbidden": _("You may not change the building."),
        "ed_no_gone": _("There is no such draft; somebody may have deleted it."),
        "ed_no_too_many": _("There are too many drafts; delete some first."),
        "ed_no_too_many_pictures": _("This draft holds too many pictures; remove some from its levels."),
        "ed_no_too_large": _("The drawing is too large to be kept."),
        "ed_no_malformed": _(
            "The server does not understand the drawing; a value is out of range. Undo the last step."
        ),
        "ed_no_meanwhile": _("This drawing was changed elsewhere meanwhile, perhaps in another window."),
        "ed_no_not_saved": _("The drawing could not be saved, so it was not finished."),
        "ed_no_not_ready": _("The drawing is not ready. Correct this first:"),
        "ed_no_no_outline": _("That level has no outline yet; draw its rooms first."),
        "ed_no_disk": _("The server could not write its files."),
        "ed_no_file_empty": _("The file is empty."),
        "ed_no_file_too_large": _("The file is larger than %(limit)s MB. Export the plan smaller."),
        "ed_no_file_pixels": _("The picture has more than %(limit)s million pixels. Export the plan smaller."),
        "ed_no_file_kind": _("This is no PNG, JPEG, SVG or PDF."),
        "ed_no_file_svg": _("This SVG could not be drawn by the browser. Export the plan as PNG or PDF."),
        "ed_no_file_foreign": _(
            "This SVG holds parts that browsers do not draw safely. Export the plan as PNG or PDF."
        ),
        "ed_no_file_broken": _("The file is damaged or incomplete. Export the plan again."),
        "ed_no_file_password": _("The PDF is locked with a password. Save it without one."),
        "ed_no_file_page": _("The PDF has %(pages)s pages; choose one of them."),
        "ed_no_file_slow": _("The PDF took too long to draw. Export only this page, or a picture of it."),
    }
