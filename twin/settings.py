"""Every setting, from the environment (`WARDLIGHT_…`) or a `.env` file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from twin.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What can be set. Paths are relative to the project's folder."""

    model_config = SettingsConfigDict(env_prefix="WARDLIGHT_", env_file=ROOT / ".env", extra="ignore")

    site: str = Field("demo", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    """Short name of the site: prefix of its own MQTT topics."""
    timezone: str = "Europe/Paris"
    """The site's zone, for showing times."""

    building: Path = ROOT / "data/demo/building"
    """IMDF archive: a folder or a zip."""
    gateways: Path = ROOT / "data/demo/gateways.csv"
    tags: Path = ROOT / "data/demo/tags.csv"
    climate: Path = ROOT / "data/climate.toml"
    var: Path = ROOT / "data/var"
    """The only place written at run time."""
    database_url: str = ""
    """SQLAlchemy URL of the history; empty = SQLite in `var`."""

    mqtt_url: str = ""
    """`mqtt://host:port` or `mqtts://host:port`; empty = the embedded broker."""
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_ca: Path | None = None
    """CA certificate (PEM) that signed the broker's; empty = the system's."""
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None
    broker_host: str = "127.0.0.1"
    """Where the embedded broker listens. Anything but loopback needs gateway tokens."""
    broker_port: int = Field(18830, ge=1, le=65535)
    broker_certificate: Path | None = None
    """With `broker_key`: the embedded broker speaks TLS."""
    broker_key: Path | None = None
    gateway_topics: tuple[str, ...] = (
        "/gw/+/status", "gw/+/status", "/mg3/+/status", "mg3/+/status",
        "/mg4/+/status", "mg4/+/status", "minew/+/status",
    )  # fmt: skip
    """Topics to listen to; `+` stands where the gateway's MAC is."""

    web_host: str = "127.0.0.1"
    web_port: int = Field(8050, ge=1, le=65535)
    web_workers: int = Field(2, ge=1)
    web_threads: int = Field(128, ge=40)

    demo: bool = True
    """Run the simulated hospital and live in its time."""
    demo_seed: int = 1
    demo_speed: float = Field(1.0, ge=1.0, le=60.0)
    demo_tags: int = Field(575, ge=100, le=20000)
    demo_catch_up_hours: float = Field(3.0, ge=0.0, le=24.0)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no such time zone: {value!r}; use a name such as Europe/Paris") from error
        return value

    @property
    def broker_url(self) -> str:
        """The broker to use: the outside one, or the embedded one."""
        scheme = "mqtts" if self.broker_certificate else "mqtt"
        return self.mqtt_url or f"{scheme}://127.0.0.1:{self.broker_port}"

    @property
    def history_url(self) -> str:
        """The SQLAlchemy URL of the history database."""
        return self.database_url or f"sqlite:///{self.var / 'history.sqlite'}"


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: naming each bad variable and what it must be.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        faults = (
            f"WARDLIGHT_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']} (got {e['input']!r})"
            for e in error.errors(include_context=False)
        )
        raise SettingsError("Bad settings; correct the environment or .env:\n  - " + "\n  - ".join(faults)) from None
