"""What a look found of one part of the installation: a line for the doctor, and for an alert. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How a part stands. An alert is said of what is not ok."""

    OK = "ok"
    WARN = "warn"  # it works, and somebody should act before it does not
    BAD = "bad"  # it does not work, or something is being lost


class Who(StrEnum):
    """Who acts."""

    IT = "IT"
    CLERK = "the City Clerk"
    COUNSEL = "the City Attorney"


class Line(msgspec.Struct, frozen=True):
    """How one thing stands.

    `key` names the thing for good: two lines with one key are about the same. `said` is a sentence, `todo`
    the next step for `who`, "" where all is well. `since` is when it began, where that is known. No line
    holds words of a record, of a request or of a person, nor anything that an account's site answered.
    """

    key: str
    subject: str
    level: Level
    said: str
    todo: str = ""
    who: Who = Who.IT
    since: datetime | None = None
    is_quiet: bool = False  # for the doctor alone: nobody is written to
    is_passing: bool = False  # a busy machine or network may look so for a moment: two rounds must see it
    look: str = ""  # the look that found it


def worst(levels: list[Level]) -> Level:
    """The gravest of several; ok where there are none."""
    return max(levels, key=list(Level).index, default=Level.OK)
