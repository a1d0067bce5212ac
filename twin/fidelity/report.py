"""The figures of a fidelity report, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from twin.errors import WardlightError
from twin.fidelity.conclusions import Conclusions
from twin.fidelity.join import Compared, Moves, Watched, compare, moves, watch
from twin.fidelity.truth import Places, Truth
from twin.model import F64, Kind, State, Tag

FORM = 1
SHARES = (0.0, *(n / 40 for n in range(1, 40)), 0.99)
"""Shares at which the distribution of the errors is told."""
SURE_EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


class Figures(msgspec.Struct, frozen=True):
    """How well it went for one group of tags. What has no data behind it is None.

    `by` is "all", "kind" (`key` is the kind), "level" (the level's name; the true one) or
    "motion" ("resting", "moving"). Metres, seconds, shares 0 to 1.
    """

    by: str
    key: str
    tags: int
    n: int
    """Positions compared."""
    error_median: float | None
    error_p90: float | None
    room: float | None
    """Share of positions with the right room."""
    floor: float | None
    inside: float | None
    """Share of positions within the stated 90 % radius."""
    r90_median: float | None
    p_mean: float | None
    """Mean of the stated probability of the room, to be held against `room`."""
    tag_minutes: float
    """How long the group was watched for changes of room."""
    changes_true: float | None
    """Changes of room a tag and minute, as they happened ..."""
    changes_shown: float | None
    """... as the twin's position changed its room ..."""
    changes_confirmed: float | None
    """... and as stays began."""
    moves: int
    """True changes of room that lasted."""
    delay_median: float | None
    delay_p90: float | None
    """From the true change to the twin's stay in that room, of those that it noticed."""
    missed: float | None
    """Share that it did not notice before the tag had left."""


class Sureness(msgspec.Struct, frozen=True):
    """Positions whose room was stated with a probability of `low` to `high`, and how many were right."""

    low: float
    high: float
    n: int
    p_mean: float
    right: float


class Curve(msgspec.Struct, frozen=True):
    """The distribution of the errors of a kind of tag: `share[i]` of its positions are within `metres[i]`."""

    kind: str
    n: int
    share: tuple[float, ...]
    metres: tuple[float, ...]


class Known(msgspec.Struct, frozen=True):
    """What the twin said of tags that were on the air (or were not): share of moments by state."""

    on_air: bool
    n: int
    states: dict[str, float]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was run. `survey_points` is None where the twin had no survey."""

    source: str
    """ "rehearsal" (hospital and twin ran together, every tick is known) or "history" (of the running demo)."""
    seed: int
    minutes: float
    """Of hospital time that the figures are of."""
    warm_up_s: float
    """Before that, not counted."""
    begin: float
    end: float
    survey: str
    survey_points: int | None
    gateways: int
    tags: int
    took_s: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A fidelity report: figures of a simulated hospital."""

    form: int = FORM
    simulated: bool = True
    made_at: float
    run: Run
    bad_lines: int
    figures: tuple[Figures, ...]
    sureness: tuple[Sureness, ...]
    curves: tuple[Curve, ...]
    known: tuple[Known, ...]

    def of(self, by: str) -> list[Figures]:
        """The figures of one grouping."""
        return [figures for figures in self.figures if figures.by == by]


def report(truth: Truth, found: Conclusions, tags: Sequence[Tag], levels: Sequence[str], run: Run, at: float) -> Report:
    """Join truth and conclusions; `levels` are the names by index, `at` is when this is done."""
    places = truth.at(found.t)
    compared, watched, moved = compare(found, places), watch(found, places), moves(truth, found)
    kinds = np.array([tag.kind.value for tag in tags])
    groups = [("all", "")]
    groups += [("kind", kind.value) for kind in Kind]
    groups += [("level", name) for name in levels]
    groups += [("motion", key) for key in ("resting", "moving")]
    parts = (compared, watched, moved)
    figures = tuple(
        _figures(by, key, *(_pick(part, _mask(part, by, key, kinds, levels)) for part in parts))  # pyright: ignore[reportArgumentType]
        for by, key in groups
    )
    return Report(
        made_at=at,
        run=run,
        bad_lines=truth.bad,
        figures=figures,
        sureness=_sureness(compared),
        curves=tuple(_curves(compared, kinds)),
        known=_known(found, places) if run.source == "rehearsal" else (),
    )


def read_report(path: Path) -> Report | None:
    """Read a report; None when there is none yet.

    Raises:
        WardlightError: it cannot be read; says what to do.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Report)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise WardlightError(f"The fidelity report in {path} cannot be read ({error}).") from None
    if found.form != FORM:
        raise WardlightError(f"The fidelity report in {path} has form {found.form}, expected {FORM}.")
    return found


def write_report(path: Path, found: Report) -> None:
    """Write a report, so that nobody reads half of it.

    Raises:
        WardlightError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
        fresh.replace(path)
    except OSError as error:
        raise WardlightError(
            f"Cannot write the report to {path}: {error.strerror}; choose another with --out."
        ) from None


def _mask(part: Compared | Watched | Moves, by: str, key: str, kinds: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    if by == "kind":
        return kinds[part.tag] == key
    if by == "level":
        return part.level == levels.index(key)
    if by == "motion":
        # Who changes room is moving at that moment; delays say nothing about motion.
        return np.zeros(len(part.tag), bool) if isinstance(part, Moves) else part.moving == (key == "moving")
    return np.ones(len(part.tag), bool)


def _pick(part: Compared | Watched | Moves, mask: np.ndarray) -> Compared | Watched | Moves:
    names = part.__dataclass_fields__ if isinstance(part, Compared) else part._fields
    return type(part)(**{name: getattr(part, name)[mask] for name in names})


def _figures(by: str, key: str, compared: Compared, watched: Watched, moved: Moves) -> Figures:
    minutes = float(watched.seconds.sum()) / 60.0
    delay = moved.delay[np.isfinite(moved.delay)]
    return Figures(
        by=by,
        key=key,
        tags=len(np.unique(compared.tag)),
        n=len(compared.tag),
        error_median=_quantile(compared.error, 0.5),
        error_p90=_quantile(compared.error, 0.9),
        room=_mean(compared.room_right),
        floor=_mean(compared.level_right),
        inside=_mean(compared.inside),
        r90_median=_quantile(compared.r90, 0.5),
        p_mean=_mean(compared.p),
        tag_minutes=round(minutes, 1),
        changes_true=_rate(watched.true, minutes),
        changes_shown=_rate(watched.shown, minutes),
        changes_confirmed=_rate(watched.confirmed, minutes),
        moves=len(moved.tag),
        delay_median=_quantile(delay, 0.5),
        delay_p90=_quantile(delay, 0.9),
        missed=_mean(~np.isfinite(moved.delay)),
    )


def _sureness(compared: Compared) -> tuple[Sureness, ...]:
    bins = np.clip(np.digitize(compared.p, np.array(SURE_EDGES, np.float32)) - 1, 0, len(SURE_EDGES) - 2)
    rows = []
    for n, (low, high) in enumerate(pairwise(SURE_EDGES)):
        chosen = bins == n
        p, right = _mean(compared.p[chosen]), _mean(compared.room_right[chosen])
        if p is not None and right is not None:
            rows.append(Sureness(low, high, int(chosen.sum()), p, right))
    return tuple(rows)


def _curves(compared: Compared, kinds: np.ndarray) -> list[Curve]:
    curves = []
    for kind in Kind:
        error = compared.error[kinds[compared.tag] == kind.value]
        if len(error):
            metres = np.quantile(error, SHARES).astype(float).round(3)
            curves.append(Curve(kind.value, len(error), SHARES, tuple(metres.tolist())))
    return curves


def _known(found: Conclusions, places: Places) -> tuple[Known, ...]:
    rows = []
    for on_air, which in ((True, places.on_air), (False, places.off_air)):
        states = found.state[which & places.known[:, None]]
        counts = {state.name.lower(): _mean(states == state) for state in State}
        rows.append(Known(on_air, len(states), {name: share for name, share in counts.items() if share is not None}))
    return tuple(rows)


def _quantile(values: np.ndarray | F64, share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if len(values) else None


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean(dtype=np.float64)), 4) if len(values) else None


def _rate(happened: np.ndarray, minutes: float) -> float | None:
    return round(float(happened.sum()) / minutes, 4) if minutes > 0 else None
