"""One round over all looks: side by side, none for longer than it may take, none in the way of another."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from paloverde.alarms.here import AnyLook, Place
from paloverde.alarms.line import Level, Line
from paloverde.errors import PaloverdeError, TryAgain
from paloverde.installation import Installation
from paloverde.wording import ended, some

OPENING = "opening"
_OPENING_SECONDS = 20.0
_MOST = 600  # characters of a reason
T = TypeVar("T")
_Answer = tuple[str, list[Line] | Exception]


class Opened:
    """The archive, opened within a time: the city, or the line that says why not."""

    def __init__(self, opening: Callable[[], Installation], seconds: float = _OPENING_SECONDS) -> None:
        self.city: Installation | None = None
        self.line = Line(OPENING, "The archive", Level.OK, "It opens.", look=OPENING)
        answers: queue.Queue[Installation | Exception] = queue.Queue()
        _begin(lambda: answers.put(_caught(opening)))
        try:
            got = answers.get(timeout=seconds)
        except queue.Empty:
            late = f"It did not open within {some(round(seconds), 'second')}."
            self.line = _bad(late, _SEE, is_passing=True)
            return
        if isinstance(got, Exception):
            self.line = _bad(_reason(got), _todo(got), is_passing=isinstance(got, TryAgain))
        else:
            self.city = got


class Seen(NamedTuple):
    """What a round found. `answered` are the looks that could be judged: of others nothing new is known."""

    lines: list[Line]
    answered: frozenset[str]


def look_round(place: Place, looks: Sequence[AnyLook]) -> Seen:
    """The lines of all looks, in their order. A look that fails or hangs is a line, too.

    Without the archive, only those that do without it are asked: its own line says what is wrong.
    """
    wanted = [look for look in looks if place.is_open or not look.needs_city]
    answers: queue.Queue[_Answer] = queue.Queue()
    for look in wanted:
        _begin(partial(_answer, look, place, answers))
    began, got = time.monotonic(), dict[str, list[Line] | Exception]()
    for look in sorted(wanted, key=lambda one: one.seconds):
        while look.key not in got:
            left = look.seconds - (time.monotonic() - began)
            try:
                key, found = answers.get(timeout=left) if left > 0 else answers.get_nowait()
            except queue.Empty:
                break
            got[key] = found
    lines = [line for look in wanted for line in _lines(look, got.get(look.key))]
    return Seen(lines, frozenset(key for key, found in got.items() if isinstance(found, list)))


def _answer(look: AnyLook, place: Place, answers: queue.Queue[_Answer]) -> None:
    answers.put((look.key, _caught(lambda: [*look.judge(look.ask(place))])))


def _lines(look: AnyLook, found: list[Line] | Exception | None) -> list[Line]:
    if isinstance(found, list):
        return [msgspec.structs.replace(line, look=look.key) for line in found]
    if found is None:
        told, todo = f"It gave no answer within {some(round(look.seconds), 'second')}.", _SEE
    else:
        told, todo = _reason(found), _todo(found)
    key, is_passing = f"look at {look.key}", found is None or isinstance(found, TryAgain)
    return [Line(key, look.subject, Level.BAD, told, todo, is_passing=is_passing, look=look.key)]


_SEE = "see whether the machine, its disks and its network answer; then `paloverde doctor`"


def _begin(work: Callable[[], None]) -> None:
    """In a thread that keeps no program from ending: one that hangs in a dead disk never comes back."""
    threading.Thread(target=work, daemon=True).start()


def _caught(work: Callable[[], T]) -> T | Exception:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding of this round, and is told
        return error


def _reason(error: Exception) -> str:
    """Why, in a sentence. Only our own errors are known to hold no secret and no archived word."""
    if isinstance(error, PaloverdeError):
        return ended(str(error)[:_MOST])
    if isinstance(error, OSError):
        return f"This machine refused: {error.strerror or type(error).__name__}."
    return f"The look itself failed ({type(error).__name__}); this is a defect of the program."


def _todo(error: Exception) -> str:
    own = isinstance(error, PaloverdeError)
    return "do what the sentence says" if own else _SEE


def _bad(said: str, todo: str, *, is_passing: bool) -> Line:
    return Line(OPENING, "The archive", Level.BAD, said, todo, is_passing=is_passing, look=OPENING)
