"""Registers: what people of the City state for the record, one entry a paper, none ever overwritten.

Who may post, who approved an account, which photograph somebody consented to, which words are listed: the
policy asks the City to keep such lists (V.A.3, V.A.4, V.A.6, V.A.9 ...). An entry is a small struct; its
fields carry the words that a form and a command ask with, so that each is said once. A change files the whole
entry again, and what it said before stays readable. An entry that was wrong is withdrawn, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.steps import Step
from paloverde.wording import ended

E = TypeVar("E", bound=msgspec.Struct)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,79}")
_SIGNED_IN = "signed in at the desk, or at the command line with --as"
_YES, _NO = {"yes", "y", "true", "1", "on"}, {"no", "n", "false", "0", "off"}


class Shape(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LONG = "several lines of text"
    LIST = "a list, one on each line"
    DAY = "a day, such as 2026-11-20"
    MOMENT = "a day and a time, such as 2026-11-20T14:30, in the City's time"
    YES_NO = "yes or no"
    NUMBER = "a whole number"
    CHOICE = "one of the choices"
    FILE = "a file, which is kept; what stands in the entry is its SHA-256"


class Asked(NamedTuple):
    """One field of an entry, as a form asks for it. `of` names what it points at: `people`, `account` …"""

    name: str
    label: str
    shape: Shape
    help: str = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""
    meanings: Mapping[str, str] = MappingProxyType({})  # of choices that do not speak for themselves

    def in_words(self, choice: str) -> str:
        """A choice with what it means: c: Profane or obscene language or content."""
        return f"{choice}: {self.meanings[choice]}" if choice in self.meanings else choice


class Kept(msgspec.Struct, Generic[E], frozen=True):
    """What a paper of a register holds: an entry, and why it was withdrawn, if it was."""

    entry: E
    withdrawn: str = ""


class Entered(NamedTuple, Generic[E]):
    """An entry as the last paper about it has it."""

    id: str
    entry: E
    number: int  # of its last paper, from 1
    at: datetime
    by: str
    withdrawn: str = ""


class Register(NamedTuple, Generic[E]):
    """One register. `named_by` is the field whose value names an entry; else it is numbered after `prefix`.

    `keepers` names the roles that may write in it. `clauses` are rows of the rulebook (P-13).
    `wrong` says in a sentence what of an entry cannot be, "" where all can. `keeps_versions`: what an entry
    said before still matters, so that a book holds every paper of it (see `Book.papers`). `reserved`: a
    field, a value of it, and the one role that may state that.
    """

    name: str  # as in an address: `people`, `photo-releases`
    title: str
    about: str  # what it is for, in a sentence
    entry: type[E]
    clauses: tuple[str, ...]
    keepers: tuple[str, ...]
    named_by: str = ""
    prefix: str = ""
    wrong: Callable[[E], str] | None = None
    keeps_versions: bool = False
    reserved: tuple[tuple[str, str, str], ...] = ()
    only: str = ""  # the one role that may file an entry at all, signed in

    @property
    def series(self) -> str:
        return f"register-{self.name}"

    @property
    def fields(self) -> tuple[Asked, ...]:
        """What a form asks for, in order."""
        told = inspect.type_info(self.entry)
        if not isinstance(told, inspect.StructType):
            raise TypeError(f"{self.entry} is no struct.")
        return tuple(_asked(field) for field in told.fields)

    @property
    def file_field(self) -> str:
        """The field that is filled in by bringing a file; "" where there is none."""
        return next((field.name for field in self.fields if field.shape is Shape.FILE), "")

    def entered(self, given: Mapping[str, str]) -> E:
        """An entry from what somebody typed. Blank fields keep their defaults.

        Raises `BadQuestion`, which names each field that is wrong by its label and says what it takes.
        """
        asked = {field.name: field for field in self.fields}
        if strange := sorted(given.keys() - asked.keys()):
            raise BadQuestion(f"{self.title} has no field {strange[0]!r}. It has: {', '.join(asked)}.")
        typed = {name: text for name, text in given.items() if text.strip()}
        values, wrong = dict[str, object](), list[str]()
        for name, text in typed.items():
            try:
                values[name] = _value(asked[name], text)
            except BadQuestion as error:
                wrong.append(str(error))
        missing = [one for one in asked.values() if one.is_required and one.name not in typed]
        if missing:
            wrong.insert(0, f"fill in {', '.join(f'“{one.label}” ({one.shape.value})' for one in missing)}.")
        if wrong:
            raise BadQuestion(f"{self.title}: {' '.join(wrong)}")
        try:
            entry = msgspec.convert(values, self.entry)
        except (msgspec.ValidationError, ValueError) as error:
            raise BadQuestion(f"{self.title}: {error}") from None
        if self.wrong is not None and (why := self.wrong(entry)):
            raise BadQuestion(f"{self.title}: {why}")
        return entry

    def refuse_reserved(self, given: Mapping[str, str], role: str) -> None:
        """Raise `BadQuestion` where somebody states what only another role may; "": nobody is signed in."""
        if self.only and role != self.only:
            raise BadQuestion(f"{self.title}: only {self.only} may file that, {_SIGNED_IN}.")
        labels = {field.name: field.label for field in self.fields}
        for name, value, only in self.reserved:
            if given.get(name, "").strip() == value and role != only:
                where = f"“{value}” under “{labels[name]}”"
                raise BadQuestion(f"{self.title}: only {only} may state {where}, {_SIGNED_IN}.")

    def typed(self, entry: E) -> dict[str, str]:
        """An entry as somebody would type it: what a form shows to be changed."""
        return {field.name: _text(getattr(entry, field.name)) for field in self.fields}


class Entries(Generic[E]):
    """The entries of one register, as they are filed."""

    def __init__(self, cabinet: Cabinet, register: Register[E]) -> None:
        self._cabinet, self.register = cabinet, register
        self._kept: type[Kept[E]] = Kept[register.entry]  # type: ignore[name-defined]

    def all(self, *, withdrawn: bool = False) -> Iterator[Entered[E]]:
        """Every entry as it stands, by id; those that were withdrawn only where they are asked for."""
        for filed in self._cabinet.newest(self.register.series):
            found = self._entered(filed)
            if withdrawn or not found.withdrawn:
                yield found

    def one(self, id_: str) -> Entered[E]:
        """An entry. Raises `BadQuestion`."""
        filed = self._cabinet.last(self.register.series, id_)
        if filed is None:
            raise BadQuestion(f"{self.register.title} has no entry {id_!r}.")
        return self._entered(filed)

    def history(self, id_: str) -> list[Entered[E]]:
        """What an entry said, oldest first."""
        return [self._entered(filed) for filed in self._cabinet.history(self.register.series, id_)]

    def papers(self) -> Iterator[Entered[E]]:
        """Every paper of every entry, withdrawals too, an entry's own oldest first."""
        for filed in self._cabinet.newest(self.register.series):
            yield from self.history(filed.subject)

    def put(
        self,
        entry: E,
        actor: str,
        now: datetime,
        *,
        id_: str = "",
        after: int | None = None,
        again: bool = False,
    ) -> str:
        """File an entry, a new one or a change; its id. `after` is the number of the paper that was seen,
        `again` that a withdrawn one is to count again.

        Raises `BadQuestion` where a new one has the name of another, or a change another name.
        """
        self.refuse_taken(entry, id_, again=again)
        subject = id_ or self._name(entry, now)
        known = self._cabinet.last(self.register.series, subject)
        if known is None and id_:
            raise BadQuestion(f"{self.register.title} has no entry {id_!r}.")
        self._file(
            subject,
            Kept(entry),
            actor,
            "register entry filed",
            after if after is not None else _number(known),
        )
        return subject

    def refuse_taken(self, entry: E, id_: str = "", *, again: bool = False) -> None:
        """Raise `BadQuestion` where a new entry has the name of another, a change has another name than its
        entry, or the entry is withdrawn and nobody said that it is to count again.
        """
        named = self._named(entry) if self.register.named_by else id_
        if id_ and named != id_:
            raise BadQuestion(
                f"{self.register.title}: {id_} keeps its name; withdraw it, and enter {named} anew."
            )
        filed = self._cabinet.last(self.register.series, named) if named else None
        known = self._entered(filed) if filed else None
        if known and known.withdrawn and not again:
            raise BadQuestion(
                f"{self.register.title}: {named} was withdrawn: {ended(known.withdrawn)} To have it count "
                f"again: {Step.ENTRY_AGAIN.of(self.register.name, named)}."
            )
        if known and not known.withdrawn and not id_:
            how = Step.ENTRY.of(self.register.name, named)
            raise BadQuestion(f"{self.register.title} has {named} already. To change that entry: {how}.")

    def keep_file(self, entry: E, file: Path, actor: str) -> None:
        """Keep the file of an entry of a named register, once."""
        id_ = str(getattr(entry, self.register.named_by))
        sha256 = getattr(entry, self.register.file_field)
        if any(one.stored.sha256 == sha256 for one in self._cabinet.history(self._files, id_)):
            return
        about = {"register": self.register.name, "entry": id_}
        self._cabinet.file(self._files, id_, file, what="register file kept", actor=actor, about=about)

    def file_of(self, id_: str) -> bytes | None:
        """The file of an entry; None where none was brought, but its SHA-256 was taken in."""
        name = self.register.file_field
        sha256 = getattr(self.one(id_).entry, name) if name else ""
        kept = (one for one in self._cabinet.history(self._files, id_) if one.stored.sha256 == sha256)
        found = next(kept, None)
        return None if found is None else self._cabinet.bytes_of(found)

    @property
    def _files(self) -> str:
        return f"{self.register.series}-files"

    def withdraw(self, id_: str, why: str, actor: str) -> None:
        """Withdraw an entry: it stays readable, and counts no longer."""
        if not why.strip():
            raise BadQuestion("Say why the entry is withdrawn: whoever reads the register later will ask.")
        known = self.one(id_)
        if known.withdrawn:
            raise BadQuestion(f"{self.register.title}: {id_} is withdrawn already: {known.withdrawn}")
        self._file(id_, Kept(known.entry, why.strip()), actor, "register entry withdrawn", known.number)

    def _file(self, id_: str, kept: Kept[E], actor: str, what: str, after: int) -> None:
        about = {"register": self.register.name, "entry": id_}
        self._cabinet.file(self.register.series, id_, kept, what=what, actor=actor, about=about, after=after)

    def _entered(self, filed: Filed) -> Entered[E]:
        kept = self._cabinet.read(filed, self._kept)
        return Entered(
            filed.subject, kept.entry, filed.number, filed.filed_at, filed.filed_by, kept.withdrawn
        )

    def _name(self, entry: E, now: datetime) -> str:
        if not self.register.named_by:
            start = f"{self.register.prefix}-{now.astimezone(PACIFIC).year}-"
            taken = [one.id for one in self.all(withdrawn=True) if one.id.startswith(start)]
            return f"{start}{len(taken) + 1:04d}"
        return self._named(entry)

    def _named(self, entry: E) -> str:
        name = str(getattr(entry, self.register.named_by))
        if _NAME.fullmatch(name) is None:
            raise BadQuestion(
                f"{self.register.title}: {name!r} cannot name an entry: use letters, digits and . - _ @"
            )
        return name


def _number(known: Filed | None) -> int:
    return 0 if known is None else known.number


def _asked(field: inspect.Field) -> Asked:
    """A field of a struct as a form asks for it: its words stand in the `Meta` of its type."""
    kind, said, more = _bare(field.type)
    label = str(said.get("title") or field.name.replace("_", " ").capitalize())
    choices: tuple[str, ...] = ()
    meanings: dict[str, str] = {}
    if isinstance(kind, inspect.EnumType):
        choices = tuple(str(member.value) for member in kind.cls)
        meanings = {str(one.value): one.in_words for one in kind.cls if hasattr(one, "in_words")}
    shape = _shape(kind, more)
    return Asked(
        field.name,
        label,
        shape,
        str(said.get("description", "")),
        field.required,
        choices,
        str(more.get("of", "")),
        meanings,
    )


def _bare(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any], dict[str, Any]]:
    """The type of a field without its words and without `None`; its words; what else is said of it."""
    said: dict[str, Any] = {}
    more: dict[str, Any] = {}
    while True:
        if isinstance(kind, inspect.Metadata):
            said |= kind.extra_json_schema or {}
            more |= kind.extra or {}
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
        else:
            return kind, said, more


_SHAPES: tuple[tuple[type[inspect.Type], Shape], ...] = (
    (inspect.DateTimeType, Shape.MOMENT), (inspect.DateType, Shape.DAY), (inspect.BoolType, Shape.YES_NO),
    (inspect.IntType, Shape.NUMBER), (inspect.EnumType, Shape.CHOICE), (inspect.VarTupleType, Shape.LIST),
)  # fmt: skip


def _shape(kind: inspect.Type, more: Mapping[str, Any]) -> Shape:
    for of, shape in _SHAPES:
        if isinstance(kind, of):
            return shape
    if more.get("file"):
        return Shape.FILE
    return Shape.LONG if more.get("long") else Shape.TEXT


def _value(field: Asked, text: str) -> object:
    text = text.strip()
    try:
        match field.shape:
            case Shape.DAY:
                return date.fromisoformat(text)
            case Shape.MOMENT:
                at = datetime.fromisoformat(text)
                return at if at.tzinfo else at.replace(tzinfo=PACIFIC)
            case Shape.NUMBER:
                return int(text)
            case Shape.YES_NO:
                return _yes_or_no(text)
            case Shape.LIST:
                return tuple(line.strip() for line in text.splitlines() if line.strip())
            case Shape.CHOICE:
                return field.choices[[one.casefold() for one in field.choices].index(text.casefold())]
            case _:
                return text
    except ValueError:
        takes = f"one of: {', '.join(field.choices)}" if field.choices else field.shape.value
        raise BadQuestion(f"“{field.label}” takes {takes}; {text!r} is not.") from None


def _yes_or_no(text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case tuple():
            return "\n".join(str(one) for one in value)
        case datetime():
            return value.astimezone(PACIFIC).isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case _:
            return str(value)
