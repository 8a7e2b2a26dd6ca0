"""From what was chosen and decided to what is produced: families of reviewed records, and what is kept back.

A withheld member of a family of which something is produced is a slip with numbers. A family that is withheld
whole has none: it stands in the privilege log alone. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from paloverde.productions.choosing import Choice, version_of
from paloverde.productions.document import Treatment
from paloverde.productions.families import Member, in_families
from paloverde.productions.numbering import Item, Version
from paloverde.records import Kind
from paloverde.requests.redaction import Painted, Released
from paloverde.requests.releasing import Pair, released_all
from paloverde.requests.review import Decision


class Kept(NamedTuple):
    """A record of which something is kept back: as it was chosen, as it was decided, as it is produced."""

    choice: Choice
    decision: Decision
    released: Released


class Produced(msgspec.Struct, frozen=True):
    """All that a review comes to. `families` are in the order of their numbers; `alone` are the records of
    families that are withheld whole; `kept` is everything of which something is kept back, by that order.
    """

    families: list[list[Item]]
    alone: list[Released]
    kept: list[Kept]

    @property
    def records(self) -> list[Released]:
        return [item.record for family in self.families for item in family]


def produced(
    choices: Sequence[Choice], pairs: Iterable[Pair], painted: Mapping[str, Painted] | None = None
) -> Produced:
    """What is produced of these choices by these decisions. A choice without a decision is not produced."""
    by_version = {version_of(choice.hit): choice for choice in choices}
    mine = [pair for pair in pairs if version_of(pair.hit) in by_version]
    decided = {pair.control: pair for pair in mine}
    released = {version_of(decided[one.control].hit): one for one in released_all(mine, painted)}
    numbers = dict(_versions(version for version, one in released.items() if not one.is_withheld))
    found = Produced([], [], [])
    for members in in_families(by_version[version].hit for version in released):
        items = [_item(member, by_version, released, numbers) for member in members]
        if all(item.treatment is Treatment.WITHHELD for item in items):
            found.alone.extend(item.record for item in items)
        else:
            found.families.append(items)
        found.kept.extend(
            Kept(by_version[item.version_key], decided[item.control].decision, item.record)
            for item in items
            if item.treatment is not Treatment.WHOLE
        )
    return found


def recipients_of(records: Iterable[Released]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who took part in each private conversation (account, conversation), as far as what is produced names
    them; whoever is kept back anywhere is named nowhere.
    """
    found: dict[tuple[str, str], dict[str, None]] = {}
    hidden = set[str]()
    for one in records:
        hidden.update(one.needles)
        hit = one.hit
        if hit.kind == Kind.MESSAGE.value and hit.thread_id and not one.is_withheld:
            name = hit.poster_name or hit.poster_username or hit.poster_id
            found.setdefault((hit.account, hit.thread_id), {}).update({name: None} if name else {})
    shown = {place: tuple(name for name in names if _is_open(name, hidden)) for place, names in found.items()}
    return {place: names for place, names in shown.items() if names}


def _is_open(name: str, hidden: Collection[str]) -> bool:
    return name not in hidden and "[redacted: " not in name


def _item(
    member: Member,
    choices: Mapping[Version, Choice],
    released: Mapping[Version, Released],
    numbers: Mapping[Version, tuple[int, int]],
) -> Item:
    version = version_of(member.hit)
    record, choice = released[version], choices[version]
    number, of = numbers.get(version, (1, 1))
    return Item(
        control=record.control,
        record=record,
        version_key=version,
        is_root=member.is_root,
        treatment=_treatment(record),
        privileges=tuple(sorted({redaction.code for redaction in record.redactions})),
        requests=choice.requests,
        also=choice.also,
        version=number,
        versions=of,
    )


def _treatment(record: Released) -> Treatment:
    if record.is_withheld:
        return Treatment.WITHHELD
    return Treatment.REDACTED if record.is_redacted else Treatment.WHOLE


def _versions(given: Iterable[Version]) -> Iterator[tuple[Version, tuple[int, int]]]:
    """Of each version that is produced, the how manieth of its item it is, and of how many."""
    by_item: dict[tuple[str, str, str], list[Version]] = {}
    for version in given:
        by_item.setdefault(version[:3], []).append(version)
    for versions in by_item.values():
        yield from ((version, (at, len(versions))) for at, version in enumerate(versions, 1))
