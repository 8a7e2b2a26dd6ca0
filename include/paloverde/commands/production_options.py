"""The options of `paloverde production`, and what somebody typed made the terms of an order."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from paloverde.commands.office import day
from paloverde.commands.signing import acting
from paloverde.errors import BadQuestion
from paloverde.productions.bates import Bates
from paloverde.productions.order import Demand, Families, Terms
from paloverde.productions.papers.declaration import GROUNDS
from paloverde.productions.plan import LARGEST, Form
from paloverde.requests.exemptions import PRIVILEGES

_MB = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    order = _does(actions, "order", "order a production: only counsel does")
    _terms(order, is_new=True)
    _note(order)
    change = _of(actions, "change", "change an order: what is given replaces what was ordered of it")
    _terms(change, is_new=False)
    change.add_argument("--why", dest="note", required=True, help="why it is changed")
    _of(actions, "choose", "choose the records as the archive is now, and take them under review")
    rest = _of(
        actions, "rest", "decide that every record which nobody has decided on is produced, in one batch"
    )
    rest.add_argument("--title", default="", help="your title, as the privilege log names it")
    build = _of(actions, "build", "build the volumes, or go on with a build that was interrupted")
    build.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a folder with room for them"
    )
    _papers(actions)
    sign = _of(actions, "sign", "agree that exactly these volumes go out, as somebody who did not build them")
    sign.add_argument("folder", type=Path, help="where they were built; every file is compared")
    _note(sign)
    _serve(actions)
    _clawback(actions)
    give_up = _of(actions, "give-up", "give a production up: its Bates numbers are never given again")
    give_up.add_argument("--why", dest="note", required=True, help="why")
    note = _of(actions, "note", "note anything else")
    note.add_argument("--note", required=True, help="in a few words")
    actions.add_parser("list", help="list all productions, with their numbers and what was clawed back")
    show = actions.add_parser("show", help="show a production: its order, how far it is, its whole history")
    show.add_argument("number", help="such as PROD-2026-0001")
    actions.add_parser("numbers", help="list every Bates number that was ever reserved, by prefix")
    actions.add_parser("privileges", help="list the privileges that may be claimed, and what each asks")


def _papers(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    log = _of(actions, "log", "write the privilege log as CSV, or drawn as a paper: for counsel")
    _drawn(log, is_volumes_needed=False, or_csv=True)
    declare = _of(actions, "declaration", "draft the declaration of the custodian of records: for counsel")
    declare.add_argument(
        "--ground", action="append", required=True, choices=list(GROUNDS),
        help="what it is made for; may be given again for the same court",
    )  # fmt: skip
    _drawn(declare)
    custody = _of(actions, "custody", "draft the chain of custody from the ledger")
    custody.add_argument(
        "--bates", nargs=2, metavar=("FROM", "TO"), help="of these numbers alone (default: all of it)"
    )
    _drawn(custody)
    letter = _of(actions, "letter", "draft the letter that goes with the volumes: for counsel")
    letter.add_argument("--to", default="", metavar="WHOM", help="whom it goes to (default: who was served)")
    _drawn(letter)
    claim = _of(actions, "claim", "draft the letter that claims back what was clawed back: for counsel")
    claim.add_argument("--to", default="", metavar="WHOM", help="whom it goes to (default: who was served)")
    _out(claim)
    hashes = _of(actions, "hashes", "write the list of hashes as a paper, with every file as CSV beside it")
    _drawn(hashes)


def _drawn(parser: argparse.ArgumentParser, *, is_volumes_needed: bool = True, or_csv: bool = False) -> None:
    numbers = "" if is_volumes_needed else " (without them the log has no Bates numbers)"
    parser.add_argument(
        "--volumes", type=Path, required=is_volumes_needed, metavar="FOLDER",
        help=f"where the volumes were built{numbers}",
    )  # fmt: skip
    _out(parser, or_csv=or_csv)


def _out(parser: argparse.ArgumentParser, *, or_csv: bool = False) -> None:
    csv = ", FILE.csv" if or_csv else ""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=f"a new file: FILE.pdf or FILE.html{csv}"
    )


def _serve(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = _of(actions, "serve", "note that a production was served")
    serve.add_argument("--to", required=True, metavar="WHOM", help="who was served")
    serve.add_argument(
        "--way", required=True, metavar="HOW", help="how: by mail, on a drive, by file transfer"
    )
    serve.add_argument("--on", type=day, metavar="DATE", help="the day on which that was (default: today)")
    _note(serve)


def _clawback(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    clawback = _of(actions, "clawback", "claim back what was produced by mistake, and note the basis")
    clawback.add_argument("first", help="the first Bates number")
    clawback.add_argument("last", nargs="?", default="", help="the last (default: the same)")
    clawback.add_argument(
        "--privilege", action="append", default=[], required=True, metavar="CODE",
        help=f"claimed, one of {', '.join(PRIVILEGES)}; may be given again",
    )  # fmt: skip
    clawback.add_argument(
        "--reason", required=True, help="what it is and why it was a mistake, not what it says"
    )
    clawback.add_argument(
        "--on", type=day, metavar="DATE", help="the day on which the mistake was seen (default: today)"
    )
    _note(clawback)


def _terms(parser: argparse.ArgumentParser, *, is_new: bool) -> None:
    add = parser.add_argument
    add("--matter", required=is_new, help="the matter, as the other side reads it")
    add("--prefix", required=is_new, help="the prefix of the Bates numbers, such as PDC")
    add("--digits", type=int, metavar="N", help=f"their digits (default: {Bates('X').digits})")
    add("--hold", help="produce what this litigation hold keeps")
    add("--item", action="append", metavar="ITEM", help="produce this item: a permalink, an id, or "
        "ACCOUNT/KIND/ID; may be given again")  # fmt: skip
    add("--demand", action="append", metavar="NUMBER=QUESTION", help="a demand, and the search that finds "
        "what answers it; may be given again, with the same number, too")  # fmt: skip
    add("--question", action="append", metavar="QUESTION", help="a search that no demand asked for")
    add("--account", action="append", help="only this account; may be given again")
    add("--from", dest="since", type=day, metavar="DATE", help="posted on or after (Pacific day)")
    add("--to", dest="until", type=day, metavar="DATE", help="posted on or before (Pacific day)")
    add("--private", action="store_true", default=None, help="private messages and lists of subscribers too; "
        "noted in the ledger")  # fmt: skip
    add("--families", choices=[how.value for how in Families], help="what comes along with a found record: "
        "the whole thread, the post at its root, or none (default: whole)")  # fmt: skip
    add("--custodian", action="append", metavar="ACCOUNT=NAME", help="who keeps an account (default: the "
        "agency); may be given again")  # fmt: skip
    add("--confidentiality", metavar="WORDS", help="the designation on every page")
    add(
        "--form",
        action="append",
        choices=[form.value for form in Form],
        help="only these forms (default: all)",
    )
    add(
        "--volume-mb",
        type=int,
        metavar="N",
        help=f"most of a volume before packing (default: {LARGEST // _MB})",
    )
    add("--by-name", action="store_true", default=None, help="print a character that no font has by its name")


def _does(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    return acting(actions.add_parser(name, help=about, description=about))


def _of(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = _does(actions, name, about)
    parser.add_argument("number", help="such as PROD-2026-0001")
    return parser


def _note(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--note", default="", help="anything else, in a few words")


def terms_of(args: argparse.Namespace, before: Terms | None = None) -> Terms:
    """The terms that somebody typed; what was not given is as it was before."""
    given: dict[str, Any] = {
        "matter": args.matter, "prefix": args.prefix, "digits": args.digits, "hold": args.hold,
        "items": None if args.item is None else tuple(args.item), "demands": _demands(args),
        "accounts": None if args.account is None else tuple(args.account), "since": args.since,
        "until": args.until, "include_private": args.private,
        "families": None if args.families is None else Families(args.families),
        "custodians": None if args.custodian is None else _custodians(args.custodian),
        "confidentiality": args.confidentiality,
        "forms": None if args.form is None else tuple(map(Form, args.form)),
        "most_bytes": None if args.volume_mb is None else args.volume_mb * _MB, "by_name": args.by_name,
    }  # fmt: skip
    said = {name: value for name, value in given.items() if value is not None}
    return Terms(**said) if before is None else msgspec.structs.replace(before, **said)


def _demands(args: argparse.Namespace) -> tuple[Demand, ...] | None:
    if args.demand is None and args.question is None:
        return None
    asked = (Demand("", question) for question in args.question or ())
    return (*map(_demand, args.demand or ()), *asked)


def _demand(text: str) -> Demand:
    number, _, question = text.partition("=")
    if not (number.strip() and question.strip()):
        raise BadQuestion(f"{text!r} is no demand: write it as 3='pool NEAR/5 closed'.")
    return Demand(number.strip(), question.strip())


def _custodians(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for account, name in map(_custodian, given):
        found[account] = (*found.get(account, ()), name)
    return found


def _custodian(text: str) -> tuple[str, str]:
    account, _, name = text.partition("=")
    if not (account.strip() and name.strip()):
        raise BadQuestion(f"{text!r} names no custodian: write it as facebook-cityofpalmdesert='Ana Ruiz'.")
    return account.strip(), name.strip()


def said_terms(terms: Terms) -> Iterator[str]:
    """An order, line by line."""
    yield f"Matter: {terms.matter}"
    if terms.hold:
        yield f"From the hold {terms.hold}"
    yield from [f"From {len(terms.items):,} named: {', '.join(terms.items)}"] if terms.items else []
    for demand in terms.demands:
        yield f"Demand {demand.number}: {demand.question}" if demand.number else f"Search: {demand.question}"
    yield f"Accounts: {', '.join(terms.accounts) or 'all'}"
    yield f"Private records: {'included' if terms.include_private else 'left out'}"
    yield f"Families: {terms.families.value}"
    if terms.since or terms.until:
        yield f"Posted: {terms.since or 'at any time'} to {terms.until or 'now'}"
    yield f"Forms: {', '.join(terms.forms)}"
    yield from [f"Designation: {terms.confidentiality}"] if terms.confidentiality else []
