"""What somebody typed into the fields of a form, and what it means. A mistake names its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from paloverde.desk.asked import Values, Wrong
from paloverde.records import PACIFIC
from paloverde.requests.closures import written_day
from paloverde.requests.events import Responsible

_FIRST, _LAST = 1990, 2199  # years
_MOST = 200_000  # characters of one field
_MOST_DIGITS = 9


class Field(NamedTuple):
    """A field of a form: `kind` is text, area, date, time, number, choice, tick or file."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    value: str = ""
    help: str = ""  # the page that says, while it is typed, what it means
    known: Sequence[tuple[str, str]] = ()  # what may be meant, offered while it is typed; anything is taken


class Typed:
    """The fields of a form as they came. `values` are their texts, to be shown again."""

    def __init__(self, given: Values, fields: Sequence[Field], *, is_new: bool = False) -> None:
        self._fields = {field.name: field for field in fields}
        self.values: dict[str, str] = {}
        for field in fields:
            texts = [one for one in given.getlist(field.name) if isinstance(one, str)]
            default = field.value if is_new else ""
            # A browser sends line ends as CR LF, and NUL is no character of any text.
            told = texts[0] if texts else default
            self.values[field.name] = told.replace("\r\n", "\n").replace("\0", "")[:_MOST]

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def needed(self, name: str) -> str:
        """A text that must not be empty."""
        text = self.text(name)
        if not text:
            raise Wrong(name, "Fill this in.")
        return text

    def lines(self, name: str) -> tuple[str, ...]:
        """Each line that says something. A list that does not fit into a field is refused: cut off, it would
        be another list.
        """
        if len(self.values.get(name, "")) >= _MOST:
            raise Wrong(
                name, f"A field holds {_MOST:,} characters, and the end of this list is cut off: IT takes it."
            )
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def is_ticked(self, name: str) -> bool:
        return self.text(name) == "yes"

    def choice(self, name: str) -> str:
        """One of the options of a field."""
        value = self.text(name)
        field = self._fields[name]
        if value not in {one for one, _ in field.options} or (field.required and not value):
            raise Wrong(name, "Choose one of the list.")
        return value

    def number(self, name: str, *, least: int = 0) -> int:
        """A whole number; what is left empty is 0."""
        text = self.text(name) or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) or int(text) < least:
            raise Wrong(name, f"Write a whole number, {least} or more, such as 45.")
        return int(text)

    def day(self, name: str) -> date | None:
        """A day; None where the field is empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            day = written_day(text)
        except ValueError:
            raise Wrong(name, "This is no date: choose one, or write it as 2026-03-09 or 3/9/2026.") from None
        if not _FIRST <= day.year <= _LAST:
            raise Wrong(name, f"Choose a day between {_FIRST} and {_LAST}.")
        return day

    def needed_day(self, name: str) -> date:
        day = self.day(name)
        if day is None:
            raise Wrong(name, "Give the day.")
        return day

    def moment(self, day_name: str, time_name: str) -> datetime | None:
        """A moment on the City's clock, of two fields; None where both are empty."""
        day, text = self.day(day_name), self.text(time_name)
        if day is None and not text:
            return None
        if day is None:
            raise Wrong(day_name, "Give the day beside the time of day.")
        if not text:
            raise Wrong(time_name, "Give the time of day beside the day, such as 14:30.")
        try:
            at = time.fromisoformat(text)
        except ValueError:
            raise Wrong(time_name, "This is no time of day: write it as 14:30.") from None
        return datetime.combine(day, at.replace(tzinfo=None), PACIFIC)

    def people(self, name: str) -> tuple[Responsible, ...]:
        """One person a line: name, comma, title or position."""
        return tuple(self._person(name, line) for line in self.lines(name))

    def person(self, name: str) -> Responsible:
        return self._person(name, self.text(name))

    def _person(self, field: str, line: str) -> Responsible:
        name, _, title = line.partition(",")
        if not (name.strip() and title.strip()):
            raise Wrong(field, "Write name and title with a comma between them: Ana Ruiz, City Attorney.")
        return Responsible(name.strip(), title.strip())


def carried(values: Mapping[str, str], *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The fields that the next form carries along unseen."""
    return [*((name, value) for name, value in values.items() if value), *more]
