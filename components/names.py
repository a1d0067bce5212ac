"""What people call things: kinds of tags, types of equipment, staff roles, sensors, states."""

from __future__ import annotations

from components.text import _


def kind_names() -> dict[str, str]:
    """Name each kind of tag, in the singular."""
    return {"patient": _("Patient"), "staff": _("Staff"), "asset": _("Equipment"), "sensor": _("Sensor")}


def type_names() -> dict[str, str]:
    """Name what a tag can be fastened to or watch."""
    return {
        "infusion_pump": _("Infusion pump"),
        "syringe_pump": _("Syringe pump"),
        "monitor": _("Patient monitor"),
        "ventilator": _("Ventilator"),
        "wheelchair": _("Wheelchair"),
        "bed": _("Bed"),
        "defibrillator": _("Defibrillator"),
        "ecg": _("ECG machine"),
        "ultrasound": _("Ultrasound"),
        "stretcher": _("Stretcher"),
        "suction": _("Suction unit"),
        "bladder_scanner": _("Bladder scanner"),
        "nurse": _("Nurse"),
        "doctor": _("Doctor"),
        "porter": _("Porter"),
        "technician": _("Technician"),
        "cleaner": _("Cleaner"),
        "patient": _("Patient"),
        "room": _("Room climate"),
        "theatre": _("Theatre climate"),
        "vaccine_fridge": _("Vaccine fridge"),
        "medicine_fridge": _("Medicine fridge"),
        "blood_fridge": _("Blood fridge"),
        "sterile_store": _("Sterile store"),
        "server_room": _("Server room"),
    }


ASSET_TYPES = (
    "infusion_pump", "syringe_pump", "monitor", "ventilator", "wheelchair", "bed",
    "defibrillator", "ecg", "ultrasound", "stretcher", "suction", "bladder_scanner",
)  # fmt: skip


def type_name(key: str) -> str:
    """Name one type; one that we do not know is shown as the register writes it."""
    return type_names().get(key) or key.replace("_", " ").capitalize()


def state_names() -> dict[str, str]:
    """Name each state of a position, by the number of `twin.model.State`."""
    return {
        "0": _("Live"),
        "1": _("Not heard lately"),
        "2": _("Unobserved: its gateways are silent"),
        "3": _("Lost"),
        "4": _("Never heard"),
    }


def status_names() -> dict[str, str]:
    """Name each status of equipment, by the number of `twin.assets.Status`."""
    return {"0": _("Available"), "1": _("In use"), "2": _("Dirty"), "3": _("Down"), "4": _("Unknown")}


def climate_names() -> dict[str, str]:
    """Name the judgement of a room's climate, by its code."""
    return {"ok": _("in range"), "high": _("too high"), "low": _("too low"), "silent": _("sensor silent")}
