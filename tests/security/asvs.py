"""The sheet of the ASVS, from its table: `python -m security.asvs > docs/security/asvs.md`."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import msgspec

from security.evidence import cell, told
from stores import ROOT

TABLE = ROOT / "docs" / "security" / "asvs.toml"
PAGE = ROOT / "docs" / "security" / "asvs.md"
CHAPTERS = {
    1: "Encoding and sanitization", 2: "Validation and business logic", 3: "Web front end", 4: "API and web service",
    5: "Files", 6: "Authentication", 7: "Sessions", 8: "Authorization", 9: "Self-contained tokens",
    10: "OAuth and OpenID Connect", 11: "Cryptography", 12: "Communication", 13: "Configuration",
    14: "Data protection", 15: "Coding and architecture", 16: "Logging and errors", 17: "WebRTC",
}  # fmt: skip

_HEAD = """\
# OWASP ASVS 5.0.0, level 2: how this stands to each requirement

Made by `make docs` from `docs/security/asvs.toml`; edit there. The subjects are in our words; the requirements are
those of the [Application Security Verification Standard](https://owasp.org/asvs/) (CC BY-SA 4.0), by their numbers.
A test refuses a row whose evidence does not exist. It was filled in by those who wrote the program, and by nobody
else: it is no certificate.

{sums}
"""


class Stands(StrEnum):
    """How the project stands to a requirement."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"
    NA = "na"


WORDS = {Stands.MET: "met", Stands.PARTLY: "partly", Stands.UNMET: "not met", Stands.NA: "not applicable"}


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement: what it is of, how we stand to it, by what, and what is to be said."""

    of: str
    stands: Stands
    by: tuple[str, ...] = ()
    says: str = ""


class NotHere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requirements about something that is not in the product."""

    ids: tuple[str, ...]
    of: str
    says: str


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: dict[str, str]
    rows: dict[str, Row]
    not_here: tuple[NotHere, ...]


@cache
def sheet() -> Sheet:
    with TABLE.open("rb") as file:
        return msgspec.convert(tomllib.load(file), Sheet)


@cache
def requirements() -> dict[str, Row]:
    """Every requirement by its number, in order; evidence by its whole name."""
    made = sheet()
    rows = {
        number: msgspec.structs.replace(row, by=tuple(_whole(name) for name in row.by))
        for number, row in made.rows.items()
    }
    for group in made.not_here:
        rows |= {number: Row(group.of, Stands.NA, (), group.says) for number in group.ids}
    return {number: rows[number] for number in sorted(rows, key=_order)}


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def _whole(name: str) -> str:
    short, colons, test = name.partition("::")
    return f"{sheet().files.get(short, short)}{colons}{test}"


def page() -> str:
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    counted = Counter(row.stands for row in requirements().values())
    sums = ", ".join(f"{counted[one]} {WORDS[one]}" for one in Stands)
    yield _HEAD.format(sums=f"Of {len(requirements())} requirements: {sums}.")
    open_ones = [(number, row) for number, row in requirements().items() if row.stands is Stands.UNMET]
    yield "## What is not met\n\n| | of | why |\n|---|---|---|"
    yield from (f"| {number} | {cell(row.of)} | {cell(row.says)} |" for number, row in open_ones)
    for chapter, name in CHAPTERS.items():
        yield f"\n## V{chapter} {name}\n\n| | of | stands | by what, and what is to be said |\n|---|---|---|---|"
        for number, row in requirements().items():
            if _order(number)[0] == chapter:
                said = " ".join(filter(None, (cell(row.says), told(row.by))))
                yield f"| {number} | {cell(row.of)} | {WORDS[row.stands]} | {said} |"
    yield ""


if __name__ == "__main__":
    print(page(), end="")
