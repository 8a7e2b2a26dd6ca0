"""What speaks against the grounds of a block in the archive itself (V.B.9, P-49).

A case cites removals. Each must be on record as removed, have a Content Guideline that people cited, and be
the words of whoever is blocked; and not all may have been removed under what turns on opinion.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from paloverde.records import Poster
from paloverde.retention.dossier import FiledPaper, subject_of
from paloverde.watch.comments.hidden import citation
from paloverde.watch.comments.public import item_of
from paloverde.watch.now import Now
from paloverde.watch.registers.block_cases import BlockCase
from paloverde.wording import several

_OF_OPINION = frozenset("ab")  # off the topic, politics: what nobody is blocked for


class Doubt(NamedTuple):
    """What speaks against a case, as the end of a sentence, and the items that it is about."""

    which: str
    what: str
    items: Sequence[str]


class Removals:
    """What the archive has of the removals of one account."""

    def __init__(self, now: Now, slug: str) -> None:
        self._now = now
        self._subjects = {item_of(fact): subject_of(fact.item) for fact in now.removals(slug)}
        self._papers: Mapping[str, Sequence[FiledPaper]] = now.papers(slug)

    def doubts(self, case: BlockCase, names: Collection[str]) -> Iterator[Doubt]:
        """What speaks against a case; `names` are those of whoever is blocked, as `plain` writes them."""
        items = [*dict.fromkeys(case.removals)]
        if missing := [item for item in items if item not in self._subjects]:
            yield Doubt("missing", f"the archive knows no removal of {several(missing)}", missing)
        letters = {item: self._letters(item) for item in items if item in self._subjects}
        if uncited := [item for item, of in letters.items() if not of]:
            yield Doubt("uncited", f"no Content Guideline is cited for {several(uncited)}", uncited)
        under = {letter for of in letters.values() for letter in of}
        if letters and under and under <= _OF_OPINION:
            what = "all that it cites was removed as off the topic or as politics, which turns on opinion"
            yield Doubt("opinion", what, items)
        if others := [item for item in letters if self._is_of_another(item, names)]:
            yield Doubt("another", f"somebody else wrote {several(others)}", others)

    def _letters(self, item: str) -> frozenset[str]:
        cited = citation(self._papers.get(self._subjects[item], ()))
        return frozenset(cited.guidelines) if cited else frozenset()

    def _is_of_another(self, item: str, names: Collection[str]) -> bool:
        """Whether the archive names another poster by all that it has; none, and nobody can tell."""
        seen = self._now.newest(item)
        theirs = names_of(seen.poster) if seen is not None else set()
        return bool(theirs) and theirs.isdisjoint(names)


def names_of(poster: Poster) -> set[str]:
    """What the site calls somebody, in any of its ways."""
    return {plain(name) for name in (poster.id, poster.username, poster.name) if name}


def plain(name: str) -> str:
    """A name of a site as two are compared."""
    return name.strip().removeprefix("@").casefold()
