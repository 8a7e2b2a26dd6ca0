"""The last steps of a request at the command line: agreed to by a second person, released."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from paloverde.commands.office import day, today
from paloverde.commands.signing import acting
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.requests.events import AnyEvent, Channel, Produced, Released, ReviewFinished, SignedOff
from paloverde.requests.in_words import said
from paloverde.requests.request import Request
from paloverde.retention.holds import By

WAYS = {channel.name.lower(): channel for channel in Channel}
STEPS = {
    "sign-off": "show what a bundle holds; with --agree, agree as a second person that exactly it goes out",
    "release": "note that a bundle went out, which a second person has signed off",
}


def arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, told in STEPS.items():
        parser = acting(actions.add_parser(name, help=told, description=told))
        parser.add_argument("number", help="such as PRA-2026-0042")
        parser.add_argument("--note", default="", help="anything else, in a few words")
        parser.add_argument(
            "--bundle", default="", metavar="SHA256", help="the beginning of its hash (default: the last one)"
        )
        if name == "sign-off":
            parser.add_argument("--agree", action="store_true", help="you have looked at it: it may go out")
        if name == "release":
            parser.add_argument("--way", required=True, choices=WAYS, help="how it went out")
            parser.add_argument("--on", type=day, metavar="DATE", help="when that was (default: today)")


def bundle_of(request: Request, named: str) -> Produced:
    """The instalment whose bundle's hash begins so, or the last; `BadQuestion` where there is none."""
    made = [one for one in request.all(Produced) if one.bundle.sha256.startswith(named.lower())]
    if not made or (named and len(made) > 1):
        raise BadQuestion(
            f"{request.number} has {len(made)} bundles that are named so: build one with `paloverde bundle "
            "--request`, or give more of its hash; `paloverde request show` has them."
        )
    return made[-1]


def about_to_go(request: Request, made: Produced) -> Iterator[str]:
    """What would go out, and to whom, before a second person agrees."""
    asked, determined = request.received, request.determination
    yield said(made)
    yield f"Put together by {made.by.name}, {made.by.role}. Asked for: {asked.text}"
    yield f"To: {', '.join(filter(None, (asked.requester.name, asked.requester.contact))) or 'not given'}"
    yield said(determined) if determined else "Nothing is determined yet: it cannot be released before that."
    finished = request.last(ReviewFinished)
    yield said(finished) if finished else "No finished review is noted."


def released(made: Produced, args: argparse.Namespace, city: Installation, by: By) -> AnyEvent:
    """That a bundle went out."""
    return Released(
        by=by, at=city.requests.now(), note=args.note, sha256=made.bundle.sha256, way=WAYS[args.way],
        released_on=args.on or today(),
    )  # fmt: skip


def signed_off(made: Produced, args: argparse.Namespace, city: Installation, by: By) -> AnyEvent:
    """That a second person agrees."""
    return SignedOff(by=by, at=city.requests.now(), note=args.note, sha256=made.bundle.sha256)
