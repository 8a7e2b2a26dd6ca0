"""A register as a form asks for its entries, and as a page shows them: from its fields alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from paloverde.bundles.pages import visible
from paloverde.desk.typed import Field, Typed
from paloverde.watch.register import Asked, Entered, Register, Shape
from paloverde.wording import short, short_moment

_KINDS = {
    Shape.TEXT: "text", Shape.LONG: "area", Shape.LIST: "area", Shape.DAY: "date", Shape.NUMBER: "number",
    Shape.MOMENT: "datetime-local", Shape.YES_NO: "choice", Shape.CHOICE: "choice",
    Shape.FILE: "file",
}  # fmt: skip
_HINTS = {Shape.LIST: "One on each line.", Shape.MOMENT: "In the City’s own time."}
_MOMENT = len("2026-11-20T14:30")  # what a browser takes of a moment
_COLUMNS = 4  # of a list, beside the name of the entry
_IN_A_LINE = (Shape.TEXT, Shape.DAY, Shape.MOMENT, Shape.NUMBER, Shape.CHOICE, Shape.YES_NO)
_MOST_NAMED = 12  # of what a list may hold, in its hint
_LONGEST = 4_000  # characters of a field that a page shows
Known = Mapping[str, Sequence[tuple[str, str]]]  # what a field may point at: its name there, and words for it


class Change(NamedTuple):
    """What one paper about an entry changed: label, what stood there before, what stands there since."""

    label: str
    before: str
    after: str


def fields_of(
    register: Register[Any], known: Known, values: Mapping[str, str] = MappingProxyType({}), *, is_new: bool
) -> list[Field]:
    """The fields of a form, filled in with what an entry says; those of a new one with what is usual, too.

    An entry keeps its name, so that a form which changes one does not ask for it.
    """
    filled = {**(_usual(register) if is_new else {}), **values}
    asked = [one for one in register.fields if is_new or one.name != register.named_by]
    made = [_field(one, filled.get(one.name, ""), known.get(one.of, ())) for one in asked]
    return [
        one._replace(value="", required=one.required and is_new) if one.kind == "file" else one
        for one in made
    ]


def given_in(register: Register[Any], typed: Typed, id_: str = "") -> dict[str, str]:
    """What somebody typed, as the register takes it."""
    given = {name: text.strip() for name, text in typed.values.items()}
    for asked in register.fields:
        if asked.shape is Shape.LIST:
            given[asked.name] = "\n".join(typed.lines(asked.name))
    return given | ({register.named_by: id_} if id_ and register.named_by else {})


def columns_of(register: Register[Any]) -> list[Asked]:
    """The fields that a list of the register shows."""
    found = [one for one in register.fields if one.shape in _IN_A_LINE and one.name != register.named_by]
    return found[:_COLUMNS]


def facts_of(register: Register[Any], entry: Any) -> list[tuple[str, str]]:
    """An entry as its page shows it; what was left empty is not there."""
    told = said_of(register, entry)
    return [(one.label, shown(told[one.name])) for one in register.fields if told[one.name]]


def said_of(register: Register[Any], entry: Any) -> dict[str, str]:
    """An entry as it is read: as somebody would type it, with its days and moments in words."""
    moments = {
        name: short_moment(at) if isinstance(at, datetime) else short(at)
        for name in entry.__struct_fields__
        if isinstance(at := getattr(entry, name), date)
    }
    typed = register.typed(entry)
    chosen = {one.name: one.in_words(typed[one.name]) for one in register.fields if one.meanings}
    return {**typed, **chosen, **moments}


def title_of(register: Register[Any], entry: Any) -> str:
    """The first words of an entry, by which somebody knows it."""
    typed = register.typed(entry)
    texts = (typed[one.name] for one in register.fields if one.shape in (Shape.TEXT, Shape.LONG))
    names = (text for text in texts if text and text != typed.get(register.named_by))
    return shown(next(names, "")).partition("\n")[0][:100]


def changes_of(register: Register[Any], papers: Sequence[Entered[Any]]) -> Iterator[list[Change]]:
    """What each paper about an entry changed of what the one before it said; nothing for the first."""
    before: Mapping[str, str] | None = None
    for paper in papers:
        typed = said_of(register, paper.entry)
        yield (
            []
            if before is None
            else [
                Change(one.label, shown(before[one.name]), shown(typed[one.name]))
                for one in register.fields
                if before[one.name] != typed[one.name]
            ]
        )
        before = typed


def shown(text: str) -> str:
    """What somebody entered, with every unseen character written out, and cut."""
    return visible(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")


def _field(asked: Asked, value: str, known: Sequence[tuple[str, str]]) -> Field:
    hint = " ".join(filter(None, (asked.help, "" if asked.help else _HINTS.get(asked.shape, ""))))
    if asked.shape is Shape.LIST and known:
        names = ", ".join(name for name, _ in known[:_MOST_NAMED])
        hint = f"{hint} Such as: {names}." if len(known) <= _MOST_NAMED else hint
    if asked.shape is Shape.MOMENT:
        value = value[:_MOMENT]
    return Field(
        asked.name, asked.label, _KINDS[asked.shape], hint, asked.is_required, _options(asked, value), value,
        known=() if asked.shape is Shape.LIST else known,
    )  # fmt: skip


def _options(asked: Asked, value: str) -> list[tuple[str, str]]:
    if asked.shape not in (Shape.YES_NO, Shape.CHOICE):
        return []
    choices = ("yes", "no") if asked.shape is Shape.YES_NO else asked.choices
    return [*([] if value else [("", "choose one" if asked.is_required else "nothing")]),
            *((one, asked.in_words(one)) for one in choices)]  # fmt: skip


def _usual(register: Register[Any]) -> dict[str, str]:
    """What a new entry says where nobody says anything else, of what is chosen from a list."""
    found = {}
    for field in msgspec.structs.fields(register.entry):
        if isinstance(field.default, bool):
            found[field.name] = "yes" if field.default else "no"
        elif isinstance(field.default, Enum):
            found[field.name] = str(field.default.value)
    return found
