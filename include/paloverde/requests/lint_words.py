"""What a lint knows beside the letter, and the words in which it says what it found: `lints.toml`. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from paloverde.requests.gates import Exposed
from paloverde.requests.letters import Bundle
from paloverde.requests.review_state import ReviewState
from paloverde.wording import ended

Told = Iterator[dict[str, str]]  # what fills the words of a lint, once for each thing that it found
_FILE = Path(__file__).with_name("lints.toml")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the letter: of the request's file, the bundle that goes out, and the records.

    `redacted` are redacted words (`redaction.Released.needles`), `open_matters` the names and numbers of
    pending matters, `responsive` how many record versions were found responsive and `unreviewed` how many
    nobody has looked at. `bundle` is the sealed one that goes out; `is_signed_off` says whether a second
    person has agreed to that. `review` is how the review stands, None where the letter was sent before;
    `is_searched` says whether anything was searched for the request, `has_links` whether links have an
    address.
    """

    bundle: Bundle | None = None
    redacted: tuple[str, ...] = ()
    exposed: tuple[Exposed, ...] = ()
    private_records: int = 0
    open_matters: frozenset[str] = frozenset()
    responsive: int = 0
    unreviewed: int = 0
    is_signed_off: bool = False
    review: ReviewState | None = None
    is_searched: bool = True
    has_links: bool = True


class Finding(msgspec.Struct, frozen=True):
    """Why a letter cannot be sent: the lint's code, a sentence, what it rests on ("" where that is no law),
    and what to do.
    """

    code: str
    says: str
    cite: str
    mend: str

    def __str__(self) -> str:
        cite = f" ({self.cite}.)" if self.cite else ""
        return f"{self.code}: {self.says}{cite} {ended(self.mend)}"


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    says: str
    cite: str
    mend: str


@cache
def wordings() -> Mapping[str, _Words]:
    """The words of each lint, by code."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {code: msgspec.convert(table, _Words) for code, table in tables.items() if code != "how"}


@cache
def how_to_give() -> Mapping[str, str]:
    """How something that a letter lacks is given, by its name."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8"))["how"], dict[str, str])


def found(code: str, told: dict[str, str]) -> Finding:
    words = wordings()[code]
    says, cite, mend = (text.format_map(told) for text in (words.says, words.cite, words.mend))
    return Finding(code, says, cite, mend)
