"""What needs somebody today: each area of the desk says what of it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from paloverde.desk.visit import Visit


class Line(NamedTuple):
    """One thing to do: `what` is the link's words, `why` the rest of the sentence."""

    what: str
    path: str
    why: str = ""
    urgent: bool = False


class Section(NamedTuple):
    """Things to do of one area; without lines, nothing waits there."""

    title: str
    lines: list[Line]


Todo = Callable[[Visit], Section | None]  # None for whoever may not see the area
