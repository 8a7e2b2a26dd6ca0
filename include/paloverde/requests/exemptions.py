"""The exemptions that may be claimed, as data, and what a claim still lacks.

The table is `exemptions.toml` beside this file; privileges in discovery are `privileges.toml`. What may be
claimed in one forum may not in the other. As shipped no row is verified by counsel, and a row whose section
is from memory says so wherever it is shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.review import Exempted
from paloverde.retention.rules import Seen

_FILE, _PRIVILEGES = (Path(__file__).with_name(name) for name in ("exemptions.toml", "privileges.toml"))
_LEAST_FACT = 5  # letters: a fact that a court may read is more than "yes"
SEGREGABILITY = "segregability"
FREE_FACTS = ("second_statute", SEGREGABILITY)  # that any claim may have


class Forum(StrEnum):
    """For whom records are reviewed."""

    REQUEST = "a records request"
    DISCOVERY = "discovery"


class Exemption(msgspec.Struct, frozen=True):
    """One exemption, or privilege. `facts` are the names of what must be written down; `FACTS` says what each
    asks.

    One of `reviewers` has decided or signed; where `together`, one of each. `expires_with` names what ends
    it. Where `bars_web`, copies are given and only posting on the web is barred. Where `hides_people`, a log
    of what is kept back does not name those who wrote and got it. `like` are the exemptions that a suggestion
    names of which a privilege is to be thought in discovery.
    """

    code: str
    section: str
    former_section: str
    label: str
    title: str
    letter: str
    cite: str
    mandatory: bool
    facts: tuple[str, ...]
    reviewers: tuple[str, ...]
    seen: Seen
    verified_by: str
    verified_on: str
    effective_from: date
    effective_to: date | None = None
    expires_with: str = ""
    bars_web: bool = False
    together: bool = False
    forum: Forum = Forum.REQUEST
    hides_people: bool = False
    like: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether counsel has confirmed it, by name and day."""
        return bool(self.verified_by and self.verified_on)

    @property
    def needs_balancing(self) -> bool:
        """Whether the letter must weigh the public interests (Gov. Code 7922.000, 7927.500)."""
        return "balancing" in self.facts

    @property
    def needs_second_statute(self) -> bool:
        """Whether it only leads to another law, which the letter must name (Gov. Code 7927.705)."""
        return "second_statute" in self.facts

    def wants(self, roles: Iterable[str]) -> tuple[str, ...]:
        """Of whom one must still decide or sign where these roles have; nobody where that will do."""
        missing = tuple(role for role in self.reviewers if role not in {*roles})
        return missing if self.together or len(missing) == len(self.reviewers) else ()

    def is_law_on(self, day: date) -> bool:
        """Whether it may be claimed on a Pacific day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def statute(self, facts: Mapping[str, str]) -> str:
        """All that is cited for a claim: the section, and the second statute where the claim names one."""
        second = facts.get("second_statute", "").strip()
        return f"{self.cite}; {second}" if second else self.cite


def _read(file: Path, table: str, forum: Forum) -> tuple[Mapping[str, Exemption], dict[str, dict[str, Any]]]:
    """The rows of a table by code, and the file's other tables."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))
    told = {code: {"code": code, "forum": forum.value, **row} for code, row in tables[table].items()}
    return {code: msgspec.convert(row, Exemption) for code, row in told.items()}, tables


EXEMPTIONS, _beside = _read(_FILE, "exemptions", Forum.REQUEST)
PRIVILEGES, _beside_privileges = _read(_PRIVILEGES, "privileges", Forum.DISCOVERY)
FACTS: Mapping[str, str] = {**_beside["facts"], **_beside_privileges["facts"]}
REFUSED: Mapping[str, str] = {word: row["reason"] for word, row in _beside["refused"].items()}
CLAIMS: Mapping[Forum, Mapping[str, Exemption]] = {Forum.REQUEST: EXEMPTIONS, Forum.DISCOVERY: PRIVILEGES}


def exemption(code: str) -> Exemption:
    """The exemption or privilege of that code. `BadQuestion` says why what is none is refused, or lists what
    there is.
    """
    if code.upper() in REFUSED:
        raise BadQuestion(f"{REFUSED[code.upper()]} Nothing may be withheld for it.")
    if row := EXEMPTIONS.get(code) or PRIVILEGES.get(code):
        return row
    raise BadQuestion(
        f"There is no exemption {code!r}. Those that there are: {', '.join(EXEMPTIONS)}; privileges in "
        f"discovery: {', '.join(PRIVILEGES)}."
    )


def is_known(code: str) -> bool:
    """Whether a code is that of an exemption or of a privilege."""
    return code in EXEMPTIONS or code in PRIVILEGES


def in_forum(code: str, forum: Forum) -> str:
    """What may be claimed there where an exemption of that code is suggested; "" where nothing is like it."""
    if exemption(code).forum is forum:
        return code
    return next((row.code for row in CLAIMS[forum].values() if code in row.like), "")


def lacks(claim: Exempted) -> tuple[str, ...]:
    """The names of the facts that a claim still needs."""
    return tuple(
        name for name in exemption(claim.code).facts if len(claim.facts.get(name, "").strip()) < _LEAST_FACT
    )


def segregability(claims: Iterable[Exempted]) -> str:
    """Why no part of a record could be separated and released, as somebody wrote it with a claim."""
    said = (claim.facts.get(SEGREGABILITY, "").strip() for claim in claims)
    return next((text for text in said if len(text) >= _LEAST_FACT), "")


def check_claim(claim: Exempted, today: date, forum: Forum = Forum.REQUEST) -> None:
    """Raise `BadQuestion` where a claim may not be made on that Pacific day, or not there, naming each
    missing fact.
    """
    row = exemption(claim.code)
    if row.forum is not forum:
        raise BadQuestion(
            f"{claim.code} ({row.cite}) is claimed in {row.forum}, and this is {forum}: here there are "
            f"{', '.join(CLAIMS[forum])}."
        )
    if not row.is_law_on(today):
        raise BadQuestion(
            f"{claim.code} ({row.cite}) is not law on {today}: it is so from {row.effective_from}"
            f"{f' to {row.effective_to}' if row.effective_to else ''}."
        )
    missing = lacks(claim)
    if missing:
        asked = "; ".join(f"{name}: {FACTS[name]}" for name in missing)
        raise BadQuestion(f"{claim.code} ({row.title}) may be claimed once these are written down: {asked}.")
    strange = sorted(claim.facts.keys() - {*row.facts, *FREE_FACTS})
    if strange:
        known = f"it asks for: {', '.join(row.facts)}" if row.facts else "it asks for none"
        raise BadQuestion(f"{claim.code} knows no fact {strange[0]!r}; {known}.")
