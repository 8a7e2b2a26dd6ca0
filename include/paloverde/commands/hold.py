"""Holds: what counsel orders to be kept beats every schedule, and only counsel's memo ends it. What an open
records request touches is kept too, until it is closed and some time after. Whoever acts signs in with a
password of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.holds import Kept
from paloverde.orchestration.people import Role
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Hold, Trigger

_TRIGGERS = [trigger.value for trigger in Trigger if trigger is not Trigger.REQUEST]
_RECONCILE = "see that every object that a hold keeps bears its legal hold, as every night does"
# Who may act on holds at all; which hold each role may issue, widen or end is decided where that is done.
_OFFICE = (Role.CLERK, Role.COUNSEL)


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    issue = _of_a_hold(
        actions, "issue", "issue a hold: freeze what matches now, and whatever matches later", named=False
    )
    issue.add_argument(
        "--for-request", dest="request", metavar="REQUEST", help="in place of HOLD, --matter and --trigger: "
        "hold for this open records request, such as PRA-2026-0042 (clerk or counsel)"
    )  # fmt: skip
    issue.add_argument("--matter", help="a short title that may be read by the public")
    issue.add_argument("--trigger", choices=_TRIGGERS, help="what made litigation foreseeable")
    _scope_arguments(issue)
    listing = actions.add_parser("list", help="list the holds", description="list the holds")
    listing.add_argument("--all", action="store_true", help="those that are over, too")
    _of_a_hold(actions, "show", "show a hold: its scope, what it keeps, its custodians", acts=False)
    amend = _of_a_hold(actions, "amend", "widen a hold; nothing can be taken out of one")
    amend.add_argument("--reason", required=True, help="why, in a few words that may be read by the public")
    _scope_arguments(amend)
    release = _of_a_hold(actions, "release", "end a hold by counsel's memo, and lift its legal holds")
    release.add_argument(
        "--memo", required=True, type=Path, help="counsel's memo: a file, which is kept sealed"
    )
    memo = _of_a_hold(actions, "memo", "for counsel alone: write the memo of a release into a file; noted")
    memo.add_argument("--out", required=True, type=Path, metavar="FILE", help="a new file")
    close = _of_a_hold(
        actions, "close", "say that a records request is closed: its hold ends some time after"
    )
    close.add_argument(
        "--on", type=day, metavar="DATE", help="the day on which it was closed (default: today)"
    )
    _letters(actions)
    reconcile = actions.add_parser("reconcile", help=_RECONCILE, description=_RECONCILE)
    reconcile.add_argument(
        "--strays", action="store_true", help="then look through both stores, and name objects that bear a "
        "legal hold which no hold wants; none is lifted"
    )  # fmt: skip
    remind = "list the custodians who are to be written to today"
    actions.add_parser("reminders", help=remind, description=remind)


def _letters(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    custodian = _of_a_hold(actions, "custodian", "name somebody who has to keep what is in a hold's scope")
    custodian.add_argument("name")
    custodian.add_argument("--contact", required=True, help="an e-mail address, or an office")
    notice = _of_a_hold(actions, "notice", "print the notice to a custodian; a reminder where one was sent")
    notice.add_argument("name")
    notice.add_argument("--ask", required=True, help="whom the custodian may ask, and how")
    notice.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write it there as text and as a letter to print"
    )
    notice.add_argument("--sent", action="store_true", help="it was sent: note that, with its text")
    acknowledge = _of_a_hold(actions, "acknowledge", "note that a custodian has acknowledged the notice")
    acknowledge.add_argument("name")


def _of_a_hold(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    *,
    acts: bool = True,
    named: bool = True,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about)
    parser.add_argument(
        "hold", nargs=None if named else "?", help="the hold's name, such as LIT-2026-03 or PRA-2026-0042"
    )
    return acting(parser) if acts else parser


def _scope_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--account", action="append", default=[], help="only this account; may be given again")
    add("--person", action="append", default=[], help="posted by: a name, username or id; may be given again")
    add("--from", dest="since", type=day, metavar="DATE", help="posted on or after (Pacific day)")
    add("--to", dest="until", type=day, metavar="DATE", help="posted on or before (Pacific day)")
    add("--words", default="", help="a question as `paloverde search` takes it; * is every record")
    add(
        "--item", action="append", default=[],
        help="besides, this item: a permalink, an id, or account/kind/id; may be given again",
    )  # fmt: skip
    add("--only-named", action="store_true", help="with --person: not what comes from unnamed posters")


def run(args: argparse.Namespace) -> int:
    city = opened()
    match args.action:
        case "issue":
            _say_kept(city, _issue(city, args))
        case "amend":
            _say_kept(city, city.holds.amend(args.hold, _scope(args), args.reason, _by(args)))
        case "release":
            _release(city, args)
        case "memo":
            _memo(city, args)
        case "close":
            print(city.holds.close(args.hold, args.on, _by(args)).sentence())
        case "list":
            _list(city, everything=args.all)
        case "show":
            _show(city, city.holds.get(args.hold))
        case "reconcile":
            return _reconcile(city, strays=args.strays)
        case "reminders":
            due = city.holds.reminders()
            print("\n".join(one.sentence() for one in due) or "Nobody is to be written to today.")
        case _:
            _custodians(city, args)
    return 0


def _issue(city: Installation, args: argparse.Namespace) -> Kept:
    if args.request:
        if args.hold or args.trigger:
            raise BadQuestion(
                "--for-request takes the place of the hold's name and of --trigger: leave them out."
            )
        matter = args.matter or f"Records request {args.request}"
        return city.holds.issue(
            args.request, matter, _scope(args), Trigger.REQUEST, _by(args), HoldKind.REQUEST
        )
    if not (args.hold and args.matter and args.trigger):
        raise BadQuestion(
            "A litigation hold needs its name, --matter and --trigger; the hold of a records request needs "
            "--for-request."
        )
    return city.holds.issue(args.hold, args.matter, _scope(args), Trigger(args.trigger), _by(args))


def _release(city: Installation, args: argparse.Namespace) -> None:
    by, had_key = _by(args), city.settings.privileged_key_file.exists()
    freed = city.holds.release(args.hold, args.memo, by)
    print(f"{city.holds.get(args.hold).sentence()}\n{freed:,} objects are free now.")
    if not had_key:
        print(city.holds.key_made)


def _memo(city: Installation, args: argparse.Namespace) -> None:
    if args.out.exists():
        raise BadQuestion(f"{args.out} is there already: name a new file.")
    body = city.holds.memo(args.hold, _by(args))
    with os.fdopen(os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    print(f"The memo that released {args.hold} is {args.out}. It is privileged; the ledger notes this look.")


def _reconcile(city: Installation, *, strays: bool) -> int:
    city.holds.reconcile(actor(), print).settle()
    if not strays:
        return 0
    found = city.holds.search_strays(actor())
    print(found.sentence())
    return 1 if found.found else 0


def _custodians(city: Installation, args: argparse.Namespace) -> None:
    hold, by, notices = city.holds.get(args.hold), _by(args), city.holds.notices
    if args.action == "custodian":
        print(notices.name(hold, args.name, args.contact, by).sentence())
    elif args.action == "acknowledge":
        print(notices.acknowledged(hold, args.name, by).sentence())
    else:
        custodian = notices.custodian(hold.id, args.name)
        letter = city.holds.letter(hold, custodian, args.ask)
        print(letter.text)
        if args.out is not None:
            name = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{hold.id}-{custodian.name}")
            args.out.mkdir(parents=True, exist_ok=True)
            for ending, content in (("txt", letter.text), ("html", letter.page)):
                file = args.out / f"{name}.{ending}"
                file.write_text(content, encoding="utf-8")
                print(f"Written: {file}", file=sys.stderr)
        if args.sent:
            print(notices.sent(hold, args.name, letter.text, by).sentence(), file=sys.stderr)


def _scope(args: argparse.Namespace) -> Scope:
    return Scope(
        accounts=tuple(args.account),
        people=tuple(args.person),
        since=args.since,
        until=args.until,
        words=args.words,
        items=tuple(args.item),
        unnamed=not args.only_named,
    )


def _by(args: argparse.Namespace) -> By:
    """The person at the command line, by their own password."""
    person = signed_in(known_people(), args, _OFFICE)
    return By(person.name, person.role.value, actor())


def _say_kept(city: Installation, kept: Kept) -> None:
    items, objects = city.holds.counts(kept.hold)
    print(kept.hold.sentence())
    print(f"It keeps {items:,} items, which lie in {objects:,} objects. {kept.marked.sentence()}")
    for text in city.holds.absent(kept.hold.scopes[-1]):
        print(
            f"Nothing in the archive answers to {text} yet; it is held as soon as something does.",
            file=sys.stderr,
        )


def _list(city: Installation, *, everything: bool) -> None:
    holds = [hold for hold in city.holds.all() if everything or city.holds.is_active(hold)]
    for hold in holds:
        items, objects = city.holds.counts(hold)
        print(f"{hold.sentence()} It keeps {items:,} items in {objects:,} objects.")
    if not holds:
        print("No hold is in force." if city.holds.all() else "No hold was issued yet.")
    strays = city.holds.last_strays()
    if strays is not None and strays.found:
        print(strays.sentence())


def _show(city: Installation, hold: Hold) -> None:
    items, objects = city.holds.counts(hold)
    print(f"{hold.sentence()}\nIt keeps {items:,} items, which lie in {objects:,} objects.")
    for custodian in city.holds.notices.custodians(hold.id):
        print(f"Custodian: {custodian.sentence()}")
