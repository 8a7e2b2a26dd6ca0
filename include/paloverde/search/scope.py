"""The scope of a search: which accounts, kinds and days; and what a tree allows to leave unread. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict

import msgspec

from paloverde.archive.registry import OTHER
from paloverde.errors import BadQuestion
from paloverde.platforms import PLATFORMS
from paloverde.records import PACIFIC, Kind
from paloverde.records import PRIVATE_KINDS as _PRIVATE
from paloverde.search.tree import And, Field, Node, Not, Or, Posted, leaves, parts_of
from paloverde.steps import Step

# Open only to those whose role needs them; a search says whether it looked there.
PRIVATE_KINDS = tuple(kind.value for kind in _PRIVATE)


_LISTS = ("accounts", "kinds", "platforms")


class Within(TypedDict, total=False):
    """What a search may be limited to; see `Scope`."""

    accounts: Sequence[str]
    kinds: Sequence[str]
    platforms: Sequence[str]
    since: date | None
    until: date | None
    through: int | None


class Bounds(Within, total=False):
    """The same, and whether private records are searched, which the caller decides by role."""

    include_private: bool


class Scope(msgspec.Struct, frozen=True):
    """What a search is limited to; an empty tuple is no limit.

    `since` and `until` are Pacific days of posting, both included. `through` is the sequence number of the
    last sealed run to search: with it an earlier search is repeated exactly.
    """

    accounts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    include_private: bool = False
    through: int | None = None

    @classmethod
    def of(cls, bounds: Bounds) -> Scope:
        """The scope of a search with these arguments."""
        given: dict[str, Any] = {**bounds}
        return cls(**given | {name: tuple(given[name]) for name in _LISTS if name in given})


def narrowed(tree: Node, scope: Scope) -> Node:
    """The question and its scope as one tree: what is searched for is what the sentence says."""
    limits: list[Node] = []
    if scope.since is not None or scope.until is not None:
        limits.append(Posted(scope.since, scope.until))
    limits += [
        Field(name, values)
        for name, values in (
            ("account", scope.accounts),
            ("kind", scope.kinds),
            ("platform", scope.platforms),
        )
        if values
    ]
    return And((tree, *limits)) if limits else tree


def check(tree: Node, scope: Scope) -> None:
    """Raise `BadQuestion` where the answer could only mislead."""
    _check_days(narrowed(tree, scope))
    _check_known("kind", scope.kinds, [kind.value for kind in Kind])
    _check_known("platform", scope.platforms, [*PLATFORMS, OTHER])
    asked = {*_demanded_kinds(tree), *scope.kinds}
    private = sorted(asked.intersection(PRIVATE_KINDS))
    if private and not scope.include_private:
        raise BadQuestion(
            f"The question asks for {private[0]} records, and private messages and lists of subscribers "
            "are not searched unless that is asked for. Whoever's role needs them asks for them: "
            f"{Step.PRIVATE} (in Python: private_because=…); the look is noted. Or leave them out."
        )


def _check_days(node: Node) -> None:
    """Days in the wrong order, in the options, in the question, or between the two."""
    since, until = days_of(node)
    if since is not None and until is not None and since > until:
        raise BadQuestion(f"The first day, {since}, is after the last, {until}. Exchange them, or mend one.")
    for part in parts_of(node):
        _check_days(part)


def _check_known(name: str, given: Iterable[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        near = difflib.get_close_matches(unknown[0].lower(), known, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise BadQuestion(
            f"There is no {name} {unknown[0]}. {hint}{name.capitalize()}s are {', '.join(known)}."
        )


def _demanded_kinds(node: Node) -> Iterator[str]:
    if isinstance(node, Field) and node.name == "kind":
        yield from node.values
    elif not isinstance(node, Not):
        for part in parts_of(node):
            yield from _demanded_kinds(part)


def days_of(node: Node) -> tuple[date | None, date | None]:
    """The first and last day of posting that any dated answer can have; None where there is no bound."""
    match node:
        case Posted(since, until):
            return since, until
        case And(nodes):
            sides = [days_of(part) for part in nodes]
            return _latest([since for since, _ in sides]), _earliest([until for _, until in sides])
        case Or(nodes):
            sides = [days_of(part) for part in nodes]
            firsts, lasts = [since for since, _ in sides], [until for _, until in sides]
            return (None if None in firsts else _earliest(firsts)), (
                None if None in lasts else _latest(lasts)
            )
        case _:
            return None, None


def values_of(node: Node, name: str) -> frozenset[str] | None:
    """The values that a field of any answer can have; None where it can have any."""
    match node:
        case Field(field, values) if field == name:
            return frozenset(values)
        case And(nodes):
            known = [side for part in nodes if (side := values_of(part, name)) is not None]
            return frozenset.intersection(*known) if known else None
        case Or(nodes):
            known = [side for part in nodes if (side := values_of(part, name)) is not None]
            return frozenset.union(*known) if len(known) == len(nodes) else None
        case _:
            return None


def named(node: Node, field: str) -> set[str]:
    """Every value of a field that a question names, wherever it stands."""
    return {
        value
        for leaf in leaves(node)
        if isinstance(leaf, Field) and leaf.name == field
        for value in leaf.values
    }


def begins(day: date) -> datetime:
    """The moment that a Pacific day begins."""
    return datetime.combine(day, time(), PACIFIC)


def ends(day: date) -> datetime:
    """The moment after the last of a Pacific day."""
    return begins(day + timedelta(days=1))


def _latest(days: list[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _earliest(days: list[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
