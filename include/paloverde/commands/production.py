"""Productions in discovery: order one, choose its records, build its volumes, have them agreed to and served.

Its review for privilege is done with `paloverde review`, by the production's number. Only counsel orders,
decides on privilege and claims back; somebody else signs. Whoever acts signs in with a password of their own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened, today
from paloverde.commands.production_options import arguments, said_terms, terms_of
from paloverde.commands.production_papers import PAPERS
from paloverde.commands.signing import known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.installation import Installation
from paloverde.productions.bates import Bates
from paloverde.productions.docket import Docket, State
from paloverde.productions.in_words import said
from paloverde.productions.order import (
    Built,
    Chosen,
    ClawedBack,
    GivenUp,
    Noted,
    Served,
    SignedOff,
)
from paloverde.requests.exemptions import FACTS, PRIVILEGES
from paloverde.retention.holds import By
from paloverde.wording import short_moment, some, spoken

__all__ = ["arguments", "run"]


def run(args: argparse.Namespace) -> int:
    looks: dict[str, Callable[[Installation, argparse.Namespace], Iterator[str]]] = {
        "list": _listed, "show": _shown, "numbers": _numbers, "privileges": _privileges,
    }  # fmt: skip
    if args.action in looks:
        lines = looks[args.action](opened(), args)
    else:
        person = signed_in(known_people(), args, _NEEDS.get(args.action, Act.REVIEW))
        by = By(person.name, person.role.value, actor(), person.username)
        if getattr(args, "title", None) == "":
            args.title = person.title
        lines = _ACTIONS[args.action](opened(), args, by)
    for line in lines:
        print(visible(line))
    return 0


def _ordered(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    docket = city.productions.order(terms_of(args), by, args.note)
    yield f"{docket.number} is ordered. Next: `paloverde production choose {docket.number}`."


def _changed(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    docket = city.productions.get(args.number)
    city.productions.change(args.number, terms_of(args, docket.terms), args.note, by, docket.papers)
    yield f"{args.number} is changed. Next: `paloverde production choose {args.number}`."


def _chose(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    docket, choices = city.productions.choose(args.number, by)
    new = city.reviews.gather(args.number, (choice.hit for choice in choices), by)
    event = docket.last(Chosen)
    if event is not None:
        yield said(event)
    yield f"{some(len(new), 'record is', 'records are')} new under review."
    yield f"Next: `paloverde review list {args.number} --undecided`, and decide what is privileged."


def _rest(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    productions, number = city.productions, args.number
    review = productions.review(number)
    decisions = productions.rest(productions.get(number), review, by, args.title)
    hits = productions.found(number, by.actor)
    new = city.reviews.decide(number, decisions, hits, by, review.papers)
    yield f"{some(len(new), 'record was', 'records were')} decided."
    yield f"Next: somebody who decided nothing signs: `paloverde review sign {number}`."


def _built(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    made = city.volumes.build(args.number, args.out, by, lambda line: print(visible(line), flush=True))
    yield f"{made.report.first} to {made.report.last}, SHA-256 of the list of all files {made.hashes}."
    for name in made.unread:
        yield f"Could not be looked into for what is kept back, and was accepted: {name}."
    yield f"Next: somebody else looks at them: `paloverde production sign {args.number} {args.out}`."


def _agreed(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    hashes = city.volumes.hashes_of(args.folder)
    city.productions.file(args.number, SignedOff(by=by, at=city.vault.clock(), note=args.note, hashes=hashes))
    yield f"{by.name} agrees that {args.number} goes out, SHA-256 {hashes}."
    yield f"Next, once it went: `paloverde production serve {args.number}`."


def _served(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    agreed = city.productions.get(args.number).last(SignedOff)
    event = Served(
        by=by, at=city.vault.clock(), note=args.note, hashes=agreed.hashes if agreed else "", to=args.to,
        way=args.way, served_on=args.on or today(),
    )  # fmt: skip
    city.productions.file(args.number, event)
    yield f"{args.number} was served on {spoken(event.served_on)}."


def _clawed(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    event = ClawedBack(
        by=by, at=city.vault.clock(), note=args.note, first=args.first, last=args.last or args.first,
        privileges=tuple(args.privilege), reason=args.reason, discovered_on=args.on or today(),
    )  # fmt: skip
    city.productions.file(args.number, event)
    yield f"{event.first} to {event.last} of {args.number} are claimed back. Tell the other side at once."


def _given_up(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    city.productions.file(args.number, GivenUp(by=by, at=city.vault.clock(), note=args.note))
    yield f"{args.number} is given up; its Bates numbers are never given again."


def _noted(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    city.productions.file(args.number, Noted(by=by, at=city.vault.clock(), note=args.note))
    yield f"Noted in {args.number}."


def _listed(city: Installation, _: argparse.Namespace) -> Iterator[str]:
    dockets = list(city.productions.all())
    for docket in dockets:
        built = docket.last(Built)
        numbers = f"  {built.first} to {built.last}" if built else ""
        yield f"{docket.number}  {docket.state.value}  {docket.terms.matter}{numbers}"
        yield from (f"  {said(one)}" for one in docket.all(ClawedBack))
    yield f"{some(len(dockets), 'production')}."


def _shown(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    docket, review = city.productions.get(args.number), city.productions.review(args.number)
    yield f"{docket.number}: {docket.state.value}"
    yield from said_terms(docket.terms)
    for answered in last.answered if (last := docket.last(Chosen)) else ():
        yield f"Demand {answered.number or '-'}: {answered.sentence}"
    if review.versions:
        counts = ", ".join(f"{many:,} {verdict.value}" for verdict, many in review.counts.items() if many)
        yield f"Review: {counts or 'nothing decided'}; {len(review.undecided):,} undecided."
    for entry in docket.entries:
        event = entry.event
        told = f"{said(event)}{f' {event.note}' if event.note else ''}"
        yield f"{entry.number:>3}  {short_moment(event.at)}  {event.by.name}: {told}"
    yield f"Next: {_next(docket)}"


def _next(docket: Docket) -> str:
    number = docket.number
    return {
        State.ORDERED: f"`paloverde production choose {number}`",
        State.CHOSEN: f"`paloverde review list {number} --undecided`",
        State.REVIEWED: f"`paloverde production build {number}`",
        State.BUILT: f"`paloverde production sign {number}`",
        State.AGREED: f"`paloverde production serve {number}`",
        State.SERVED: "nothing is owed",
        State.GIVEN_UP: "nothing is owed",
    }[docket.state]


def _numbers(city: Installation, _: argparse.Namespace) -> Iterator[str]:
    for prefix in city.productions.prefixes():
        yield from city.productions.register(Bates(prefix)).told()


def _privileges(_: Installation, __: argparse.Namespace) -> Iterator[str]:
    for row in PRIVILEGES.values():
        doubt = "" if row.is_verified else ", not verified by counsel yet"
        yield f"{row.code}  {row.title} ({row.cite}){doubt}"
        yield from (f"    {name}: {FACTS[name]}" for name in row.facts)


_NEEDS = {"build": Act.BUILD_BUNDLES, "sign": Act.AGREE}
_ACTIONS: dict[str, Callable[[Installation, argparse.Namespace, By], Iterator[str]]] = {
    "order": _ordered, "change": _changed, "choose": _chose, "rest": _rest, "build": _built,
    "sign": _agreed, "serve": _served, "clawback": _clawed, "give-up": _given_up, "note": _noted, **PAPERS,
}  # fmt: skip
