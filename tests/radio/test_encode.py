"""What the encoders build, the readers read back."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from twin.radio import RowValues, Upload, advertise, decode_advertisement, read_upload
from twin.radio.encode import Rows, encode_payload, time_text

GATEWAY = "AC233FC17756"
T = 1727862026.0

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

macs = st.integers(1, 2**48 - 1).map(lambda n: f"{n:012X}")
percent = st.integers(0, 100)
axis = st.integers(-16 * 256, 16 * 256).map(lambda n: n / 256)
celsius = st.integers(-60 * 256, 120 * 256).map(lambda n: n / 256)
byte = st.integers(-128, 127)


def decoded(raw: str) -> dict:
    (frame,) = decode_advertisement(raw)
    return to_builtins(frame)


@given(macs, percent, celsius, st.integers(0, 25600).map(lambda n: n / 256))
@patient
def test_temperature_humidity(mac: str, battery: int, temperature: float, humidity: float) -> None:
    frame = decoded(advertise.temperature_humidity(mac, battery, temperature, humidity))
    assert frame == {
        "frame": "minew-a1-01",
        "battery_pct": battery,
        "mac": mac,
        "temperature_c": temperature,
        "humidity_pct": humidity,
    }


@given(macs, percent, st.tuples(axis, axis, axis))
@patient
def test_acceleration(mac: str, battery: int, axes: tuple[float, float, float]) -> None:
    frame = decoded(advertise.acceleration(mac, battery, *axes))
    assert frame == {"frame": "minew-a1-03", "battery_pct": battery, "mac": mac, "accel_g": axes}


@given(macs, percent, st.text("ABCxyz019_", max_size=10))
@patient
def test_info(mac: str, battery: int, name: str) -> None:
    frame = decoded(advertise.info(mac, battery, name))
    assert (frame["mac"], frame["battery_pct"], frame.get("name", "")) == (mac, battery, name)


@given(st.integers(1, 65535), celsius, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
@patient
def test_telemetry(millivolts: int, temperature: float, count: int, tenths: int) -> None:
    frame = decoded(advertise.telemetry(millivolts, temperature, count, tenths / 10))
    assert frame == {
        "frame": "eddystone-tlm",
        "adv_count": count,
        "uptime_s": tenths / 10,
        "battery_mv": millivolts,
        "temperature_c": temperature,
    }


@given(st.integers(0, 2**128 - 1), st.integers(0, 65535), st.integers(0, 65535), byte)
@patient
def test_ibeacon(uuid: int, major: int, minor: int, power: int) -> None:
    frame = decoded(advertise.ibeacon(f"{uuid:032x}", major, minor, power))
    assert frame == {"frame": "ibeacon", "uuid": f"{uuid:032X}", "major": major, "minor": minor, "tx_power": power}


def test_uid_of_the_button_guide() -> None:
    frame = decoded(advertise.uid(advertise.NAMESPACE, advertise.DOUBLE_TAP))
    assert (frame["namespace"], frame["instance"]) == (advertise.NAMESPACE, advertise.DOUBLE_TAP)


@given(macs, percent, st.integers(0, 2**32 - 1))
@patient
def test_v3_info(mac: str, battery: int, tail: int) -> None:
    frame = decoded(advertise.v3_info(mac, battery, tail))
    told = (frame["mac"], frame["battery_pct"], frame["firmware"], frame["tail"])
    assert told == (mac, battery, "3.2.0", f"{tail:08x}")


@given(percent, st.integers(0, 2**32 - 1), st.none() | st.tuples(axis, axis, axis), st.none() | st.booleans())
@patient
def test_v3_combination(battery: int, tail: int, axes: tuple | None, tamper: bool | None) -> None:
    frame = decoded(advertise.v3_combination(battery, tail, axes, tamper=tamper))
    told = (frame["battery_pct"], frame["tail"], frame.get("accel_g"), frame.get("tamper"))
    assert told == (battery, f"{tail:08x}", axes, tamper)


row = st.tuples(macs, st.integers(-127, -1), st.integers(-90_000, 0), st.binary(max_size=31).map(bytes.hex))
rows = st.lists(row, max_size=30).map(
    lambda found: Rows([r[0] for r in found], [r[1] for r in found], [r[2] for r in found], [r[3] for r in found])
)


def at_gateway(heard: Rows) -> Rows:
    return heard._replace(times=[T + ms / 1000 for ms in heard.times])


def read(payload: bytes, gateway: str | None = GATEWAY) -> Upload:
    upload = read_upload("t", payload, T, gateway)
    assert isinstance(upload, Upload), upload
    assert upload.faults == {}
    assert upload.gateway == GATEWAY
    return upload


@given(rows)
@patient
def test_json_forms_come_back(heard: Rows) -> None:
    heard = at_gateway(heard)
    for form in ("json-long", "json-raw"):
        got = read(encode_payload(form, GATEWAY, T, heard))
        assert got.form == form
        assert (got.macs, got.rssi, got.raw, got.clock) == (heard.macs, heard.rssi, heard.raw, "ok")
        assert all(abs(a - b) < 1e-6 for a, b in zip(got.heard, heard.times, strict=True))


@given(rows)
@patient
def test_binary_long_comes_back_by_transmitter(heard: Rows) -> None:
    got = read(encode_payload("binary-long", GATEWAY, T, at_gateway(heard)))
    sent = sorted(zip(heard.macs, heard.rssi, heard.raw, strict=True))
    assert sorted(zip(got.macs, got.rssi, got.raw, strict=True)) == sent


@given(macs, st.integers(-127, -1), st.integers(-6000, 12000), st.integers(0, 10000), percent)
@patient
def test_g1_sends_decoded_rows_and_an_empty_one(
    mac: str, rssi: int, temperature: int, humidity: int, battery: int
) -> None:
    climate = RowValues(temperature_c=temperature / 100, humidity_pct=humidity / 100, battery_pct=battery)
    beacon = RowValues(uuid=advertise.BUTTON_UUID, major=1, minor=2, tx_power=-59)
    heard = Rows([mac] * 3, [rssi] * 3, [T] * 3, ["", "aa", ""], {0: climate, 2: beacon})
    got = read(encode_payload("g1", GATEWAY, T, heard))
    assert (got.form, got.macs, got.rssi) == ("json-long", [mac] * 4, [rssi] * 4)
    assert (got.raw, got.values) == (["", "", "aa", ""], [(0, climate), (3, beacon)])


def test_time_text() -> None:
    assert time_text(T) == "2024-10-02T09:40:26.000Z"
    assert time_text(T + 33.9996) == "2024-10-02T09:41:00.000Z"
