"""Everything that was found removed, for lists: each object is read once in a process, and then remembered.

An object never changes, so what was read of one stays true, and is known by its hash. Which objects stand and
what people have added is asked anew each time: what was destroyed is in no list.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Part, Role
from paloverde.capture.removal import Cause
from paloverde.errors import PaloverdeError
from paloverde.retention.dossier import (
    SERIES,
    FiledPaper,
    RemovalFact,
    cause_of,
    facts_in,
    subject_of,
    with_papers,
)
from paloverde.retention.held import last_run
from paloverde.state.tables import FILED, PARTS

PATIENCE = 0.3  # seconds that a list waits for what was not read yet
_AHEAD, _PIECE = 8, 64
_LOG = logging.getLogger("paloverde.removals")


class Listed(NamedTuple):
    """A removal, its cause as it stands, and the papers of its item."""

    fact: RemovalFact
    cause: str
    papers: Sequence[FiledPaper]


class Seen(NamedTuple):
    """What is known so far; `unread` is how many removals are still being read."""

    listed: list[Listed]
    unread: int = 0


class Facts:
    """The facts of removals by the hash of their object, read by one thread beside whoever asks."""

    def __init__(self) -> None:
        self._known: dict[str, list[RemovalFact]] = {}
        self._lock, self._idle = threading.Lock(), threading.Event()
        self._trouble: PaloverdeError | None = None
        self._idle.set()

    def of(self, archive: Archive, patience: float) -> tuple[list[RemovalFact], int]:
        """What is known after so many seconds, and how many objects are still to be read.

        Raises what stood in the way of reading, once; the next look tries again.
        """
        parts = [sealed.part for sealed in archive.parts(Role.REMOVED)]
        self._read(archive, [part for part in parts if part.sha256 not in self._known])
        self._idle.wait(patience)
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble
        known = [self._known.get(part.sha256) for part in parts]
        return [fact for facts in known for fact in facts or ()], known.count(None)

    def _read(self, archive: Archive, parts: list[Part]) -> None:
        with self._lock:
            if parts and self._idle.is_set():
                self._idle.clear()
                threading.Thread(target=self._fill, args=(archive, parts), daemon=True).start()

    def _fill(self, archive: Archive, parts: list[Part]) -> None:
        try:
            with ThreadPoolExecutor(_AHEAD) as pool:
                rest = iter(parts)
                while some := list(islice(rest, _PIECE)):
                    for part, facts in zip(
                        some, pool.map(partial(facts_in, archive, with_words=True), some), strict=True
                    ):
                        self._known[part.sha256] = facts
        except PaloverdeError as error:
            _LOG.warning("The removals could not all be read: %s", error)
            self._trouble = error
        finally:
            self._idle.set()


class Papers:
    """What people have added to dossiers, read again only where something was filed since."""

    def __init__(self) -> None:
        self._last: tuple[str, tuple[int, int]] | None = None
        self._papers: dict[str, list[FiledPaper]] = {}

    def of(self, books: Engine, cabinet: Cabinet) -> dict[str, list[FiledPaper]]:
        """The papers of every dossier that has any, by subject."""
        now = (str(books.url), _newest(books))
        if now != self._last:
            self._papers = with_papers(cabinet)
            self._last = now
        return self._papers


class Lists:
    """The list as it was made last, for as long as no run was sealed and no paper filed."""

    def __init__(self) -> None:
        self._facts, self._papers = Facts(), Papers()
        self._last: tuple[object, list[Listed]] | None = None

    def seen(self, archive: Archive, cabinet: Cabinet, patience: float) -> Seen:
        """Every removal as far as it was read: undetermined causes first, then the newest first."""
        now, last = _state(archive.books), self._last
        if last is not None and last[0] == now:
            return Seen(last[1])
        facts, unread = self._facts.of(archive, patience)
        papers = self._papers.of(archive.books, cabinet)
        listed = [_listed(fact, papers.get(subject_of(fact.item), [])) for fact in facts]
        listed.sort(key=lambda one: one.fact.removed_at, reverse=True)
        listed.sort(key=lambda one: one.cause != Cause.UNDETERMINED.value)
        if not unread:
            self._last = now, listed
        return Seen(listed, unread)


_LISTS = Lists()


class Removals:
    """The list of one installation."""

    def __init__(self, archive: Archive, cabinet: Cabinet) -> None:
        self._archive, self._cabinet = archive, cabinet

    def seen(self, patience: float = PATIENCE) -> Seen:
        """Every removal with its cause as it stands; what is still being read joins within moments."""
        return _LISTS.seen(self._archive, self._cabinet, patience)


def _listed(fact: RemovalFact, papers: Sequence[FiledPaper]) -> Listed:
    return Listed(fact, cause_of(fact, papers), papers)


def _state(books: Engine) -> tuple[object, ...]:
    """What the list depends on: the objects that stand, the runs, the papers."""
    objects = select(func.count()).select_from(PARTS).where(PARTS.c.role == Role.REMOVED.value)
    with books.connect() as connection:
        count = connection.execute(objects).scalar()
    return str(books.url), count, last_run(books), _newest(books)


def _newest(books: Engine) -> tuple[int, int]:
    """The newest paper of any dossier, and how many there are."""
    query = select(func.coalesce(func.max(FILED.c.entry), 0), func.count()).where(FILED.c.series == SERIES)
    with books.connect() as connection:
        newest, count = connection.execute(query).one()
    return newest, count
