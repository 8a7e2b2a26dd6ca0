"""Signs that a message is something else, and the answers to it, as `requests.toml` has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.watch.check import Span
from paloverde.watch.inbox.phrases import Sayings
from paloverde.watch.versioned import VersionedList, WeighedRow


class What(StrEnum):
    """What a message may be. `BUSINESS` has an answer and no phrases: the words of the bodies tell it."""

    RECORDS = "records"
    CLAIM = "claim"
    NOTICE = "notice"
    COMMENT = "comment"
    BUSINESS = "business"


class Language(StrEnum):
    EN = "en"
    ES = "es"


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a message of a kind, what a person may do, and the answers to whoever wrote."""

    says: str
    cite: str
    todo: str
    en: str
    es: str


class Row(WeighedRow, frozen=True, kw_only=True):
    """Phrases that mean one thing."""

    what: What
    language: Language
    phrases: tuple[str, ...]
    unless: tuple[str, ...]


class _File(VersionedList, frozen=True, kw_only=True):
    lists: Mapping[str, tuple[str, ...]]
    what: Mapping[What, Answer]
    where: Mapping[Language, tuple[str, str]]
    row: tuple[Row, ...]


class Sign(NamedTuple):
    """A row that a text meets, and where."""

    row: Row
    spans: tuple[Span, ...]

    @property
    def rule(self) -> str:
        """Which row of which version: inbox/requests#1/claim."""
        return f"inbox/requests#{FILE.version}/{self.row.id}"


def signs_in(text: str) -> Iterator[Sign]:
    """Each row that a text meets, in the order of the table."""
    return (Sign(row, spans) for row, spans in _SAYINGS.met_in(text))


def answer(what: What, language: Language, site: str) -> str:
    """The answer to a message of that kind. `site` is the City's website, "" where none is set."""
    at_site, otherwise = FILE.where[language]
    where = at_site.format(site=site) if site else otherwise
    told: str = getattr(FILE.what[what], language.value)
    return told.format(where=where)


def _read() -> _File:
    text = Path(__file__).with_name("requests.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


FILE = _read()
_SAYINGS = Sayings(FILE.row, FILE.lists)
