from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.errors import WardlightError
from twin.fidelity.conclusions import Conclusions
from twin.fidelity.report import Report, Run, read_report, report, write_report
from twin.fidelity.tell import report_text
from twin.fidelity.truth import Truth
from twin.model import NONE, Kind, State, Tag

RUN = Run(
    source="rehearsal", seed=3, minutes=1.0, warm_up_s=300.0, begin=1000.0, end=1060.0, survey="", survey_points=None,
    gateways=7, tags=4,
)  # fmt: skip
TAGS = tuple(Tag(n, f"C3000000000{n}", "B10", kind, "", f"tag {n}") for n, kind in enumerate(Kind))


def made(run: Run = RUN) -> Report:
    """Four tags at rest for a minute: errors of 1, 2, 3 m; the sensor is off the air and was heard before."""
    t = np.arange(1000.0, 1062.0, 2.0)
    shape = (len(t), 4)
    zero = np.zeros(shape, np.float32)
    level = np.broadcast_to(np.array([0, 0, 1, NONE], np.int32), shape)
    on_air = np.broadcast_to(np.array([True, True, True, False]), shape)
    truth = Truth(t, level, level, zero, zero, on_air, bad=2)
    found = Conclusions.blank(np.arange(1000.0, 1061.0), 4)
    found.x[:] = [1, 2, 3, 9]
    found.level[:], found.room[:] = [0, 0, 0, 0], [0, 1, 0, 0]
    found.r90[:], found.p[:] = 2.5, [0.9, 0.4, 0.4, 0.4]
    found.state[:] = [State.LIVE, State.LIVE, State.LIVE, State.LOST]
    return report(truth, found, TAGS, ["Ground", "First"], run, 5000.0)


def test_the_figures_of_each_group():
    found = {(f.by, f.key): f for f in made().figures}
    everybody = found["all", ""]
    assert (everybody.n, everybody.tags) == (183, 3)
    assert (everybody.error_median, everybody.error_p90) == (2.0, 3.0)
    assert (everybody.room, everybody.floor, everybody.inside) == (0.3333, 0.6667, 0.6667)
    assert everybody.tag_minutes == 3.0
    assert everybody.changes_true == everybody.changes_shown == 0.0
    assert (everybody.moves, everybody.missed, everybody.delay_median) == (0, None, None)
    assert found["kind", "patient"].error_median == 2.0
    assert found["kind", "sensor"].n == 0
    assert found["kind", "sensor"].room is None
    assert found["level", "First"].floor == 0.0
    assert found["motion", "resting"].n == 183
    assert found["motion", "moving"].error_median is None


def test_sureness_is_held_against_what_was_right():
    rows = {row.low: row for row in made().sureness}
    assert (rows[0.9].n, rows[0.9].p_mean, rows[0.9].right) == (61, pytest.approx(0.9), 1.0)
    assert (rows[0.3].n, rows[0.3].right) == (122, 0.0)


def test_what_was_said_of_tags_on_and_off_the_air():
    on, off = made().known
    assert (on.n, on.states["live"]) == (183, 1.0)
    assert (off.n, off.states["lost"]) == (61, 1.0)


def test_the_curve_ends_with_the_largest_errors():
    curves = {curve.kind: curve for curve in made().curves}
    assert set(curves) == {"asset", "patient", "staff"}
    assert curves["staff"].metres[-1] == 3.0
    assert list(curves["staff"].metres) == sorted(curves["staff"].metres)


def test_a_report_is_written_read_and_told(tmp_path: Path):
    path = tmp_path / "deep/report.json"
    write_report(path, made())
    assert read_report(path) == made()
    text = report_text(made(), "UTC")
    for said in ("SIMULATED", "seed 3", "no survey", "2 lines of the truth", "33.3%", "patient", "off the air"):
        assert said in text
    assert "thinned" not in text


def test_a_report_of_history_says_what_that_costs():
    run = Run(
        **{name: getattr(RUN, name) for name in RUN.__struct_fields__} | {"source": "history", "survey_points": 6}
    )
    found = made(run)
    assert found.known == ()
    text = report_text(found, "UTC")
    assert "thinned" in text
    assert "survey of 6 points" in text


def test_no_report_is_none_and_a_bad_one_is_told(tmp_path: Path):
    path = tmp_path / "report.json"
    assert read_report(path) is None
    for bad in (b"{", b"[]", b'{"form": 1}'):
        path.write_bytes(bad)
        with pytest.raises(WardlightError, match=r"report\.json cannot be read"):
            read_report(path)
    write_report(path, made())
    path.write_bytes(path.read_bytes().replace(b'"form": 1', b'"form": 99'))
    with pytest.raises(WardlightError, match="form 99"):
        read_report(path)


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WardlightError, match="--out"):
        write_report(tmp_path / "file/report.json", made())
