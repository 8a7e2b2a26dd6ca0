"""Findings as lists show them, and what of them somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from paloverde.desk import showing
from paloverde.desk.people import Role
from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.records import Kind
from paloverde.search.item import Item
from paloverde.watch.check import Check, Weight
from paloverde.watch.findings import Standing, State, urgency
from paloverde.watch.registers import ALL

_SAID, _ABOUT = 500, 100  # characters of a sentence, and of a name, in a list
_KINDS = {kind.value for kind in Kind}
WEIGHTS: Mapping[Weight, str] = {
    Weight.URGENT: "To be looked at today",
    Weight.WARNING: "To be looked at this week",
    Weight.ADVICE: "To be looked at when convenient",
}


class OfOne(NamedTuple):
    """What one check found, in a list."""

    title: str
    clauses: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]


def may_see(visit: Visit) -> dict[str, bool]:
    """Which findings somebody may see: private ones, and those for counsel alone."""
    return {"private": visit.may(Act.SEE_PRIVATE), "privileged": visit.may(Act.SEE_PRIVILEGED)}


def is_seen(visit: Visit, one: Standing) -> bool:
    """Whether somebody may see a finding."""
    of = {"private": one.finding.private, "privileged": one.finding.privileged}
    return all(may or not of[name] for name, may in may_see(visit).items())


def may_know(visit: Visit, check: Check) -> bool:
    """Whether somebody may know how much a check found: of what counsel alone decides about, nobody else.

    To all others a count of it would be 0, which reads as if nothing had been found.
    """
    return visit.may(Act.SEE_PRIVILEGED) or check.answered_by != (Role.COUNSEL.value,)


def waiting_by_check(visit: Visit, weight: Weight | None = None) -> Mapping[str, int]:
    """How many findings of each check wait, of those that somebody may see; of one weight, or of any."""
    counts = visit.city.watch.counts(weight=weight, **may_see(visit))
    return {check: of[State.OPEN] for check, of in counts.items() if of.get(State.OPEN)}


def title_of(visit: Visit, check: str) -> str:
    """The title of a check; its name where there is none of that name any more."""
    checks = visit.city.watch.checks
    return checks[check].title if check in checks else check


def row(one: Standing, sample: bool = False) -> dict[str, Any]:
    """A finding in a list."""
    found = one.finding
    return {
        "path": f"/watch/findings/{one.id}{'?sample=yes' if sample else ''}",
        "said": showing.name(found.said, _SAID),
        "about": about_in_words(found.about),
        "since": one.first_found,
        "tags": tags(one),
        "answer": one.answers[-1].verdict.in_words if one.answers else "",
    }


def item_of(about: str) -> Item | None:
    """The item that is named account/kind/id; None where it is an account or an entry of a register."""
    account, _, rest = about.partition("/")
    kind, _, native_id = rest.partition("/")
    return (account, kind, native_id) if native_id and kind in _KINDS else None


def about_in_words(about: str) -> str:
    """What a finding is about, for a line of a list."""
    item = item_of(about)
    if item is None:
        register, _, entry = about.partition("/")
        title = ALL[register].title if register in ALL else register
        return showing.name(f"{title}: {entry}" if entry else title, _ABOUT)
    account, kind, native_id = item
    return f"{showing.kind_in_words(kind).capitalize()} {showing.name(native_id, _ABOUT)}, {account}"


def tags(one: Standing) -> list[str]:
    """What must not be overlooked of a finding."""
    told = {
        "private": one.finding.private,
        "for counsel alone": one.finding.privileged,
        "no longer so": one.state is State.ENDED,
    }
    return [words for words, is_so in told.items() if is_so]


def grouped(visit: Visit, found: Iterable[Standing]) -> list[dict[str, Any]]:
    """Findings by weight, those of one check together, in the order in which they come."""
    known, groups = visit.city.watch.checks, list[dict[str, Any]]()
    by_weight: dict[Weight, dict[str, list[Standing]]] = {}
    for one in sorted(found, key=lambda one: urgency(one.finding.weight)):
        by_weight.setdefault(one.finding.weight, {}).setdefault(one.finding.check, []).append(one)
    for weight, checks in by_weight.items():
        told = [
            OfOne(
                title_of(visit, name), known[name].clauses if name in known else (), [row(one) for one in of]
            )
            for name, of in checks.items()
        ]
        groups.append({"words": WEIGHTS[weight], "urgent": weight is Weight.URGENT, "checks": told})
    return groups
