"""What its form cannot tell of an entry of a register: names that lead nowhere, lists that do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from paloverde.desk import showing
from paloverde.desk.visit import Visit
from paloverde.errors import BadQuestion
from paloverde.watch.register import Entered, Register, Shape
from paloverde.watch.registers import ALL
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS, BlockCase, SignOff, signed_off
from paloverde.watch.registers.hiding import HIDING_APPROVALS, HIDING_RULES
from paloverde.watch.registers.list_standing import fault, standing
from paloverde.watch.registers.moderation import APPROVALS, WORD_LISTS
from paloverde.wording import short_moment

_OF_ACCOUNTS = ("account", "accounts")


def notes_of(visit: Visit, mine: Register[Any], found: Entered[Any]) -> list[str]:
    """Sentences about an entry that stands; none about one that is withdrawn."""
    if found.withdrawn:
        return []
    return [*_strangers(visit, mine, found), *filter(None, _of_papers(visit, mine, found))]


def _strangers(visit: Visit, mine: Register[Any], found: Entered[Any]) -> Iterator[str]:
    """The names that lead nowhere: a check compares names as they are written, and passes over a slip."""
    typed = mine.typed(found.entry)
    slugs = {one.slug for one in visit.city.accounts()}
    for field in mine.fields:
        text = typed[field.name]
        for name in text.splitlines() if field.shape is Shape.LIST else filter(None, (text,)):
            where = f"“{showing.name(name)}” under “{field.label}”"
            if field.of in _OF_ACCOUNTS and name not in slugs:
                yield f"{where}: no account of that name is archived now. If it is a slip, change this entry."
            if field.of in ALL and not _stands(visit, field.of, name):
                yield (
                    f"{where}: the register “{ALL[field.of].title}” has no entry of that name. Change this "
                    "entry, or add that one: checks compare the short names."
                )


def _stands(visit: Visit, register: str, id_: str) -> bool:
    try:
        return not visit.city.watch.entries(register).one(id_).withdrawn
    except BadQuestion:
        return False


def _of_papers(visit: Visit, mine: Register[Any], found: Entered[Any]) -> Iterator[str]:
    """Whether a list of words or a case counts, why an approval does not; "" where nothing is to be said."""
    watch = visit.city.watch
    if mine is WORD_LISTS:
        papers, approvals = watch.entries(mine.name).history(found.id), watch.entries(APPROVALS.name).all()
        yield standing(papers, list(approvals), visit.city.vault.clock())
    if mine is APPROVALS and _stands(visit, WORD_LISTS.name, found.entry.list):
        yield fault(found, watch.entries(WORD_LISTS.name).history(found.entry.list))
    if mine is HIDING_RULES:
        papers, given = watch.entries(mine.name).history(found.id), watch.entries(HIDING_APPROVALS.name)
        yield standing(papers, list(given.all()), visit.city.vault.clock(), HIDING_APPROVALS.title)
    if mine is HIDING_APPROVALS and _stands(visit, HIDING_RULES.name, found.entry.rule):
        yield fault(found, watch.entries(HIDING_RULES.name).history(found.entry.rule), "rule")
    if mine is BLOCK_CASES:
        yield _signature(watch.entries(mine.name).history(found.id), watch.entries(SIGN_OFFS.name).all())


def _signature(papers: Sequence[Entered[BlockCase]], signs: Iterable[Entered[SignOff]]) -> str:
    """Whether counsel signed off what a case says now."""
    sign = signed_off(papers, signs)
    if sign is None:
        return (
            f"Counsel has not signed off what this case says now (version {papers[-1].number:,}): nobody is "
            f"blocked by it. Counsel signs under “{SIGN_OFFS.title}”."
        )
    return f"Counsel signed it off ({short_moment(sign.at)}, {showing.name(sign.by)})."
