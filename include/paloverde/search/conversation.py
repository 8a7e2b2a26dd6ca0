"""The conversation around a hit: the post with its comments and replies, or a message with its conversation.

Every version of every record of the thread, removed ones too, in order of time, from the sealed records. With
an index only those sealed objects are read in which it says that something of the thread lies, and those that
it does not hold. Without, the objects of the account whose posting times can meet the thread are read, all of
them where the register does not know when it began. Several hits of one account are found by one reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import msgspec
import numpy as np
from sqlalchemy import select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion
from paloverde.records import Kind, archive_day
from paloverde.search.answer import once
from paloverde.search.hits import Hit, in_order
from paloverde.search.index.asking import Asking, items_in, parts_named
from paloverde.search.index.tying import tied
from paloverde.search.removals import read_removals
from paloverde.search.scan import Hold, Scan, of_role
from paloverde.search.tree import And, Field, Node, Or
from paloverde.state.tables import ITEMS

TALK = tuple(
    kind.value
    for kind in (
        Kind.POST,
        Kind.STORY,
        Kind.COMMENT,
        Kind.MESSAGE,
        Kind.CONVERSATION,
        Kind.EVENT,
        Kind.ALBUM,
        Kind.OTHER,
    )
)
_TIES = ("native_id", "thread_id", "parent_id")
_MARGIN = timedelta(days=2)  # for clocks: no run ended so long before an item was posted and holds it
_MOST = 1_000  # hits whose conversations are gathered at once
_STEPS = 25  # replies that name only what they answer are followed so far in each direction


class Conversation(msgspec.Struct, frozen=True):
    """What was said around a hit, the hit's own version among it.

    `parts` objects with `records` rows were read for it and for others of the account, asked for together.
    `is_whole` is False where a chain of replies without a common root was longer than is followed.
    """

    hit: Hit
    said: list[Hit]
    parts: int
    records: int
    is_whole: bool = True

    def is_the_hit(self, one: Hit) -> bool:
        """Whether it is the version that was found."""
        return one.item == self.hit.item and one.version_sha256 == self.hit.version_sha256

    def around(self, most: int) -> tuple[int, list[Hit], int]:
        """At most so many, the nearest to the hit in order, and how many stand before and after them."""
        middle = next((number for number, one in enumerate(self.said) if self.is_the_hit(one)), 0)
        first = max(0, min(middle - most // 2, len(self.said) - most))
        shown = self.said[first : first + most]
        return first, shown, len(self.said) - first - len(shown)


def conversations(
    archive: Archive,
    hits: Sequence[Hit],
    *,
    include_private: bool = False,
    through: int | None = None,
    index: Asking | None = None,
    kinds: tuple[str, ...] = TALK,
) -> list[Conversation]:
    """The conversation around each of these hits, in their order.

    Private records are among it only with `include_private`. `through` is the last sealed run to read, as in
    `answer.search`; `kinds` are those of the records that belong to it. With an index the same is found by
    reading less. Raises `BadQuestion` for more than 1,000 hits at once, and what the store raises; a part
    that cannot be read ends it.
    """
    if len(hits) > _MOST:
        raise BadQuestion(
            f"The conversations around {len(hits):,} hits are too many at once: ask for {_MOST:,} at a time."
        )
    found: dict[int, Conversation] = {}
    numbered = sorted(enumerate(hits), key=lambda pair: pair[1].account)
    for account, group in groupby(numbered, key=lambda pair: pair[1].account):
        members = list(group)
        of_account = [hit for _, hit in members]
        source: _Source = (
            _Scanned(archive, account, of_account, kinds, include_private=include_private, through=through)
            if index is None
            else _Indexed(archive, account, index, kinds, include_private=include_private, through=through)
        )
        holds, whole = _followed(source, of_account)
        said = in_order(hold.hit for hold in once(holds))
        records = sum(part.part.rows for part in source.parts)
        for number, hit in members:
            found[number] = Conversation(hit, _joined(hit, said), len(source.parts), records, whole)
    return [found[number] for number in range(len(hits))]


class _Source(Protocol):
    """One account's records, asked for what is tied to some of them. `parts` are those that were read."""

    parts: list[SealedPart]

    def tied(self, names: set[str]) -> list[Hold]: ...


def _followed(source: _Source, hits: Sequence[Hit]) -> tuple[list[Hold], bool]:
    """What is tied to these hits, and to that in turn; and whether that is all."""
    holds: list[Hold] = []
    known: set[str] = set()
    fresh = _names(hits)
    for _ in range(_STEPS):
        found = source.tied(fresh)
        holds += found
        known |= fresh
        fresh = _names(hold.hit for hold in found) - known
        if not fresh:
            return holds, True
    return holds, False


def _tree(account: str, kinds: tuple[str, ...], names: set[str]) -> Node:
    ids = tuple(sorted(names))
    return And((*_talk_of(account, kinds).nodes, Or(tuple(Field(tie, ids) for tie in _TIES))))


def _talk_of(account: str, kinds: tuple[str, ...]) -> And:
    return And((Field("account", (account,)), Field("kind", kinds)))


class _Indexed:
    """Asks an index where it lies, and reads that; what the index does not hold is read whole."""

    def __init__(
        self,
        archive: Archive,
        account: str,
        index: Asking,
        kinds: tuple[str, ...],
        *,
        include_private: bool,
        through: int | None,
    ) -> None:
        self.archive, self.account, self.include_private = archive, account, include_private
        self.kinds = kinds
        self.look = index.look(index.now().head if through is None else through)
        self.talk = self.look.find(_talk_of(account, kinds), include_private=include_private)
        uncovered = self.look.now.uncovered
        self.rest = [one for one in uncovered if one.account == account and one.of_run <= self.look.last]
        self.rest_items = [items for _, items in items_in(archive, self.rest)]
        self.parts = list(self.rest)

    def tied(self, names: set[str]) -> list[Hold]:
        masks = tied(self.look, self.talk, self.account, self.kinds, names)
        telling = self.look.telling(
            np.unique(np.concatenate([self.look.removed_items(masks), *self.rest_items]))
        )
        only = self.look.only(masks, telling)
        parts = [*parts_named(self.archive, only), *self.rest]
        self.parts += [part for part in parts if part not in self.parts]
        removed = read_removals(self.archive, of_role(parts, Role.REMOVED))
        tree = _tree(self.account, self.kinds, names)
        scan = Scan(self.archive, tree, removed, include_private=self.include_private, only=only)
        return [*scan.records(of_role(parts, Role.RECORDS)), *scan.removed()]


class _Scanned:
    """Reads every record that may be tied to these hits."""

    def __init__(
        self,
        archive: Archive,
        account: str,
        hits: Sequence[Hit],
        kinds: tuple[str, ...],
        *,
        include_private: bool,
        through: int | None,
    ) -> None:
        self.archive, self.account, self.kinds = archive, account, kinds
        self.include_private, self.through = include_private, through
        removed = self._standing(archive.parts(Role.REMOVED, [account]))
        self.removals = read_removals(archive, removed)
        self.records = self._standing(self._parts(hits))
        self.parts = [*self.records, *removed]

    def tied(self, names: set[str]) -> list[Hold]:
        tree = _tree(self.account, self.kinds, names)
        scan = Scan(self.archive, tree, self.removals, include_private=self.include_private)
        return [*scan.records(self.records), *scan.removed()]

    def _standing(self, parts: Iterable[SealedPart]) -> list[SealedPart]:
        return [part for part in parts if self.through is None or part.of_run <= self.through]

    def _parts(self, hits: Sequence[Hit]) -> list[SealedPart]:
        """The objects that can hold what was said there: nothing in it is older than its root."""
        began = self._began({_root(hit) for hit in hits})
        if began is None or any(hit.parent_id and not hit.thread_id for hit in hits):
            return self.archive.parts(Role.RECORDS, [self.account])
        first = min(began, *(hit.posted_at for hit in hits if hit.posted_at)) - _MARGIN
        return self.archive.parts(Role.RECORDS, [self.account], since=archive_day(first), posted_from=first)

    def _began(self, roots: set[str]) -> datetime | None:
        """When the first of these was posted, or seen where that was before; None where one is not known."""
        query = select(ITEMS.c.native_id, ITEMS.c.posted_at, ITEMS.c.first_seen).where(
            ITEMS.c.account == self.account, ITEMS.c.kind.in_(TALK), ITEMS.c.native_id.in_(roots)
        )
        with self.archive.books.connect() as connection:
            known = connection.execute(query).all()
        if roots - {row.native_id for row in known} or not all(row.posted_at for row in known):
            return None
        began: datetime = min(moment for row in known for moment in (row.posted_at, row.first_seen))
        return began


def _root(hit: Hit) -> str:
    return hit.thread_id or hit.parent_id or hit.native_id


def _names(hits: Iterable[Hit]) -> set[str]:
    """The ids by which others are tied to these: the root, or where none is named all that are."""
    return {
        name
        for hit in hits
        for name in ((hit.thread_id,) if hit.thread_id else (hit.native_id, hit.parent_id))
        if name
    }


def _joined(hit: Hit, said: Sequence[Hit]) -> list[Hit]:
    """Those that belong to the conversation of a hit."""
    names, before = _names([hit]), set[str]()
    while names != before:
        before = names
        names = names | _names(one for one in said if _is_tied(one, before))
    return [one for one in said if _is_tied(one, names)]


def _is_tied(one: Hit, names: set[str]) -> bool:
    return not names.isdisjoint({one.native_id, one.thread_id, one.parent_id})
