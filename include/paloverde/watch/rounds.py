"""Checks at work: versions go in, findings come out, and a check that fails stops no other. Pure.

Where each check stands, what is read and what is kept of it is `installation.watch_rounds`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from paloverde.errors import ArchiveDamaged, PersonNeeded, TryAgain
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen

T = TypeVar("T")


class Trouble(NamedTuple):
    """A check that failed. `about` is what it looked at, "" where it was asked as a whole; `where` the place
    in the program. What the error says is not told: it may quote a record.
    """

    check: str
    about: str
    error: str
    where: str

    def sentence(self) -> str:
        at = f" at {self.about}" if self.about else ""
        return (
            f"The check {self.check} failed{at} ({self.error} in {self.where}). It keeps its place, and the "
            "others went on: whoever keeps this program mends it, and the next round goes on where it stood."
        )


class CheckFailed(PersonNeeded):
    """A check has a defect."""


class Work:
    """Some checks at work. One that fails is out: it is in `troubles`, and is asked nothing more."""

    def __init__(self, checks: Iterable[Check], book: Book) -> None:
        self._checks, self._book = list(checks), book
        self.number = len(self._checks)
        self.troubles: dict[str, Trouble] = {}

    @property
    def able(self) -> list[Check]:
        """Those that have not failed."""
        return [check for check in self._checks if check.name not in self.troubles]

    def look(
        self, versions: Iterable[Seen], names: Container[str], begun: list[tuple[Check, Seen]]
    ) -> Iterator[tuple[Finding, Seen]]:
        """What the checks of these names find in the versions, each finding with its version.

        Versions that begin a thread join `begun`, with the check that wants their conversation.
        """
        due = [check for check in self.able if check.name in names]
        of_item = [(check, _all(check.of_item)) for check in due if check.of_item is not None]
        begins = [(check, check.begins) for check in due if check.begins is not None]
        failed, book = self.troubles, self._book
        for seen in versions:
            for check, find in of_item:
                if check.name not in failed:
                    for finding in self._tried(check, seen, find, seen, book) or ():
                        yield finding, seen
            for check, is_begun in begins:
                if check.name not in failed and self._tried(check, seen, is_begun, seen, book):
                    begun.append((check, seen))

    def follow(self, check: Check, seen: Seen, said: Sequence[Seen]) -> list[Finding]:
        """What a check finds in the conversation of a version."""
        if check.of_thread is None or check.name in self.troubles:
            return []
        return self._tried(check, seen, _all(check.of_thread), seen, said, self._book) or []

    def ask(self, check: Check, now: Now) -> list[Finding] | None:
        """What a check that is asked once a round finds wrong now; None where it failed."""
        if check.of_now is None or check.name in self.troubles:
            return None
        return self._tried(check, None, _all(check.of_now), now, self._book)

    def _tried(self, check: Check, seen: Seen | None, way: Callable[..., T], *given: object) -> T | None:
        """What a check answers; None where it failed, which is noted.

        A store or a database in trouble is not the check's fault, and ends all.
        """
        try:
            return way(*given)
        except (TryAgain, ArchiveDamaged):
            raise
        except Exception as error:  # noqa: BLE001 - whatever its defect, the other duties of the policy go on
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}, line {last.lineno}"
            about = seen.item if seen else ""
            self.troubles[check.name] = Trouble(check.name, about, type(error).__name__, where)
            return None


def _all(find: Callable[..., Iterable[Finding]]) -> Callable[..., list[Finding]]:
    """A way to look that gives all it finds at once: a check that yields fails where it is asked."""
    return lambda *given: list(find(*given))
