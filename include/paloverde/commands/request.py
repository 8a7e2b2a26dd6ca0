"""Public Records Act requests, from the letter to the closing: take one in, see what is due, search, and file
each step. Nothing is ever taken out of a request's file. Whoever acts signs in with a password of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor, scope_arguments
from paloverde.commands.clock import counted
from paloverde.commands.office import day, opened, today
from paloverde.commands.request_steps import STEPS, moment, received
from paloverde.commands.search import about
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.requests.deadlines import due, left, next_step
from paloverde.requests.events import Noted
from paloverde.requests.figures import as_csv, figures
from paloverde.requests.grounds import CHANNELS
from paloverde.requests.in_words import history, said
from paloverde.requests.request import Request
from paloverde.retention.holds import By
from paloverde.search.question import ask
from paloverde.wording import some, spoken


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _receive(actions)
    listing = actions.add_parser("list", help="list the open requests, what is due first at the top")
    listing.add_argument("--all", action="store_true", help="those that are closed, too")
    show = actions.add_parser("show", help="show a request: its dates, what is next, its whole history")
    show.add_argument("number", help="such as PRA-2026-0042")
    show.add_argument("--why", action="store_true", help="with every step of the counting")
    show.add_argument("--json", action="store_true", help="its events and dates as one JSON object")
    _search(actions)
    replay = acting(
        actions.add_parser("replay", help="repeat every search of a request: do the same records come?")
    )
    replay.add_argument("number")
    for step in STEPS:
        one = acting(actions.add_parser(step.name, help=step.help, description=step.help))
        one.add_argument("number", help="such as PRA-2026-0042")
        step.arguments(one)
        one.add_argument("--note", default="", help="anything else, in a few words")
        _documents(one)
        one.set_defaults(step=step)
    log = actions.add_parser("log", help="the figures of all requests as CSV: days, records, pages, minutes")
    log.add_argument("--out", type=Path, metavar="FILE", help="a new file (default: standard output)")
    actions.add_parser("closures", help="list the closed days that the City has adopted")
    adopt = acting(
        actions.add_parser("adopt-closures", help="adopt the City's table of closed days, for its years")
    )
    adopt.add_argument("file", type=Path, help="CSV with the header date,name")


def _receive(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    told = "take a request in; neither a name nor a purpose is needed"
    parser = acting(actions.add_parser("receive", help=told, description=told))
    channels = [channel.id for channel in CHANNELS]
    parser.add_argument("--channel", required=True, choices=channels, help="how it came in")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--on", type=day, metavar="DATE", help="the day on which the City first got it")
    when.add_argument(
        "--at", type=moment, metavar="TIME", help="or the moment, such as 2026-12-16T17:45 (Pacific); after "
        "office hours it is the same day all the same",
    )  # fmt: skip
    parser.add_argument("--text", required=True, help="what is asked for, in the requester's words")
    parser.add_argument("--number", default="", help="its number where it has one, such as PRA-2026-0042")
    parser.add_argument("--name", default="", help="who asks, if they like to say")
    parser.add_argument("--contact", default="", help="where the answer goes, if they like to say")
    parser.add_argument("--wants", default="", help="the form or format that is asked for")
    parser.add_argument("--inspect", action="store_true", help="they want to look at records, not copies")
    parser.add_argument("--note", default="", help="anything else, in a few words")
    _documents(parser)


def _search(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    told = "search for a request: what is found is kept by its hold, and the search is filed"
    parser = acting(actions.add_parser("search", help=told, description=told))
    parser.add_argument("number")
    parser.add_argument("question", help="as `paloverde search` takes it")
    scope_arguments(parser)
    parser.add_argument("--minutes", type=int, default=0, help="working time that it took")
    parser.add_argument("--note", default="", help="anything else, in a few words")
    parser.add_argument("--most", type=int, default=20, help="how many to print (default: 20)")


def _documents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--document", type=Path, action="append", default=[], metavar="FILE",
        help="a letter or another file that belongs to it, which is kept; may be given again",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    city = opened()
    does: dict[str, Callable[[Installation, argparse.Namespace], Iterator[str]]] = {
        "receive": _received, "list": _listed, "show": _shown, "search": _searched, "replay": _replayed,
        "log": _logged, "closures": _closures, "adopt-closures": _adopted,
    }  # fmt: skip
    for line in does.get(args.action, _stepped)(city, args):
        print(visible(line))
    return 0


def _by(args: argparse.Namespace) -> By:
    """The person at the command line, by their own password."""
    person = signed_in(known_people(), args, Act.WORK_REQUESTS)
    return By(person.name, person.role.value, actor(), person.username)


def _received(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    by = _by(args)
    _refuse_unreadable(args.document)
    request = city.requests.receive(received(args, by, city.requests.now()))
    yield f"{request.number} is taken in."
    if args.document:
        kept = Noted(by=by, at=city.requests.now(), note="the request as it came in")
        request = city.requests.file(request.number, kept, files=args.document)
    yield from _standing(city, request)


def _refuse_unreadable(files: list[Path]) -> None:
    """Raise before anything is filed: a request that came in by half has its days running all the same."""
    for file in files:
        try:
            with file.open("rb") as opened_file:
                opened_file.read(1)
        except OSError as wrong:
            raise BadQuestion(
                f"{file} cannot be read ({wrong.strerror}). Nothing was taken in: name the file as it is, or "
                "leave --document out."
            ) from None


def _stepped(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    by = _by(args)
    event = args.step.event(args, by, city.requests.now())
    request = city.requests.file(args.number, event, files=args.document)
    yield f"Filed: {said(event)}"
    yield from _standing(city, request)


def _standing(city: Installation, request: Request) -> Iterator[str]:
    """How a request stands, and what happens next."""
    dates = city.requests.clock(request)
    yield f"{request.number} came in on {spoken(dates.received)}; it is {request.state}."
    yield next_step(request, dates, today())
    yield from filter(None, [city.requests.at_hand(request.number)])
    for doubt in dates.doubts:
        print(f"paloverde: Warning: {doubt}", file=sys.stderr)


def _listed(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    pairs, day_ = city.requests.open(), today()
    for request, dates in pairs:
        coming = due(request, dates)
        when = f"{spoken(coming.day)}, {left(coming.days_left(day_))}: {coming.what}" if coming else "no date"
        yield f"{request.number}  {when}  ({request.state}; came in on {spoken(dates.received)})"
    if not pairs:
        yield "No request is open."
    if args.all:
        open_ = {request.number for request, _ in pairs}
        for number in city.requests.numbers():
            if number not in open_:
                yield f"{number}  closed"


def _shown(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    request = city.requests.get(args.number)
    dates = city.requests.clock(request)
    if args.json:
        told = {"number": request.number, "state": request.state, "dates": dates, "entries": request.entries}
        yield msgspec.json.format(msgspec.json.encode(told)).decode()
        return
    asked, who = request.received, request.received.requester
    yield from _standing(city, request)
    yield f"Asked for: {asked.text}"
    if who.name or who.contact:
        yield f"By: {', '.join(filter(None, (who.name, who.contact)))}"
    yield _acknowledged(request)
    lines = counted(dates)
    yield from ["", *(lines if args.why else lines[:4]), ""]
    yield from (hold.sentence() for hold in city.requests.holds_of(request.number))
    yield f"Working time noted: {some(request.minutes, 'minute')}. History (Pacific time):"
    yield from history(request)


def _acknowledged(request: Request) -> str:
    on = request.acknowledged_on
    if on is None:
        return "Not acknowledged yet: the requester has not heard from the City."
    return f"Acknowledged: the requester first heard from the City on {spoken(on)}."


def _searched(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    question = ask(args.question, today(), stemming=args.stemming)
    answer, _ = city.requests.search(
        args.number, question, _by(args), include_private=args.private, with_index=not args.no_index,
        minutes=args.minutes,
        note=args.note, accounts=args.account, kinds=args.kind, platforms=args.platform, since=args.since,
        until=args.until,
    )  # fmt: skip
    yield answer.sentence
    for hit in answer.hits[: args.most]:
        yield f"\n{about(hit, today())}\n  {hit.snippet.text}"
    if len(answer.hits) > args.most:
        yield f"\n... and {len(answer.hits) - args.most:,} more (--most shows them)."
    for limit in answer.limits:
        print(f"Limit of this search: {limit}", file=sys.stderr)
    yield ""
    yield from (hold.sentence() for hold in city.requests.holds_of(args.number))
    yield from _standing(city, city.requests.get(args.number))


def _replayed(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    done = city.requests.replay(args.number, _by(args))
    yield from (one.sentence for one in done)
    if not done:
        yield f"Nothing was searched for {args.number} yet."


def _logged(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    requests = city.requests
    closures, day_ = requests.closures(), requests.today()
    lines = [figures(request, requests.clock(request, closures), day_) for request in requests.all()]
    if args.out is None:
        sys.stdout.write(as_csv(lines))
        return
    with args.out.open("x", encoding="utf-8", newline="") as file:
        file.write(as_csv(lines))
    yield f"{args.out} has the figures of {some(len(lines), 'request')}."


def _closures(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    del args
    days = city.requests.closures().days
    yield from (f"{day_}  {spoken(day_)}  {days[day_]}" for day_ in sorted(days))
    if not days:
        yield (
            "The City has adopted no closed days: only Saturdays and Sundays are known, and dates may be "
            "wrong. `paloverde request adopt-closures FILE` adopts a table."
        )


def _adopted(city: Installation, args: argparse.Namespace) -> Iterator[str]:
    years = city.requests.adopt_closures(args.file.read_bytes(), args.file.name, _by(args))
    if years:
        yield f"The closed days of {', '.join(map(str, years))} are adopted as {args.file.name} says."
    else:
        yield f"{args.file.name} says nothing that is not adopted already: nothing was filed."
