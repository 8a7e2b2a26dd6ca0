"""A custodian's own search of personal devices and accounts: what is asked for, what they state. Pure data.

The places of the checklist and the law are `custodian_search.toml` beside this file. As shipped no row of the
law is verified by counsel (City of San Jose v. Superior Court (2017) 2 Cal.5th 608; policy V.C.2).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from paloverde.requests.grounds import Dated
from paloverde.wording import some, spoken

_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")  # one letter before the sign: a long text is read once
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody may keep records, for the checklist; `note` is what people forget there."""

    id: str
    text: str
    note: str


class Law(Dated, frozen=True, kw_only=True):
    """What the instruction and the statement rest on."""


PLACES = {row["id"]: msgspec.convert(row, Place) for row in _TABLES["place"]}
LAWS = tuple(msgspec.convert(row, Law) for row in _TABLES["law"])


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """What a custodian is asked to search, beside what it is about.

    `contact` is where the letter goes, `addresses` are the e-mail addresses that the person is known to use,
    their own ones too: by these what is forwarded is known to come from them. `since` and `until` are Pacific
    days, both included. `due_on` is the day by which an answer is asked for.
    """

    contact: str
    due_on: date
    addresses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = tuple(PLACES)
    since: date | None = None
    until: date | None = None


class Looked(msgspec.Struct, frozen=True):
    """A place of `PLACES` that the custodian says to have searched, and with which words, or how else."""

    place: str
    how: str


class Affidavit(msgspec.Struct, frozen=True, kw_only=True):
    """What a custodian states of their own search, on a Pacific day.

    `found` counts the records of public business, `personal` what was held back as personal, `facts` are what
    shows that it is. `not_searched` says what was not, and why. `signed_sha256` is the file of the statement
    as it was signed; empty where only the words are known.
    """

    made_on: date
    looked: tuple[Looked, ...]
    found: int
    personal: int = 0
    facts: str = ""
    not_searched: str = ""
    signed_sha256: str = ""

    @property
    def is_signed(self) -> bool:
        return bool(self.signed_sha256)


def laws_on(day: date) -> dict[str, Law]:
    """The law as it stood on a day, by its code."""
    return {law.id: law for law in LAWS if law.applies_on(day)}


def unverified(day: date) -> tuple[str, ...]:
    """What of it counsel has not verified."""
    return tuple(
        f"{law.id}, {law.cite} (custodian_search.toml)"
        for law in laws_on(day).values()
        if not law.is_verified
    )


def instruction_lacks(instruction: Instruction, asked_on: date) -> str:
    """What an instruction lacks, in words; "" where it lacks nothing."""
    if not instruction.contact.strip():
        return "It needs the e-mail address or office to which the instruction goes."
    if strange := [one for one in instruction.places if one not in PLACES]:
        return f"{strange[0]!r} is no place of the checklist; there are: {', '.join(PLACES)}."
    if not instruction.places:
        return f"Name a place to search at least: {', '.join(PLACES)}."
    if instruction.due_on < asked_on:
        return f"An answer cannot be due on {spoken(instruction.due_on)}, before it is asked for."
    if instruction.since and instruction.until and instruction.since > instruction.until:
        return "The first day of the period is after the last: exchange them."
    return ""


def affidavit_lacks(affidavit: Affidavit, asked_on: date, answered_on: date) -> str:
    """What a statement lacks: places and how each was searched, and the facts of whatever is held back."""
    if not asked_on <= affidavit.made_on <= answered_on:
        return (
            f"The statement is of {spoken(affidavit.made_on)}; it was asked for on {spoken(asked_on)} and "
            f"answered on {spoken(answered_on)}: give a day between the two."
        )
    if not affidavit.looked:
        return f"It needs the places that were searched, each with how: {', '.join(PLACES)}."
    for one in affidavit.looked:
        if one.place not in PLACES:
            return f"{one.place!r} is no place of the checklist; there are: {', '.join(PLACES)}."
        if not one.how.strip():
            return f"It needs the words with which {one.place} was searched, or how it was."
        if _ADDRESS.search(one.how):
            return f"How {one.place} was searched stands in the search certificate: leave the address out."
    if min(affidavit.found, affidavit.personal) < 0:
        return "A number of records cannot be below zero."
    if affidavit.personal and not affidavit.facts.strip():
        return "Something is held back as personal: it needs the facts that show that it is."
    return ""


def said(affidavit: Affidavit) -> str:
    """A statement in sentences that name nobody and no address: it stands in the search certificate."""
    return " ".join(_said(affidavit))


def _said(one: Affidavit) -> Iterator[str]:
    kind = "A signed statement" if one.is_signed else "A statement that is not signed"
    places = "; ".join(f"{PLACES[at.place].text} ({at.how.strip()})" for at in one.looked)
    yield f"{kind} of {spoken(one.made_on)} says that these were searched: {places}."
    found = some(one.found, "record") if one.found else "Nothing"
    yield f"{found} about public business {'was' if one.found < 2 else 'were'} found."
    if one.personal:
        held = some(one.personal, "item was", "items were")
        yield f"{held} held back as personal, with facts that show that."
    if one.not_searched.strip():
        yield "It says what was not searched, and why."
