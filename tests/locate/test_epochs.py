"""What an epoch lets in, averages and forgets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.locate.epochs import EpochBuilder, UnknownTags

T = 1_795_428_000.0


def builder() -> EpochBuilder:
    return EpochBuilder(tags=4, gateways=3)


def test_rssi_of_one_tick_is_averaged_in_db():
    epochs = builder()
    epochs.add(1, [2, 2], [-60, -70], [T - 2.0, T - 0.1])
    epoch = epochs.close(T)
    assert epoch.tag.tolist() == [2]
    assert epoch.gateway.tolist() == [1]
    assert epoch.rssi.tolist() == [-65.0]
    assert epoch.heard.tolist() == [T - 0.1]


def test_an_epoch_holds_nothing_of_the_ticks_before():
    epochs = builder()
    epochs.add(1, [2], [-60], [T - 0.1])
    epochs.add(0, [2], [-60], [T - 0.1])
    epochs.close(T)
    epochs.add(1, [2], [-70], [T + 0.9])
    epoch = epochs.close(T + 1)
    assert (epoch.tag.tolist(), epoch.gateway.tolist(), epoch.rssi.tolist()) == ([2], [1], [-70.0])


def test_a_tag_that_is_not_heard_has_no_row():
    epochs = builder()
    epochs.add(0, [1], [-60], [T - 0.1])
    epochs.close(T)
    assert len(epochs.close(T + 1).tag) == 0


def test_the_interval_of_each_tag_is_learned():
    epochs = builder()
    for k in range(40):
        epochs.add(k % 2, [0], [-60], [T + 5 * k])
        epochs.add(k % 2, [1, 1], [-60, -60], [T + 5 * k - 2.5, T + 5 * k])
        epochs.close(T + 5 * k - 2)
        epochs.close(T + 5 * k)
    assert epochs.interval[0] == pytest.approx(5.0, abs=0.3)
    assert epochs.interval[3] == pytest.approx(2.0)


def test_one_packet_that_two_gateways_report_is_no_interval():
    epochs = builder()
    for k in range(40):
        epochs.add(0, [0], [-60], [T + 4 * k])
        epochs.close(T + 4 * k)
        epochs.add(1, [0], [-60], [T + 4 * k + 0.01])
        epochs.close(T + 4 * k + 1)
    assert epochs.interval[0] == pytest.approx(4.0, abs=0.3)


def test_error_codes_are_refused_and_counted():
    epochs = builder()
    epochs.add(0, [0, 1, 2, 3], [0, 127, -111, -19], [T] * 4)
    assert len(epochs.close(T).tag) == 0
    assert epochs.counts.rssi_refused == 4


def test_very_near_is_clamped():
    epochs = builder()
    epochs.add(0, [0], [-25], [T])
    assert epochs.close(T).rssi.tolist() == [-45.0]


def test_late_and_unknown_rows_are_counted_and_left_out():
    epochs = builder()
    epochs.add(0, [0, -1], [-60, -60], [T - 5.1, T])
    assert len(epochs.close(T).tag) == 0
    assert (epochs.counts.late, epochs.counts.unknown_tag, epochs.counts.rows) == (1, 1, 2)


def test_a_reception_reported_twice_counts_once():
    epochs = builder()
    epochs.add(0, [0, 0, 0], [-60, -60, -80], [T - 0.5, T - 0.49, T - 0.1])
    epochs.close(T)
    assert epochs.counts.repeated == 1


def test_an_epoch_of_a_flood_is_packed_and_loses_nothing():
    epochs = builder()
    for k in range(1000):
        epochs.add(k % 3, [k % 4], [-60 - k % 2], [T - 1.0 + k / 1000])
    epoch = epochs.close(T)
    assert epochs.counts.rows == 1000
    assert len(epoch.tag) == 12
    assert epoch.rssi.mean() == pytest.approx(-60.5, abs=0.1)


def test_a_clock_ahead_of_ours_is_now():
    epochs = builder()
    epochs.add(0, [0], [-60], [T + 20.0])
    assert epochs.close(T).heard.tolist() == [T]


def test_motion_is_handed_on():
    motion = np.array([0, 1, 2, 0], np.uint8)
    assert builder().close(T, motion).motion is motion
    assert builder().close(T).motion is None


def test_the_heartbeat_is_the_newest():
    epochs = builder()
    epochs.beat(1, T)
    epochs.beat(1, T - 5)
    assert epochs.close(T).heartbeat.tolist() == [-np.inf, T, -np.inf]


def test_strangers_are_counted_in_a_bounded_list():
    unknown = UnknownTags(top=5)
    for k in range(500):
        unknown.add([f"{k:012X}", "AAAAAAAAAAAA"], [-70, -60 - k % 3], "G")
    top = unknown.top()
    assert len(top) == 5
    assert top[0] == ("AAAAAAAAAAAA", 500, -60 - 499 % 3, "G")
    assert len(unknown._count) <= 81


ROWS = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 2), st.integers(-140, 140), st.floats(-20.0, 20.0)), max_size=60
)


@given(ROWS)
def test_an_epoch_has_each_pair_once_and_only_sane_values(rows):
    epochs = builder()
    for tag, gateway, rssi, age in rows:
        epochs.add(gateway, [tag], [rssi], [T - age])
    epoch = epochs.close(T)
    pairs = list(zip(epoch.tag.tolist(), epoch.gateway.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert np.all((epoch.rssi <= -45) & (epoch.rssi >= -110))
    assert np.all(epoch.heard <= T)
    assert set(epoch.tag.tolist()) == {
        tag for tag, _, rssi, age in rows if tag >= 0 and -110 <= rssi <= -20 and age <= 5
    }


@given(ROWS, st.randoms())
def test_the_order_of_uploads_does_not_matter(rows, random):
    told = []
    for _ in range(2):
        epochs = builder()
        for tag, gateway, rssi, age in rows:
            # Two receptions at one time would be one, whichever came first.
            epochs.add(gateway, [tag], [-60 if rssi > 0 else rssi], [T - round(age * 4) / 4 - tag / 10 + rssi / 1000])
        epoch = epochs.close(T)
        told.append([epoch.tag.tolist(), epoch.gateway.tolist(), epoch.heard.tolist()])
        random.shuffle(rows)
    assert told[0] == told[1]


@given(ROWS)
def test_every_row_is_counted_once(rows):
    epochs = builder()
    for tag, gateway, rssi, age in rows:
        epochs.add(gateway, [tag], [rssi], [T - age])
    epochs.close(T)
    counts = epochs.counts
    assert counts.rows == len(rows)
    assert counts.unknown_tag == sum(tag < 0 for tag, *_ in rows)
    assert counts.late + counts.rssi_refused + counts.repeated + counts.unknown_tag <= len(rows)
