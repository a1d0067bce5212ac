"""Every setting, from the environment (`WARDLIGHT_…`) or a `.env` file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from twin.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")


SHIPPED_TAGS = 575
"""Size of the register in `data/demo/tags.csv`."""


class Settings(BaseSettings):
    """What can be set. Paths are relative to the project's folder."""

    model_config = SettingsConfigDict(
        env_prefix="WARDLIGHT_", env_file=ROOT / ".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    site: str = Field(default="demo", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    """Short name of the site: prefix of its own MQTT topics."""
    timezone: str = "Europe/Paris"
    """The site's zone, for showing times."""

    building: Path = ROOT / "data/demo/building"
    """IMDF archive: a folder or a zip."""
    gateways: Path = ROOT / "data/demo/gateways.csv"
    tags: Path = ROOT / "data/demo/tags.csv"
    climate: Path = ROOT / "data/climate.toml"
    meters: Path = ROOT / "data/demo/meters.csv"
    """Energy meters: where their messages come from and what they measure."""
    asset_rules: Path = ROOT / "data/assets.toml"
    """What a room makes of an asset's status, and how many of each type a place should hold."""
    var: Path = ROOT / "data/var"
    """The only place written at run time."""
    database_url: str = ""
    """SQLAlchemy URL of the history; empty = SQLite in `var`."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    mqtt_url: str = ""
    """`mqtt://host:port` or `mqtts://host:port`; empty = the embedded broker."""
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_ca: Path | None = None
    """CA certificate (PEM) that signed the broker's; empty = the system's."""
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None
    broker_host: str = "127.0.0.1"
    """Where the embedded broker listens for gateways; `0.0.0.0` opens it to the network."""
    broker_port: int = Field(default=18830, ge=1, le=65535)
    broker_certificate: Path | None = None
    """With `broker_key` (PEM): gateways use TLS on `broker_tls_port`, and `broker_port` stays
    on loopback for our own processes."""
    broker_key: Path | None = None
    broker_tls_port: int = Field(default=8883, ge=1, le=65535)
    gateway_topics: Annotated[tuple[str, ...], NoDecode] = (
        "/gw/+/status", "gw/+/status", "/mg3/+/status", "mg3/+/status",
        "/mg4/+/status", "mg4/+/status", "minew/+/status",
    )  # fmt: skip
    """Topics to listen to, comma-separated in the environment; `+` stands where the gateway's
    MAC is."""
    meter_topics: Annotated[tuple[str, ...], NoDecode] = ("zigbee2mqtt/+", "tele/+/SENSOR")
    """Topics of energy meters, comma-separated in the environment; `+` stands where the meter's name is."""

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8050, ge=1, le=65535)
    web_workers: int = Field(default=2, ge=1)
    web_threads: int = Field(default=128, ge=40)
    access_log: bool = False
    """Write a line for each web request."""
    open_browser: bool = True
    """`run` opens the page in the browser when there is a display."""

    demo: bool = True
    """Run the simulated hospital and live in its time."""
    demo_seed: int = 1
    demo_speed: float = Field(default=1.0, ge=1.0, le=60.0)
    demo_tags: int = Field(default=SHIPPED_TAGS, ge=100, le=20000)
    demo_catch_up_hours: float = Field(default=3.0, ge=0.0, le=24.0)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no such time zone: {value!r}; use a name such as Europe/Paris") from error
        return value

    @field_validator(
        "building", "gateways", "tags", "climate", "meters", "asset_rules", "var",
        "mqtt_ca", "mqtt_certificate", "mqtt_key", "broker_certificate", "broker_key",
    )  # fmt: skip
    @classmethod
    def _from_the_project(cls, value: Path | None) -> Path | None:
        return value and ROOT / value.expanduser()

    @field_validator("gateway_topics", "meter_topics", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(topic.strip() for topic in value.split(",") if topic.strip())
        return value

    @field_validator("gateway_topics", "meter_topics")
    @classmethod
    def _topic_patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for topic in value:
            levels = topic.split("/")
            if levels.count("+") > 1 or any("#" in level or ("+" in level and level != "+") for level in levels):
                raise ValueError(f"{topic!r}: at most one level may be `+` (the sender's name), and `#` is not allowed")
            if topic.startswith(("wardlight/", "$")):
                raise ValueError(f"{topic!r}: `wardlight/` and `$` topics are not for gateways and meters")
        return value

    @field_validator("meter_topics")
    @classmethod
    def _meters_have_a_root(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for topic in value:
            if topic.startswith("+"):
                raise ValueError(f"{topic!r}: the first level must be a word, so that a meter cannot choose any topic")
        return value

    @model_validator(mode="after")
    def _pairs_of_files(self) -> Self:
        for first, second in (("mqtt_certificate", "mqtt_key"), ("broker_certificate", "broker_key")):
            if (getattr(self, first) is None) != (getattr(self, second) is None):
                raise ValueError(f"WARDLIGHT_{first.upper()} and WARDLIGHT_{second.upper()} belong together: set both")
        return self

    @property
    def embedded_broker(self) -> bool:
        """Whether the broker is our own."""
        return not self.mqtt_url

    @property
    def broker_url(self) -> str:
        """The broker to use: the outside one, or the embedded one."""
        return self.mqtt_url or f"mqtt://127.0.0.1:{self.broker_port}"

    @property
    def building_in_use(self) -> Path:
        """The building as the twin knows it: the one that was imported or drawn, else `building`."""
        own = self.var / "site/building"
        return own if (own / "manifest.json").exists() else self.building

    @property
    def tag_list(self) -> Path:
        """The tags as the twin knows them: the list that people changed, else `register`."""
        own = self.var / "site/tags.csv"
        return own if own.exists() else self.register

    @property
    def register(self) -> Path:
        """The tag register in use: `tags`, but a demo of another size has one drawn up in `var`."""
        shipped = self.tags == type(self).model_fields["tags"].default
        drawn = self.demo and shipped and self.demo_tags != SHIPPED_TAGS
        return self.var / f"tags-{self.demo_tags}.csv" if drawn else self.tags

    @property
    def gateway_list(self) -> Path:
        """The gateways as the twin knows them: the list that commissioning wrote, else `gateways`."""
        placed = self.var / "site/gateways.csv"
        return placed if placed.exists() else self.gateways

    @property
    def survey(self) -> Path:
        """What was measured at known points while commissioning; the file may be absent."""
        return self.var / "site/survey.csv"

    @property
    def secrets(self) -> Path:
        """The folder of passwords and tokens, readable by this user only."""
        return self.var / "secrets"

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
        return Settings()
    except ValidationError as error:
        faults = (
            f"WARDLIGHT_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']} (got {e['input']!r})"
            if e["loc"]
            else e["msg"]
            for e in error.errors(include_context=False)
        )
        raise SettingsError("Bad settings; correct the environment or .env:\n  - " + "\n  - ".join(faults)) from None
