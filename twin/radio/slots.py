"""What tags say besides being there: the newest frame of each of their slots, decoded once a tick.

Several gateways hear one transmission and a slot repeats itself, so decoding waits until the end
of the tick and then reads each slot of each registered tag once.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from twin.model import Press, Sample, Tag
from twin.radio.adv import decode_advertisement, signature
from twin.radio.frames import Frame
from twin.radio.ibeacon import IBeacon
from twin.radio.press import BUTTONS, QUIET, PressDetector, Selector
from twin.radio.upload import RowValues, Upload
from twin.radio.v3 import V3Mtb02

LATE = 30.0
"""Seconds; rows older than this on arrival come from a gateway's offline buffer."""
FOLD = 8192
"""Advertisements that wait before only the newest of each slot is kept: a flood takes no more room."""
MOST_WAITING = 200_000
"""Late rows that are kept until a tick comes; more are counted as dropped."""
MOVED_G = 0.06
"""A change of acceleration on any axis that means moving; resting tags vary by about 0.02 g."""
MOST_SIGNATURES = 200

QUANTITIES = ("temperature_c", "humidity_pct", "battery_pct", "battery_mv")
_V3_MARKS = ("FF3906", "ff3906")
_ALIKE = 12 + 26
"""Characters of MAC and advertisement that tell any two slots apart."""


class Unknown(NamedTuple):
    """Advertisements of registered tags that no decoder recognises, by what they look like."""

    signature: str
    times: int
    example: str


class SlotReport(NamedTuple):
    """What the tags said in one tick."""

    samples: list[Sample]
    presses: list[Press]
    moving: list[tuple[int, bool]]
    """Tag and whether its acceleration changed since the tick before, where it sends any."""
    foreign_macs: list[tuple[int, str]]
    """Tag and the other MAC that its own frame named."""
    dropped: int
    """Rows lost in this tick because too many waited."""


class _Heard(NamedTuple):
    t: float
    raw: str


class Slots:
    """Collects uploads and reports at the end of each tick.

    Args:
        tags: the register; frames of other transmitters are left alone.
        buttons: which slots of which tag model mean a press.
        quiet: seconds of silence between two presses.
    """

    def __init__(
        self, tags: Sequence[Tag], buttons: Mapping[str, tuple[Selector, ...]] = BUTTONS, quiet: float = QUIET
    ) -> None:
        self._index = {tag.mac: tag.index for tag in tags}
        self._buttons = {tag.index: buttons[tag.model] for tag in tags if tag.model in buttons}
        self.presses = PressDetector(quiet)
        self._heard: dict[str, float] = {}
        """MAC and advertisement as one text -> when it was heard; one text costs half of a pair."""
        self._newest: dict[tuple[int, str], _Heard] = {}
        self._late: list[tuple[str, str, float]] = []
        self._values: list[tuple[str, RowValues, float]] = []
        self._dropped = 0
        self._axes: dict[int, tuple[float, float, float]] = {}
        self._unknown: dict[str, tuple[int, str]] = {}

    def add(self, upload: Upload) -> None:
        """Take what an upload holds; cheap, and safe to call for any number of gateways."""
        heard = upload.heard
        if not heard:
            return
        if len(self._heard) > FOLD:
            self._fold()
        if min(heard) < upload.received_at - LATE:
            self._add_late(upload)
        else:
            self._heard.update(zip(map(operator.add, upload.macs, upload.raw), heard, strict=True))
        for number, values in upload.values:
            self._values.append((upload.macs[number], values, heard[number]))

    def _add_late(self, upload: Upload) -> None:
        for mac, raw, t in zip(upload.macs, upload.raw, upload.heard, strict=True):
            if t >= upload.received_at - LATE:
                self._heard[mac + raw] = t
            elif len(self._late) < MOST_WAITING:
                self._late.append((mac, raw, t))
            else:
                self._dropped += 1

    @property
    def unknown(self) -> list[Unknown]:
        """Unrecognised advertisements of registered tags since the start, most frequent first."""
        found = [Unknown(sign, count, example) for sign, (count, example) in self._unknown.items()]
        return sorted(found, key=lambda unknown: -unknown.times)

    def close(self) -> SlotReport:
        """Decode what came since the last call and forget it."""
        report = SlotReport([], [], [], [], self._dropped)
        self._fold()
        newest, late, values = self._newest, self._late, self._values
        self._newest, self._late, self._values, self._dropped = {}, [], [], 0
        self._close_late(late, report)
        samples: dict[tuple[int, str], Sample] = {}
        for (tag, _), (t, raw) in newest.items():
            self._read(tag, raw, t, samples, report)
        for mac, row, t in values:
            tag = self._index.get(mac)
            if tag is not None:
                self._read_values(tag, row, t, samples, report)
        report.samples.extend(samples.values())
        return report

    def _close_late(self, late: list[tuple[str, str, float]], report: SlotReport) -> None:
        """Late rows are history: all their samples count, oldest first, but nothing moves by them."""
        for mac, raw, t in sorted(late, key=lambda row: row[2]):
            tag = self._index.get(mac)
            if tag is not None and raw:
                for frame in decode_advertisement(raw):
                    report.samples.extend(_samples(tag, frame, t))
                    self._press(tag, frame, t, report)

    def _read_values(
        self, tag: int, row: RowValues, t: float, samples: dict[tuple[int, str], Sample], report: SlotReport
    ) -> None:
        _keep_newest(samples, _samples(tag, row, t))
        if row.uuid is not None:
            beacon = IBeacon(row.uuid, row.major or 0, row.minor or 0, row.tx_power or 0)
            self._press(tag, beacon, t, report)

    def _fold(self) -> None:
        """Keep the newest advertisement of each slot of each registered tag, of all that wait."""
        newest, index, heard = self._newest, self._index, self._heard
        # A flood holds the same slots over and over: of those that begin alike, the newest is enough.
        for text in {text[:_ALIKE]: text for text in _oldest_first(heard)}.values():
            tag, raw = index.get(text[:12]), text[12:]
            if tag is not None and raw:
                key, t = (tag, _slot(raw)), heard[text]
                held = newest.get(key)
                if held is None or held.t <= t:
                    newest[key] = _Heard(t, raw)
        self._heard = {}

    def _read(self, tag: int, raw: str, t: float, samples: dict[tuple[int, str], Sample], report: SlotReport) -> None:
        frames = decode_advertisement(raw)
        if not frames:
            self._count_unknown(raw)
        for frame in frames:
            _keep_newest(samples, _samples(tag, frame, t))
            self._press(tag, frame, t, report)
            axes = getattr(frame, "accel_g", None)
            if axes is not None:
                self._move(tag, axes, report)
            mac = getattr(frame, "mac", None)
            if mac is not None and self._index.get(mac) != tag:
                report.foreign_macs.append((tag, mac))

    def _press(self, tag: int, frame: Frame, t: float, report: SlotReport) -> None:
        for selector in self._buttons.get(tag, ()):
            if selector.matches(frame):
                press = self.presses.match(tag, selector.pattern, t)
                if press is not None:
                    report.presses.append(press)

    def _move(self, tag: int, axes: tuple[float, float, float], report: SlotReport) -> None:
        before = self._axes.get(tag)
        self._axes[tag] = axes
        if before is not None:
            change = max(abs(a - b) for a, b in zip(axes, before, strict=True))
            report.moving.append((tag, change > MOVED_G))

    def _count_unknown(self, raw: str) -> None:
        sign = signature(raw)
        count, example = self._unknown.get(sign, (0, raw))
        if count or len(self._unknown) < MOST_SIGNATURES:
            self._unknown[sign] = (count + 1, example)


def _oldest_first(heard: dict[str, float]) -> list[str]:
    texts, times = list(heard), np.fromiter(heard.values(), np.float64, len(heard))
    return [texts[i] for i in np.argsort(times, kind="stable").tolist()]


def _slot(raw: str) -> str:
    """What all frames of one slot begin with: for V3 up to the frame id, else flags to frame version."""
    return raw[:18] if raw[8:14] in _V3_MARKS else raw[:26]


def _samples(tag: int, source: Frame | RowValues, t: float) -> list[Sample]:
    found = [
        Sample(tag, t, quantity, float(value))
        for quantity in _quantities(type(source))
        if (value := getattr(source, quantity)) is not None
    ]
    if isinstance(source, V3Mtb02) and source.battery_v is not None:
        found.append(Sample(tag, t, "battery_mv", 1000 * source.battery_v))
    return found


@cache
def _quantities(kind: type[Frame] | type[RowValues]) -> tuple[str, ...]:
    return tuple(name for name in QUANTITIES if name in kind.__struct_fields__)


def _keep_newest(samples: dict[tuple[int, str], Sample], found: list[Sample]) -> None:
    for sample in found:
        held = samples.get((sample.tag, sample.quantity))
        if held is None or held.t <= sample.t:
            samples[sample.tag, sample.quantity] = sample
