"""What a run of readings comes to: mean kinetic temperature, extremes, mean, share of time in range, gaps.

All of it is weighted by time: a reading stands until the next one, but no longer than `hold_s`; what
lies beyond is a gap and counts for nothing. Readings are stored when something changed, so a plain
mean would count restless hours double.

Arguments everywhere: `t` POSIX seconds, ascending; `value` in the unit of the quantity, same length.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np

from twin.model import F64

KELVIN = 273.15
ACTIVATION_K = 10_000.0
"""Delta H / R: 83.144 kJ/mol over 8.3144 J/(mol K), the value that USP <1079.2> takes for drugs in general."""


class Gap(NamedTuple):
    """A time without readings: from when the last reading no longer stands until the next one."""

    begin: float
    end: float


class Summary(NamedTuple):
    """A run of readings in one line. Figures are None where nothing was measured; shares are of the measured time."""

    low: float | None
    high: float | None
    mean: float | None
    kinetic: float | None
    """Mean kinetic temperature, degrees C; None for what is no temperature."""
    in_range: float | None
    measured_s: float
    gaps: tuple[Gap, ...]
    readings: int


def weights(t: F64, until: float, hold_s: float) -> F64:
    """Seconds for which each reading stands, up to `until`."""
    if not len(t):
        return np.zeros(0)
    ends = np.append(t[1:], max(until, float(t[-1])))
    return np.clip(ends - t, 0.0, hold_s)


def mean_kinetic(celsius: F64, seconds: F64) -> float | None:
    """The one temperature that would have done as much harm to a drug as the changing one did, degrees C.

    T_MKT = (dH/R) / -ln(sum(w_i exp(-dH / (R T_i))) / sum(w_i)), T in kelvin, weighted by time w_i
    (USP <1079.2>; the formula is that of J. D. Haynes, J. Pharm. Sci. 60 (1971) 927). The largest
    exponent is taken out before, so that no temperature is too low for it. It judges warmth only,
    never freezing. None when nothing was measured.
    """
    sound = np.isfinite(celsius) & (celsius > -KELVIN) & (seconds > 0)
    if not sound.any():
        return None
    rate = -ACTIVATION_K / (celsius[sound] + KELVIN)
    share = seconds[sound] / seconds[sound].sum()
    warmest = rate.max()
    logarithm = warmest + np.log(np.sum(share * np.exp(rate - warmest)))
    return float(ACTIVATION_K / -logarithm) - KELVIN


def gaps(t: F64, since: float, until: float, hold_s: float) -> tuple[Gap, ...]:
    """The times in [since, until] in which no reading stands, oldest first."""
    inside = t[(t >= since - hold_s) & (t <= until)]
    begins = np.concatenate(([since], np.maximum(inside + hold_s, since)))
    ends = np.concatenate((inside, [until]))
    open_ = ends > begins
    return tuple(Gap(float(b), float(e)) for b, e in zip(begins[open_], ends[open_], strict=True))


def summarise(
    t: F64, value: F64, since: float, until: float, *, hold_s: float, limits: tuple[float, float], kinetic: bool
) -> Summary:
    """Sum up the readings in [since, until]. `limits` may be infinite: then all of the time is in range."""
    sound = np.isfinite(value) & (t >= since) & (t <= until)
    at, said = t[sound], value[sound]
    missing = gaps(at, since, until, hold_s)
    w = weights(at, until, hold_s)
    measured = float(w.sum())
    if not len(at) or measured <= 0.0:
        low, high = (float(said.min()), float(said.max())) if len(at) else (None, None)
        return Summary(low, high, None, None, None, 0.0, missing, len(at))
    inside = (said >= limits[0]) & (said <= limits[1])
    return Summary(
        low=float(said.min()),
        high=float(said.max()),
        mean=float((said * w).sum() / measured),
        kinetic=mean_kinetic(said, w) if kinetic else None,
        in_range=float(w[inside].sum() / measured) if limits != (-inf, inf) else None,
        measured_s=measured,
        gaps=missing,
        readings=len(at),
    )


def out_since(t: F64, value: F64, limits: tuple[float, float], back: float) -> float | None:
    """When the excursion began that lasts at the end of the readings; None when they end in range.

    It begins with the first reading outside `limits` and lasts until one is `back` inside them again,
    on the side on which it left (the rule of `twin.climate.rooms`).
    """
    low, high = limits
    side, began = 0, None
    for at, said in zip(t.tolist(), value.tolist(), strict=True):
        now = 1 if said > high or (side > 0 and said > high - back) else 0
        now = now or (-1 if said < low or (side < 0 and said < low + back) else 0)
        if now != side:
            side, began = now, at if now else None
    return began


def thinned(t: F64, value: F64, most: int, hold_s: float) -> tuple[F64, F64]:
    """The readings as a line of at most `most` points, with a NaN in each gap so that none is drawn across.

    Of each stretch the lowest and highest reading stay, and the first and last of all.
    """
    index = np.arange(len(t))
    if len(t) > most // 2:
        edges = np.linspace(0, len(t), max(1, most // 4 - 1) + 1).astype(np.intp)
        keep = {0, len(t) - 1}
        for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            part = value[begin:end]
            if len(part):
                keep.update((begin + int(part.argmin()), begin + int(part.argmax())))
        index = np.array(sorted(keep), np.intp)
    gap = np.append(0, np.cumsum(np.diff(t) > hold_s))[index] if len(t) else index
    at = np.flatnonzero(np.diff(gap) > 0) + 1
    kept, said = t[index], value[index]
    return np.insert(kept, at, kept[at - 1] + hold_s), np.insert(said, at, np.nan)


def periods(t: F64, value: F64, edges: F64, *, hold_s: float) -> list[Summary]:
    """Sum up each stretch between two `edges` (the hours or days of the site's zone) by itself, without limits."""
    return [
        summarise(t, value, begin, end, hold_s=hold_s, limits=(-inf, inf), kinetic=False)
        for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
