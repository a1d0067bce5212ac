from sqlalchemy import create_engine, text

from twin.history import Batch, History, Retention
from twin.model import Press, Sample, Visit

NOW = 1_700_000_000.0
HOUR, DAY = 3600.0, 86400.0


def store(history: History, batch: Batch) -> None:
    history.write([history.rows(batch)])


def ages(history: History, sql: str) -> list[int]:
    with create_engine(f"sqlite:///{history.path}").connect() as connection:
        return [round((NOW - t) / HOUR) for (t,) in connection.execute(text(sql))]


def prune_all(history: History, now: float = NOW) -> int:
    calls = 1
    while history.prune(now, Retention()).more:
        calls += 1
        assert calls < 200
    return calls


def test_positions_of_persons_go_after_72_hours_and_of_things_after_a_week(history: History, fixes) -> None:
    for age in (1, 70, 75, 100, 167, 170, 400):
        store(history, Batch(NOW - age * HOUR, fixes=fixes(NOW - age * HOUR, [0, 1, 2, 3])))
    prune_all(history)
    times = "SELECT DISTINCT t FROM fix JOIN tag ON tag.id = fix.tag WHERE kind IN ({}) ORDER BY t"
    assert ages(history, times.format("'patient', 'staff'")) == [70, 1]
    assert ages(history, times.format("'asset', 'sensor'")) == [167, 100, 75, 70, 1]


def test_samples_visits_and_presses_have_their_own_ages(history: History) -> None:
    for days in (1, 29, 31, 700, 800):
        t = NOW - days * DAY
        store(
            history,
            Batch(
                t,
                closed=[Visit(1, 1, t - 60, t, 1, 1)],
                samples=[Sample(3, t, "battery_pct", 50)],
                presses=[Press(1, t, "ibeacon")],
            ),
        )
    history.prune(NOW, Retention())
    assert ages(history, "SELECT t FROM sample ORDER BY t") == [29 * 24, 24]
    assert ages(history, "SELECT leave FROM visit ORDER BY leave") == [700 * 24, 31 * 24, 29 * 24, 24]
    assert ages(history, "SELECT t FROM press ORDER BY t") == [700 * 24, 31 * 24, 29 * 24, 24]


def test_a_long_absence_is_cleared_in_small_steps(history: History, fixes) -> None:
    for hour in range(40):
        t = NOW - 300 * DAY + hour * HOUR
        store(history, Batch(t, fixes=fixes(t, [0, 2])))
    first = history.prune(NOW, Retention())
    assert 0 < first.rows < 40 and first.more
    prune_all(history)
    assert ages(history, "SELECT t FROM fix") == []


def test_open_visits_are_never_deleted(history: History) -> None:
    store(history, Batch(NOW, opened=[Visit(1, 1, NOW - 2000 * DAY, None, 1, 1)]))
    prune_all(history)
    assert len(history.restore().open_visits) == 1


def test_a_hospital_whose_date_went_back_is_pruned_too(history: History, fixes) -> None:
    """A simulated hospital may begin again at an earlier date."""
    store(history, Batch(NOW, fixes=fixes(NOW - 80 * HOUR, [0])))
    prune_all(history)
    earlier = NOW - 1000 * DAY
    store(history, Batch(earlier, fixes=fixes(earlier - 80 * HOUR, [0])))
    prune_all(history, earlier)
    assert ages(history, "SELECT t FROM fix") == []
