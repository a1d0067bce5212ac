"""Energy from a meter's readings, and how much of it flowed while nobody was there. Vectorised; pure.

A meter counts kWh without end, but it may be exchanged, reset, or say nonsense once. So the energy of an
interval is the counter's rise, if that is no more than the meter's rating lets through; after a fall the
counter began anew, and its new value is the rise. What cannot be believed is no energy, and its interval
is told as unmeasured. Without a counter the power is summed up, each value standing until the next one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.model import F64

LONGEST_S = 600.0
"""Longest time between two readings of which can be said whether somebody was there when the energy flowed."""
RESOLUTION_KWH = 0.1
"""A counter may be so coarse; a rise of so much is believed at any rate."""


class Readings(NamedTuple):
    """What a meter said: times ascending, kWh and W (NaN where it said nothing), share of its rooms observed."""

    t: F64
    kwh: F64
    watt: F64
    observed: F64

    @classmethod
    def none(cls) -> Readings:
        """No readings."""
        return cls(*(np.zeros(0) for _ in range(4)))


class Flow(NamedTuple):
    """Energy by interval: `kwh[i]` flowed from `begin[i]` to `end[i]`; NaN where that is not known."""

    begin: F64
    end: F64
    kwh: F64
    observed: F64
    """Share of the meter's rooms observed at both ends."""


class Use(NamedTuple):
    """Energy of a stretch of time, kWh. The first is the sum of the other three."""

    kwh: float
    attended: float
    """While somebody was in one of the rooms."""
    empty: float
    """While nobody with a tag was in any of them."""
    unobserved: float
    """While that is not known."""
    measured_s: float

    @property
    def empty_share(self) -> float | None:
        """Of the energy of which it is known whether somebody was there; None when there is none."""
        known = self.attended + self.empty
        return self.empty / known if known > 0 else None


class Union(NamedTuple):
    """Times in which somebody was there, as intervals that neither touch nor overlap, ascending."""

    begin: F64
    end: F64


def flow(readings: Readings, rating_kw: float) -> Flow:
    """Energy between each two readings; never negative. Repeated times are left out."""
    order = np.argsort(readings.t, kind="stable")
    t = readings.t[order]
    new = np.append(True, np.diff(t) > 0) if len(t) else np.zeros(0, bool)
    t, kwh, watt, observed = t[new], *(column[order][new] for column in readings[1:])
    hours = np.diff(t) / 3600.0
    rise = np.diff(kwh)
    rise = np.where(rise < 0, kwh[1:], rise)
    believed = (rise >= 0) & (rise <= rating_kw * hours + RESOLUTION_KWH)
    counted = np.where(believed, rise, np.nan)
    by_power = np.where(hours * 3600.0 <= LONGEST_S, np.maximum(watt[:-1], 0.0) * hours / 1000.0, np.nan)
    without = np.isnan(kwh[:-1]) & np.isnan(kwh[1:])
    return Flow(t[:-1], t[1:], np.where(without, by_power, counted), np.minimum(observed[:-1], observed[1:]))


def union(begin: F64, end: F64) -> Union:
    """Join intervals in any order, such as the stays of all people in some rooms."""
    sound = end > begin
    begin, end = begin[sound], end[sound]
    if not len(begin):
        return Union(np.zeros(0), np.zeros(0))
    order = np.argsort(begin, kind="stable")
    begin, reach = begin[order], np.maximum.accumulate(end[order])
    first = np.append(True, begin[1:] > reach[:-1])
    last = np.append(first[1:], True)
    return Union(begin[first], reach[last])


def overlap(there: Union, begin: F64, end: F64) -> F64:
    """Seconds of each interval [begin, end] that lie in `there`."""
    if not len(there.begin):
        return np.zeros(len(begin))
    edges = np.stack((there.begin, there.end), axis=1).ravel()
    passed = np.cumsum(there.end - there.begin)
    total = np.stack((np.append(0.0, passed[:-1]), passed), axis=1).ravel()
    return np.interp(end, edges, total) - np.interp(begin, edges, total)


def use(flowed: Flow, there: Union, since: float, until: float) -> Use:
    """Sum up the intervals that end in (since, until]; within one the energy flows evenly.

    Nobody can say who was there in an interval longer than `LONGEST_S`, or in which the rooms were not
    all observed: its energy is `unobserved`.
    """
    inside = (flowed.end > since) & (flowed.end <= until) & np.isfinite(flowed.kwh)
    begin, end, kwh = flowed.begin[inside], flowed.end[inside], flowed.kwh[inside]
    seconds = end - begin
    known = (seconds <= LONGEST_S) & (flowed.observed[inside] >= 1.0)
    attended = np.clip(overlap(there, begin, end) / np.maximum(seconds, 1e-9), 0.0, 1.0)
    with_people, empty = (float((kwh[known] * share).sum()) for share in (attended[known], 1.0 - attended[known]))
    unobserved = float(kwh[~known].sum())
    return Use(with_people + empty + unobserved, with_people, empty, unobserved, float(seconds.sum()))
