"""The quantities that rooms can be coloured by: units, ranges, and scales that every eye can read.

Each sequential scale keeps to one family of hues and changes lightness in one direction only, away
from the ground: more is lighter on the dark screen and darker on the light one. So it can be read
without telling red from green, and printed in grey. Temperature has a middle that is right, so it
runs from blue over pale to red. What is not known has a grey that occurs in no scale. Red and
yellow belong to alerts, so no other scale uses them.
"""

from __future__ import annotations

from dataclasses import dataclass

from components.floor_colour import mix, oklch
from components.floor_style import Theme
from components.text import _

STEPS = 24
"""Steps a scale is cut into."""
TEMPERATURE_STOPS = ("#2f6fc2", "#62a5cf", "#a8c6c4", "#dcc98b", "#e08a45", "#c93f42")
_STOPS = 6
_NO_DATA = {"dark": (0.265, 0.006), "light": (0.975, 0.002)}
"""OKLCH lightness and chroma of what is not known."""
_ENDS = {"dark": ((0.40, 0.085), (0.80, 0.105)), "light": ((0.90, 0.055), (0.50, 0.125))}
"""OKLCH lightness and chroma of little and of much."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a room. `range` None is fitted to what comes; `source` says where values come from.

    "live" values are worked out in the browser from the frames, "history" ones and "site" ones are
    asked for at `/areas`.
    """

    key: str
    source: str
    range: tuple[float, float] | None
    ticks: tuple[float, ...]
    digits: int
    hues: tuple[float, float] | None
    """OKLCH hues of little and of much, degrees; None is temperature."""


QUANTITIES = (
    Quantity("occupancy", "live", (0.0, 2.0), (0.0, 0.5, 1.0, 1.5, 2.0), 1, (300.0, 320.0)),
    Quantity("temperature", "live", (17.0, 27.0), (17.0, 20.0, 22.0, 24.0, 27.0), 1, None),
    Quantity("humidity", "live", (20.0, 70.0), (20.0, 30.0, 40.0, 50.0, 60.0, 70.0), 0, (268.0, 228.0)),
    Quantity("density", "history", None, (), 1, (215.0, 180.0)),
    Quantity("dwell", "history", None, (), 0, (50.0, 62.0)),
    Quantity("coverage", "site", (0.0, 12.0), (0.0, 3.0, 6.0, 9.0, 12.0), 1, (165.0, 140.0)),
)
"""Everything a room can be coloured by besides its department."""


def stops(theme: Theme, quantity: Quantity) -> list[str]:
    """Hex colours along the scale, little to much."""
    if quantity.hues is None:
        return list(TEMPERATURE_STOPS)
    (low, faint), (high, strong) = _ENDS[theme.name]
    first, last = quantity.hues
    shares = [i / (_STOPS - 1) for i in range(_STOPS)]
    return [oklch(_at(low, high, s), _at(faint, strong, s), _at(first, last, s)) for s in shares]


def _at(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def no_data(theme: Theme) -> str:
    """The colour of a room of which nothing is known."""
    lightness, chroma = _NO_DATA[theme.name]
    return oklch(lightness, chroma, 250.0)


def palette(theme: Theme, quantity: Quantity) -> list[str]:
    """Plate colours of a layer: the tones of "no data", then of each of `STEPS` steps."""
    lightness, chroma = _NO_DATA[theme.name]
    quiet = [oklch(lightness - off, chroma, 250.0) for off in theme.shade]
    colours = stops(theme, quantity)
    tones = [colour_at(colours, i / (STEPS - 1)) for i in range(STEPS)]
    dusk = "#10151c"
    return quiet + [mix(tone, dusk, 1.6 * off) for tone in tones for off in theme.shade]


def colour_at(colours: list[str], share: float) -> str:
    """Colour at `share` (0..1) of a scale."""
    at = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    i = min(int(at), len(colours) - 2)
    return mix(colours[i], colours[i + 1], at - i)


def quantity_names() -> dict[str, str]:
    """Name what rooms can be coloured by, in the order of the menu."""
    return {
        "department": _("Department"),
        "occupancy": _("Occupancy"),
        "temperature": _("Temperature"),
        "humidity": _("Humidity"),
        "density": _("Density"),
        "dwell": _("Dwell of patients"),
        "coverage": _("Gateway coverage"),
    }


def quantity_units() -> dict[str, str]:
    """Give the unit that stands behind a value."""
    return {
        "occupancy": "",
        "temperature": _("°C"),
        "humidity": _("%"),
        "density": _("person-min/m²"),
        "dwell": _("min"),
        "coverage": _("gateways"),
    }


def quantity_notes() -> dict[str, str]:
    """Say what exactly is shown, in a line below the legend."""
    return {
        "occupancy": _("Patients and staff per bed; where a room has no bed, per 10 m²."),
        "temperature": _("Newest reading of the room's own sensor, never blended through walls."),
        "humidity": _("Relative humidity, newest reading of the room's own sensor."),
        "density": _("Time that people spent per square metre of floor. Rooms above 40 m² are shown in 2 m squares."),
        "dwell": _("Median of the patients' stays that ended in this time; n is their number."),
        "coverage": _("Gateways expected to hear a tag, mean of the room; fewer than 3 place a tag badly."),
    }
