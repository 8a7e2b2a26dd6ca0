"""What every step of a request at the desk is: what it asks for, and the event that it becomes.

What may follow what, and which date or fact is good, is for `paloverde.requests.lifecycle` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, TypedDict

from paloverde.desk.typed import Field, Typed
from paloverde.requests.events import AnyEvent, Event
from paloverde.requests.request import Request
from paloverde.retention.holds import By

NOTE = Field("note", "Anything else, in a few words")
DOCUMENT = Field("document", "Letters or other files that belong to it", "file")
BY_LETTER = (
    "Where the letter is sent from “Letters”, this is noted by itself: here you note what went out otherwise."
)


class Filer(NamedTuple):
    """Who notes a step, when, and of which request."""

    request: Request
    by: By
    at: datetime


class Step(NamedTuple):
    """A step. `is_final` shows first, in words, what will be filed, on a page of its own."""

    name: str
    title: str
    about: str
    type: type[Event]
    fields: Callable[[Request, date], list[Field]]
    event: Callable[[Typed, Filer], AnyEvent]
    is_final: bool = False


def on(what: str, today: date) -> Field:
    """The field for the day on which something was done."""
    return Field("on", what, "date", required=True, value=str(today))


class Common(TypedDict):
    """The members that each event of a step has."""

    by: By
    at: datetime
    note: str


def common(filer: Filer, typed: Typed) -> Common:
    """What each event of a step has."""
    return {"by": filer.by, "at": filer.at, "note": typed.text("note")}
