"""`python -m twin broker`."""

from __future__ import annotations

from twin import log
from twin.broker import serve
from twin.errors import SettingsError
from twin.settings import settings


def broker() -> None:
    """Run the embedded MQTT broker until it is told to stop."""
    s = settings()
    if not s.embedded_broker:
        raise SettingsError("WARDLIGHT_MQTT_URL names an outside broker; unset it to run the embedded one.")
    log.configure("broker", s.log_level)
    serve(s)
