"""Which post corrects which (policy V.E.4(a), P-60): a tie that no site keeps, stated by people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.moderation_cases import is_item


class Correction(msgspec.Struct, frozen=True):
    """That one item corrects others. All are named account/kind/id, as their own pages have it."""

    item: Annotated[
        str,
        Meta(
            title="The correction",
            description="As the archive names it: account/kind/id, such as facebook-city/post/104_7.",
            extra={"of": "item"},
        ),
    ]
    corrects: Annotated[
        tuple[str, ...],
        Meta(
            title="What it corrects",
            description="One on each line. Empty where it corrects no post; then say why below.",
            extra={"of": "item"},
        ),
    ] = ()
    note: Annotated[str, Meta(title="What was wrong, or why it corrects no post", extra={"long": True})] = ""


class Ties(msgspec.Struct, frozen=True):
    """What an item corrects, and by what it was corrected."""

    corrects: tuple[str, ...] = ()
    corrected_by: tuple[str, ...] = ()


def ties_of(item: str, entries: Iterable[Entered[Correction]]) -> Ties:
    """The ties of one item, by the entries that count."""
    corrects, by = list[str](), list[str]()
    for one in entries:
        if one.entry.item == item:
            corrects += one.entry.corrects
        if item in one.entry.corrects:
            by.append(one.entry.item)
    return Ties(tuple(dict.fromkeys(corrects)), tuple(dict.fromkeys(by)))


def _wrong(entry: Correction) -> str:
    for item in (entry.item, *entry.corrects):
        if not is_item(item):
            return f"{item!r} is no name of an item: write account/kind/id, as its own page has it."
    if entry.item in entry.corrects:
        return "nothing corrects itself: what an edit changed stands in its versions."
    if not entry.corrects and not entry.note.strip():
        return "name what it corrects, or say why it corrects no post."
    return ""


CORRECTIONS = Register(
    name="corrections",
    title="Corrections",
    about="Which post corrects which. It shows on the pages of both.",
    entry=Correction,
    clauses=("P-60",),
    keepers=("clerk", "counsel", "public_affairs"),
    prefix="COR",
    wrong=_wrong,
)
