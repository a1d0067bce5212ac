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


def test_the_newest_tick_of_a_window_weighs_most():
    epochs = builder()
    epochs.add(1, [2], [-60], [T - 0.1])
    epochs.close(T)
    epochs.add(1, [2], [-70], [T + 1.9])
    assert -70 < epochs.close(T + 2).rssi[0] < -66


def test_earlier_receptions_of_a_tag_heard_again_still_count():
    epochs = builder()
    epochs.add(0, [1], [-60], [T - 0.1])
    epochs.close(T)
    epochs.add(1, [1], [-70], [T + 0.9])
    epoch = epochs.close(T + 1)
    assert epoch.gateway.tolist() == [0, 1]


def test_a_tag_that_is_not_heard_has_no_row():
    epochs = builder()
    epochs.add(0, [1], [-60], [T - 0.1])
    epochs.close(T)
    assert len(epochs.close(T + 1).tag) == 0


def test_a_slow_tag_gets_a_longer_window():
    epochs = builder()
    last = epochs.close(T - 1)
    for k in range(40):
        epochs.add(k % 2, [0], [-60], [T + 5 * k])
        epochs.add(k % 2, [1], [-60], [T + 5 * k - 0.5])
        epochs.add(k % 2, [1], [-60], [T + 5 * k])
        last = epochs.close(T + 5 * k)
    assert epochs.interval[0] == pytest.approx(5.0, abs=0.3)
    assert last.gateway[last.tag == 0].tolist() == [0, 1]


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


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(0, 2), st.integers(-140, 140), st.floats(-20.0, 20.0)), max_size=60
    )
)
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
