"""Conversations inside conversations: what one says, changed or noted on its way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from paloverde.errors import PaloverdeError, PermissionMissing
from paloverde.platforms.asking import TROUBLE
from paloverde.platforms.conversation import NotThere, Response, Said, TooMuch

T = TypeVar("T")
Talk = Generator[Said, Response | None, T]


def passing(talk: Talk[T], change: Callable[[Said], Said | None]) -> Talk[T]:
    """Says what `change` makes of each thing that `talk` says, nothing where it gives None.

    Questions pass as they are, and so do answers and errors on the way back.
    """
    answer: Response | None = None
    trouble: Exception | None = None
    while True:
        try:
            said = talk.throw(trouble) if trouble else talk.send(answer)
        except StopIteration as end:
            outcome: T = end.value
            return outcome
        answer = trouble = None
        changed = change(said)
        if changed is None:
            continue
        try:
            answer = yield changed
        except (PaloverdeError, NotThere, TooMuch) as error:
            trouble = error


def together(ids: Sequence[str], ask: Callable[[Sequence[str]], Talk[None]]) -> Talk[dict[str, str]]:
    """One question for many ids, halved where one of them fails all; returns those not had, and why.

    `ask` asks for some of them and says what it finds.
    """
    try:
        yield from ask(ids)
    except TROUBLE as error:
        if len(ids) <= _fewest(error):
            return dict.fromkeys(ids, str(error) or "the site gave no reason")
    else:
        return {}
    middle = len(ids) // 2
    first = yield from together(ids[:middle], ask)
    second = yield from together(ids[middle:], ask)
    return first | second


def _fewest(error: Exception) -> int:
    """How few ids are still worth halving: a lost permission fails all, an outage too."""
    if isinstance(error, NotThere | TooMuch):
        return 1
    return 6 if isinstance(error, PermissionMissing) else 1_000
