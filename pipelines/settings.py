"""One merchant's settings: `siyu.toml` in the home directory, read and checked once.

What belongs here: every key a merchant may set, its default and its meaning. What does not: anything a table computes.
"""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)

from pipelines.event_words import known_word, load_event_words
from pipelines.messages.settings import SendSettings
from pipelines.spec.nearest import hint

# Kinds of rows that have a clock of their own (assets/core/source_days.py).
SOURCE_KINDS = ("orders", "refunds", "events", "memberships", "live_sessions", "group_days", "pushes", "ad_spend")


class SettingsError(ValueError):
    """`siyu.toml` says something Siyu does not understand; the message names the file, the key and the remedy."""


class Channel(BaseModel):
    """What a raw channel word of an order or an event means (overrides assets/core/channels.csv)."""

    model_config = ConfigDict(extra="forbid")

    channel: str
    domain: Literal["public", "private", "unknown"]
    is_paid: bool = False


class SparkSettings(BaseModel):
    """Where Spark runs when `engine` is "spark", and with what options; none of them decides a number."""

    model_config = ConfigDict(extra="forbid")

    master: str = "local[*]"
    folder: str = ""
    options: dict[str, str] = {}


_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(MB|GB)")
_UNIT = {"MB": 10**6, "GB": 10**9}


def _a_size(text: str) -> str:
    if not _SIZE.fullmatch(text):
        raise ValueError(f"{text!r} is not a size; expected something such as '4 GB' or '800 MB'")
    return text


def bytes_of(size: str) -> int:
    """Of a size such as `4 GB`."""
    number, unit = _SIZE.fullmatch(size).groups()  # type: ignore[union-attr]
    return int(float(number) * _UNIT[unit])


class ReadingLimits(BaseModel):
    """What reading one file of landing may take; a file that takes more is refused by name and the run goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory: Annotated[str, AfterValidator(_a_size)] = "2 GB"
    unpacked: Annotated[str, AfterValidator(_a_size)] = "20 GB"  # on disk, of an archive or of its copy as text
    seconds: int = Field(default=600, ge=1)
    columns: int = Field(default=2_000, ge=10)
    line_breaks: int = Field(default=100, ge=1)  # in one cell; after more its quote was never closed
    passwords: tuple[SecretStr, ...] = ()  # of workbooks, tried one after the other
    _written: int = PrivateAttr(0)  # when the file with the passwords was: their own text is never shown

    def with_time(self, written: int) -> ReadingLimits:
        """The same; with passwords it is another whenever their file is: refused workbooks are then looked at again."""
        limits = self.model_copy()
        limits._written = written if self.passwords else 0
        return limits

    @property
    def password_texts(self) -> tuple[str, ...]:
        return tuple(password.get_secret_value() for password in self.passwords)

    def __repr_args__(self) -> Any:
        return [*super().__repr_args__(), ("written", self._written)]

    @property
    def memory_bytes(self) -> int:
        return bytes_of(self.memory)

    @property
    def unpacked_bytes(self) -> int:
        return bytes_of(self.unpacked)


def _entry(text: str) -> str:
    """An event word by any of its spellings; one that ends something or only reaches a person is no entry."""
    word = known_word(text)
    entry = load_event_words().get(word)
    if entry is not None and (entry.ends is not None or not entry.active):
        raise ValueError(f"{text!r} is no entry; expected something such as 'group_join', 'wecom_add' or 'follow'")
    return word


class Settings(BaseModel):
    """Everything that decides numbers or places, and who is told. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path
    merchant_name: str = ""
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark: SparkSettings = SparkSettings()
    week_starts: Literal["monday", "sunday"] = "monday"
    private_entry_events: list[str] = ["group_join", "wecom_add", "member_join"]
    new_buyer_lookback_days: int = Field(default=365, ge=-1)
    small_group: int = Field(default=5, ge=1)
    orders_on_pages: int = Field(default=10, ge=0, le=200)
    identity_hub_limit: int = Field(default=10, ge=2)
    windows: list[Annotated[int, Field(ge=1)]] = Field(default=[7, 30, 60, 90, 180, 365], min_length=1)
    memory_limit: str = ""
    readers: Literal["owner", "group", "all"] = "owner"
    reading: ReadingLimits = ReadingLimits()
    ended_sources: list[str] = []
    channels: dict[str, Channel] = {}
    send: SendSettings = SendSettings()

    @field_validator("windows", "private_entry_events")
    @classmethod
    def _each_once(cls, values: list[Any]) -> list[Any]:
        return list(dict.fromkeys(values))

    @field_validator("private_entry_events")
    @classmethod
    def _entries(cls, words: list[str]) -> list[str]:
        return list(dict.fromkeys(_entry(word) for word in words))

    @field_validator("new_buyer_lookback_days")
    @classmethod
    def _days_or_lifetime(cls, days: int) -> int:
        if days == 0:
            raise ValueError("0 days look back at nothing; expected 1 or more, or -1 for the whole history")
        return days

    @field_validator("ended_sources")
    @classmethod
    def _kinds_and_platforms(cls, sources: list[str]) -> list[str]:
        for source in sources:
            if not re.fullmatch(rf"({'|'.join(SOURCE_KINDS)})\.\w+", source):
                raise ValueError(
                    f"{source!r} is not a source; expected a kind and a platform such as 'orders.taobao', the kind one "
                    f"of: {', '.join(SOURCE_KINDS)}"
                )
        return sources

    @field_validator("memory_limit")
    @classmethod
    def _size_or_none(cls, text: str) -> str:
        return _a_size(text) if text else text

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not a time zone; expected a name such as 'Asia/Shanghai'") from error
        return name

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def sources(self) -> Path:
        """Mappings of the merchant's own."""
        return self.home / "sources"

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def log_path(self) -> Path:
        """What was committed and is not in the warehouse's file yet; there while a run goes on, or after a kill."""
        return self.home / "warehouse.duckdb.wal"

    @property
    def lock_path(self) -> Path:
        return self.home / "warehouse.lock"

    @property
    def key_path(self) -> Path:
        return self.home / "secret.key"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def snapshot_path(self) -> Path:
        """The pointer that readers open: a link to the newest published snapshot."""
        return self.published / "siyu.duckdb"

    @property
    def reports(self) -> Path:
        return self.published / "reports"

    def number_deciding(self) -> dict[str, Any]:
        """The settings that any SQL file may use as `$name`; a change of one rebuilds every table."""
        return {
            "private_entry_events": self.private_entry_events,
            "new_buyer_lookback_days": self.new_buyer_lookback_days,
            "small_group": self.small_group,
            "week_starts": self.week_starts,
            "windows": self.windows,
            "ended_sources": self.ended_sources,
        }

    def today(self) -> datetime:
        """Now, on the business time zone's wall clock."""
        return datetime.now(ZoneInfo(self.timezone)).replace(tzinfo=None)

    def days_behind(self, last: date) -> int:
        """Days between the last one in the data and yesterday, the last that is over."""
        return (self.today().date() - last).days - 1


def load_settings(home: Path | str | None = None) -> Settings:
    """Settings of one home directory: argument, else SIYU_HOME, else `./data`.

    Raises SettingsError naming the file, the key and the nearest known key.
    """
    place = Path(home or os.environ.get("SIYU_HOME") or "data").expanduser().resolve()
    file = place / "siyu.toml"
    return _checked(file, _read(file), place)


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not readable as TOML: {error}. Write it as UTF-8 text, key = value.") from error


def _checked(file: Path, values: dict[str, Any], home: Path) -> Settings:
    known = sorted(set(Settings.model_fields) - {"home"})
    for key in values:
        if key not in known:
            raise SettingsError(f"{file}: unknown key '{key}'; {hint(key, known, cutoff=0.4, otherwise='known keys')}")
    try:
        settings = Settings(home=home, **values)
        written = file.stat().st_mtime_ns if file.exists() else 0
        return settings.model_copy(update={"reading": settings.reading.with_time(written)})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        # below [send] any text may be a secret that was written in the wrong place, or somebody's address
        given = "***" if "passwords" in key or first["loc"][:1] == ("send",) else repr(first.get("input"))
        raise SettingsError(f"{file}: '{key}' is {given}: {said}") from error
