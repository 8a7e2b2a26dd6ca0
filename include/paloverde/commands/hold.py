"""Litigation holds: what counsel orders to be kept beats every schedule, and only counsel's memo ends it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.holds import Kept
from paloverde.orchestration.people import People
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Hold, Trigger

_TRIGGERS = [trigger.value for trigger in Trigger if trigger is not Trigger.REQUEST]


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    issue = _of_a_hold(actions, "issue", "issue a hold: freeze what matches now, and whatever matches later")
    issue.add_argument("--matter", required=True, help="a short title that may be read by the public")
    issue.add_argument("--trigger", required=True, choices=_TRIGGERS, help="what made litigation foreseeable")
    _scope_arguments(issue)
    listing = actions.add_parser("list", help="list the holds", description="list the holds")
    listing.add_argument("--all", action="store_true", help="those that are over, too")
    _of_a_hold(actions, "show", "show a hold: its scope, what it keeps, its custodians", acts=False)
    amend = _of_a_hold(actions, "amend", "widen a hold; nothing can be taken out of one")
    amend.add_argument("--reason", required=True, help="why, in a few words that may be read by the public")
    _scope_arguments(amend)
    release = _of_a_hold(actions, "release", "end a hold by counsel's memo, and lift its legal holds")
    release.add_argument("--memo", required=True, type=Path, help="counsel's memo: a file, which is kept")
    _letters(actions)
    reconcile = "see that every object that a hold keeps bears its legal hold, as every night does"
    actions.add_parser("reconcile", help=reconcile, description=reconcile)
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
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, *, acts: bool = True
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about)
    parser.add_argument("hold", help="the hold's name, such as LIT-2026-03")
    if acts:
        parser.add_argument("--by", required=True, help="who acts: somebody of `paloverde users list`")
    return parser


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
            scope, by = _scope(args), _by(city, args.by)
            kept = city.holds.issue(args.hold, args.matter, scope, Trigger(args.trigger), by)
            _say_kept(city, kept)
        case "amend":
            _say_kept(city, city.holds.amend(args.hold, _scope(args), args.reason, _by(city, args.by)))
        case "release":
            freed = city.holds.release(args.hold, args.memo, _by(city, args.by))
            print(f"{city.holds.get(args.hold).sentence()}\n{freed:,} objects are free now.")
        case "list":
            return _list(city, everything=args.all)
        case "show":
            _show(city, city.holds.get(args.hold))
        case "reconcile":
            city.holds.reconcile(actor(), print).settle()
        case "reminders":
            due = city.holds.reminders()
            print("\n".join(one.sentence() for one in due) or "Nobody is to be written to today.")
        case _:
            _custodians(city, args)
    return 0


def _custodians(city: Installation, args: argparse.Namespace) -> None:
    hold, by, notices = city.holds.get(args.hold), _by(city, args.by), city.holds.notices
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


def _by(city: Installation, name: str) -> By:
    """The person of that username or name; what the role may do is decided where it is done."""
    people = People(city.settings.home / "users.json").all()
    found = [person for person in people if name in (person.username, person.name)]
    if len(found) != 1:
        known = ", ".join(f"{person.username} ({person.role.value})" for person in people) or "nobody yet"
        raise BadQuestion(
            f"{name!r} names {'nobody' if not found else 'several people'} who may sign in. Known are: "
            f"{known}. `paloverde users add` adds somebody."
        )
    return By(found[0].name, found[0].role.value, actor())


def _say_kept(city: Installation, kept: Kept) -> None:
    items, objects = city.holds.counts(kept.hold)
    print(kept.hold.sentence())
    print(f"It keeps {items:,} items, which lie in {objects:,} objects. {kept.marked.sentence()}")
    for text in city.holds.absent(kept.hold.scopes[-1]):
        print(
            f"Nothing in the archive answers to {text} yet; it is held as soon as something does.",
            file=sys.stderr,
        )


def _list(city: Installation, *, everything: bool) -> int:
    holds = [hold for hold in city.holds.all() if everything or city.holds.is_active(hold)]
    for hold in holds:
        items, objects = city.holds.counts(hold)
        print(f"{hold.sentence()} It keeps {items:,} items in {objects:,} objects.")
    if not holds:
        print("No hold is in force." if city.holds.all() else "No hold was issued yet.")
    return 0


def _show(city: Installation, hold: Hold) -> None:
    items, objects = city.holds.counts(hold)
    print(f"{hold.sentence()}\nIt keeps {items:,} items, which lie in {objects:,} objects.")
    for custodian in city.holds.notices.custodians(hold.id):
        print(f"Custodian: {custodian.sentence()}")
