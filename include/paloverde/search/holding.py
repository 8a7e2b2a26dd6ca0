"""Which items a hold is about: its scope, put to the records that certain runs wrote.

Every record is asked, private and removed ones included. Only what the runs in question brought is read; a
scope whose words ask for `removed:` also needs to know of every removal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.records import Kind
from paloverde.retention.facts import ItemId
from paloverde.retention.hold_scope import Scope, check_scope, names_of
from paloverde.search import scope as bounds
from paloverde.search.ahead import ahead
from paloverde.search.described import described
from paloverde.search.question import ask
from paloverde.search.removals import read_removals
from paloverde.search.scan import Scan
from paloverde.search.selection import POSTER
from paloverde.search.tree import And, Everything, Node, Or, PostedBy, Removed, leaves
from paloverde.search.written import CannotBeCut, term_of
from paloverde.state.tables import ACCOUNTS, PARTS

_ITEM = ("account", "kind", "native_id")
_NAMED = (*_ITEM, "permalink")


def understood(archive: Archive, scope: Scope) -> Scope:
    """The scope with its words in English; raises `BadQuestion` or `UnknownAccount` where it cannot be."""
    check_scope(scope)
    tree = _tree(scope, scope.people)
    bounds.check(tree, bounds.Scope(include_private=True))
    known = known_accounts(archive)
    unknown = sorted(bounds.named(tree, "account") - known)
    if unknown:
        raise UnknownAccount(
            f"No account is named {unknown[0]}. Known are: {', '.join(sorted(known)) or 'none yet'}."
        )
    meaning = described(ask(scope.words).tree) if scope.words else ""
    return msgspec.structs.replace(scope, meaning=meaning)


def known_accounts(archive: Archive) -> set[str]:
    """The accounts that are registered or of which something is sealed."""
    with archive.books.connect() as connection:
        known = {*connection.execute(select(ACCOUNTS.c.slug)).scalars()}
        return known | {*connection.execute(select(PARTS.c.account).distinct()).scalars()}


def items_in(archive: Archive, scope: Scope, after: int, through: int) -> Iterator[ItemId]:
    """The items in scope of which runs `after` < sequence <= `through` wrote a row; one may come again."""
    if scope.asks:
        yield from _answering(archive, scope, after, through)
    if scope.items:
        yield from _named(archive, scope, after, through)


def unanswered(archive: Archive, items: Sequence[str]) -> list[str]:
    """Those of the named items that no record in the archive answers to."""
    waiting = {text: names_of([text]) for text in items}
    for found in ahead(partial(_links_of, archive), _every_part(archive) if items else ()):
        answered = {text for text, names in waiting.items() if any(names.name(*one) for one in found)}
        waiting = {text: names for text, names in waiting.items() if text not in answered}
    return list(waiting)


def strangers(archive: Archive, people: Sequence[str]) -> list[str]:
    """Those names, usernames and ids under which no record in the archive was posted."""
    removals = read_removals(archive, archive.parts(Role.REMOVED) if people else ())
    waiting = {name: Scan(archive, PostedBy(_term(name)), removals, include_private=True) for name in people}
    columns = sorted({name for scan in waiting.values() for name in scan.columns})
    parts = archive.parts(Role.RECORDS) if people else ()
    for table in chain([removals.table], ahead(lambda one: archive.table(one.part, columns), parts)):
        waiting = {name: scan for name, scan in waiting.items() if not scan.sure(table)}
        if not waiting:
            break
    return list(waiting)


def _tree(scope: Scope, people: Sequence[str]) -> Node:
    """What a scope asks as one tree."""
    limits: list[Node] = [ask(scope.words).tree if scope.words else Everything()]
    if people:
        limits.append(Or(tuple(PostedBy(_term(name)) for name in people)))
    given = bounds.Scope(accounts=scope.accounts, since=scope.since, until=scope.until)
    return bounds.narrowed(And(tuple(limits)), given)


def _term(name: str) -> Any:
    try:
        return term_of(name)
    except CannotBeCut as error:
        raise BadQuestion(f"Nobody can be looked for by {name!r}: {error.what}. {error.mend}.") from error


def _answering(archive: Archive, scope: Scope, after: int, through: int) -> Iterator[ItemId]:
    tree = _tree(scope, scope.people)
    knows_removals = any(isinstance(leaf, Removed) for leaf in leaves(tree))
    of_removals = _parts(archive, Role.REMOVED, tree, 0 if knows_removals else after, through)
    removals = read_removals(archive, of_removals)
    scans = [Scan(archive, tree, removals, include_private=True)]
    if scope.people and scope.unnamed:
        scans.append(Scan(archive, _tree(scope, ()), removals, include_private=True))
    columns = sorted({*scans[0].columns, *_ITEM, *POSTER})

    def of_part(part: SealedPart) -> list[ItemId]:
        return _items(_matching(archive.table(part.part, columns), scans))

    for found in ahead(of_part, _parts(archive, Role.RECORDS, tree, after, through)):
        yield from found
    yield from _items(_matching(removals.table, scans))


def _matching(table: pa.Table, scans: Sequence[Scan]) -> pa.Table:
    """The rows that answer the first question; and of those whose poster nobody named, the second's."""
    found = [table.take(pa.array(scans[0].sure(table), pa.int64()))]
    for scan in scans[1:]:
        nameless = table.filter(pa.array(_nameless(table)))
        found.append(nameless.take(pa.array(scan.sure(nameless), pa.int64())))
    return pa.concat_tables(found)


def _nameless(table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    named = np.zeros(len(table), dtype=bool)
    for column in POSTER:
        filled = pc.fill_null(pc.not_equal(table[column], ""), fill_value=False)
        named |= np.asarray(filled.to_numpy(), dtype=bool)
    return ~named


def _named(archive: Archive, scope: Scope, after: int, through: int) -> Iterator[ItemId]:
    names = names_of(scope.items)
    parts = (part for part in _every_part(archive) if after < part.sequence <= through)
    for found in ahead(partial(_links_of, archive), parts):
        yield from (item for item, link in found if names.name(item, link))


def _every_part(archive: Archive) -> list[SealedPart]:
    return [*archive.parts(Role.RECORDS), *archive.parts(Role.REMOVED)]


def _links_of(archive: Archive, part: SealedPart) -> list[tuple[ItemId, str | None]]:
    """Each item of a part, and its permalink."""
    table = archive.table(part.part, _NAMED)
    return list(zip(_items(table), table["permalink"].to_pylist(), strict=True))


def _parts(archive: Archive, role: Role, tree: Node, after: int, through: int) -> list[SealedPart]:
    """The objects of a role that these runs wrote and that can hold an answer."""
    first, last = bounds.days_of(tree)
    parts = archive.parts(
        role,
        sorted(bounds.values_of(tree, "account") or ()),
        posted_from=None if first is None else bounds.begins(first),
        posted_before=None if last is None else bounds.ends(last),
    )
    return [part for part in parts if after < part.sequence <= through]


def _items(table: pa.Table) -> list[ItemId]:
    columns = (table[name].to_pylist() for name in _ITEM)
    return [ItemId(account, Kind(kind), native_id) for account, kind, native_id in zip(*columns, strict=True)]
