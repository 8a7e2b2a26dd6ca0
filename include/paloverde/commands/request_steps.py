"""The steps of a request at the command line: what each asks for, and the event that it becomes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from paloverde.commands.office import day, today
from paloverde.records import PACIFIC, archive_day
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    CustodianAnswered,
    CustodianAsked,
    Determined,
    Ending,
    Extended,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Received,
    Reopened,
    Requester,
    Responsible,
)
from paloverde.requests.grounds import GROUNDS
from paloverde.retention.holds import By


class Step(NamedTuple):
    """A step: its name, what it is for, its options, and its event as somebody enters it now."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    event: Callable[[argparse.Namespace, By, datetime], AnyEvent]


def moment(text: str) -> datetime:
    """A time as a command-line argument; without a zone it is the City's."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time; write it as 2026-12-24T14:30") from None
    if len(text) <= len("2026-12-24"):
        raise argparse.ArgumentTypeError(f"{text!r} has no time of day; write it as {text}T14:30")
    return at if at.tzinfo else at.replace(tzinfo=PACIFIC)


def received(args: argparse.Namespace, by: By, now: datetime) -> Received:
    """The intake that the options describe."""
    return Received(
        by=by,
        at=now,
        note=args.note,
        number=args.number,
        channel=args.channel,
        text=args.text,
        received_on=archive_day(args.at) if args.at else args.on,
        received_at=args.at,
        requester=Requester(args.name, args.contact),
        wants=args.wants,
        inspect=args.inspect,
    )


def _on(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help=f"{what} (default: today)")


def _acknowledge(parser: argparse.ArgumentParser) -> None:
    _on(parser, "the day on which it was sent")


def _acknowledged(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return Acknowledged(by=by, at=now, note=args.note, sent_on=args.on or today())


def _clarify(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--question", help="what the requester was asked")
    which.add_argument("--answer", help="what the requester answered")
    _on(parser, "the day on which that was")


def _clarified(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    on = args.on or today()
    if args.question is not None:
        return ClarificationAsked(by=by, at=now, note=args.note, question=args.question, asked_on=on)
    return ClarificationAnswered(by=by, at=now, note=args.note, answer=args.answer, answered_on=on)


def _custodian(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("custodian", help="the name of whoever has records that the archive has not")
    parser.add_argument("--title", default="", help="title or office")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--asked", help="what the custodian was asked to search")
    which.add_argument("--answered", help="what the custodian searched and found")
    _on(parser, "the day on which that was")


def _asked(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    on = args.on or today()
    if args.asked is not None:
        return CustodianAsked(
            by=by, at=now, note=args.note, custodian=args.custodian, title=args.title, about=args.asked,
            asked_on=on,
        )  # fmt: skip
    return CustodianAnswered(
        by=by, at=now, note=args.note, custodian=args.custodian, answer=args.answered, answered_on=on
    )


def _extend(parser: argparse.ArgumentParser) -> None:
    codes = ", ".join(dict.fromkeys(ground.id for ground in GROUNDS))
    parser.add_argument(
        "--ground", action="append", default=[], metavar="CODE=FACTS", help=f"a ground ({codes}) and the "
        "facts of this request, such as UC3='the Sheriff is consulted since Monday'; may be given again",
    )  # fmt: skip
    parser.add_argument("--until", type=day, required=True, metavar="DATE", help="the date in the notice")
    _person(parser, "--officer", "who signed the notice: the head of the agency or a designee")
    _on(parser, "the day on which the notice was sent")


def _extended(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    facts = dict(_ground(text) for text in args.ground)
    return Extended(
        by=by, at=now, note=args.note, grounds=tuple(facts), facts=facts, until=args.until,
        sent_on=args.on or today(), officer=args.officer,
    )  # fmt: skip


def _ground(text: str) -> tuple[str, str]:
    code, _, facts = text.partition("=")
    return code.strip().upper(), facts.strip()


def _determine(parser: argparse.ArgumentParser) -> None:
    outcomes = [outcome.value for outcome in Outcome]
    parser.add_argument("outcome", choices=outcomes, help="what was determined")
    parser.add_argument("--reasons", required=True, help="the reasons, as the letter gives them")
    parser.add_argument(
        "--available", type=moment, metavar="TIME", help="estimated date and time when records are "
        "available, such as 2026-12-24T14:30 (Pacific); needed for disclosable, full and part",
    )  # fmt: skip
    _person(
        parser, "--responsible", "somebody responsible for a denial; may be given again; needed for part and "
        "denied", many=True,
    )  # fmt: skip
    parser.add_argument(
        "--exemption", action="append", default=[], metavar="CODE", help="claimed; may be given again"
    )
    _on(parser, "the day on which the letter was sent")


def _determined(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return Determined(
        by=by, at=now, note=args.note, outcome=Outcome(args.outcome), reasons=args.reasons,
        sent_on=args.on or today(), available_at=args.available, responsible=tuple(args.responsible),
        exemptions=tuple(args.exemption),
    )  # fmt: skip


def _person(parser: argparse.ArgumentParser, name: str, what: str, *, many: bool = False) -> None:
    told = f"{what}: 'NAME, TITLE'"
    if many:
        parser.add_argument(name, type=_named, action="append", default=[], metavar="PERSON", help=told)
    else:
        parser.add_argument(name, type=_named, required=True, metavar="PERSON", help=told)


def _named(text: str) -> Responsible:
    """A name and a title or position, as one writes them on one line."""
    name, _, title = text.partition(",")
    if not (name.strip() and title.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} lacks a title; write it as 'Ana Ruiz, City Clerk'")
    return Responsible(name.strip(), title.strip())


def _minutes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("minutes", type=int)
    parser.add_argument("--what", required=True, help="what the time was spent on")
    _on(parser, "the day on which it was spent")


def _spent(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return MinutesSpent(
        by=by, at=now, note=args.note, minutes=args.minutes, on=args.on or today(), what=args.what
    )


def _nothing(parser: argparse.ArgumentParser) -> None:
    del parser


def _noted(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return Noted(by=by, at=now, note=args.note)


def _close(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--withdrawn", action="store_true", help="the requester has withdrawn it; --note says how"
    )
    _on(parser, "the day on which it was closed")


def _closed(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    ending = Ending.WITHDRAWN if args.withdrawn else Ending.ANSWERED
    return Closed(by=by, at=now, note=args.note, ending=ending, closed_on=args.on or today())


def _reopened(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return Reopened(by=by, at=now, note=args.note)


def _sue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("matter", help="the name of the matter, as the public may read it")
    _on(parser, "the day on which it began")


def _sued(args: argparse.Namespace, by: By, now: datetime) -> AnyEvent:
    return Litigated(by=by, at=now, note=args.note, matter=args.matter, on=args.on or today())


STEPS = (
    Step("acknowledge", "note that the requester was told that it is here", _acknowledge, _acknowledged),
    Step("clarify", "note what the requester was asked, or said; the clock runs on", _clarify, _clarified),
    Step("custodian", "note whom else the City has asked to search, and the answer", _custodian, _asked),
    Step("extend", "note the notice that extends the time, by 14 days at most", _extend, _extended),
    Step("determine", "note what was determined, and the letter that says so", _determine, _determined),
    Step("minutes", "note working time", _minutes, _spent),
    Step("note", "note anything else, with --note", _nothing, _noted),
    Step("close", "close a request: its hold ends some time after", _close, _closed),
    Step("reopen", "open a closed request again; --note says why", _nothing, _reopened),
    Step("litigation", "note that somebody went to court over it", _sue, _sued),
)  # fmt: skip
