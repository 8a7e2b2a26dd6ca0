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

import msgspec

from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.holds import Kept
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Hold, Trigger
from paloverde.wording import some

_TRIGGERS = [trigger.value for trigger in Trigger if trigger is not Trigger.REQUEST]
_RECONCILE = "see that every object that a hold keeps bears its legal hold, as every night does"


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
    _scope_arguments(amend, account="of this account; may be given again (default: those that the hold has)")
    amend.add_argument(
        "--all-accounts", action="store_true", help="of every account, though the hold had only some"
    )
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
    notice = _of_a_hold(
        actions, "notice", "print the letter to a custodian: the notice, a reminder where one was sent, the "
        "release once the hold is over",
    )  # fmt: skip
    notice.add_argument("name")
    notice.add_argument("--ask", required=True, help="whom the custodian may ask, and how")
    notice.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write it there as text and as a letter to print"
    )
    notice.add_argument("--sent", action="store_true", help="it was sent: note that, with its text")
    notice.add_argument(
        "--again", action="store_true", help="with --sent: one more was sent before it was due"
    )
    notice.add_argument("--on", type=day, metavar="DATE", help="with --sent: when that was (default: today)")
    acknowledge = _of_a_hold(actions, "acknowledge", "note that a custodian has acknowledged the notice")
    acknowledge.add_argument("name")
    acknowledge.add_argument("--on", type=day, metavar="DATE", help="when that was (default: today)")
    acknowledge.add_argument("--signed", type=Path, metavar="FILE", help="what was signed: it is kept")


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


def _scope_arguments(
    parser: argparse.ArgumentParser, account: str = "only this account; may be given again"
) -> None:
    add = parser.add_argument
    add("--account", action="append", default=[], help=account)
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
            _amend(city, args)
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


def _amend(city: Installation, args: argparse.Namespace) -> None:
    by, hold = _by(args), city.holds.get(args.hold)
    scope, (items, objects) = _widening(hold, args), city.holds.counts(hold)
    _say_kept(city, city.holds.amend(hold.id, scope, args.reason, by))
    print(f"Before, it kept {some(items, 'item')} in {some(objects, 'object')}.")


def _widening(hold: Hold, args: argparse.Namespace) -> Scope:
    """What is added: of the accounts that the hold has, unless others are named or all are wanted."""
    scope = _scope(args)
    if args.all_accounts and args.account:
        raise BadQuestion("--account names some and --all-accounts takes all: leave one of them out.")
    if args.all_accounts or args.account or not scope.asks:
        return scope
    if not hold.asks:
        raise BadQuestion(
            f"{hold.id} names single items only so far: say of which accounts the rest is to be kept, with "
            "--account, or --all-accounts."
        )
    if hold.accounts:
        names = ", ".join(hold.accounts)
        print(f"Widened within its accounts, {names}; --all-accounts reaches every one.", file=sys.stderr)
    return msgspec.structs.replace(scope, accounts=hold.accounts)


def _release(city: Installation, args: argparse.Namespace) -> None:
    by, key = _by(args), city.settings.privileged_key_file
    had_key = key.exists()
    try:
        freed = city.holds.release(args.hold, args.memo, by)
    finally:  # the memo is sealed before anything else can fail
        if key.exists() and not had_key:
            print(city.holds.key_made, file=sys.stderr)
    print(f"{city.holds.get(args.hold).sentence()}\n{some(freed, 'object is', 'objects are')} free now.")
    for one in city.holds.notices.custodians(args.hold):
        if one.waits_for_release:
            print(f"The notice promised {one.name} a letter of release: `paloverde hold notice` writes it.")


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
        signed = args.signed.read_bytes() if args.signed else b""
        print(notices.acknowledged(hold, args.name, by, on=args.on, signed=signed).sentence())
    else:
        custodian = notices.custodian(hold.id, args.name)
        if args.sent or notices.is_over(hold):
            notices.check_due(hold, custodian, again=args.again or not args.sent)
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
            sent = notices.sent(hold, args.name, letter.text, by, again=args.again, on=args.on)
            print(sent.sentence(), file=sys.stderr)


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
    person = signed_in(known_people(), args, Act.ORDER_HOLDS)
    return By(person.name, person.role.value, actor(), person.username)


def _say_kept(city: Installation, kept: Kept) -> None:
    items, objects = city.holds.counts(kept.hold)
    print(kept.hold.sentence())
    print(f"It keeps {some(items, 'item')}, which lie in {some(objects, 'object')}. {kept.marked.sentence()}")
    for line in city.holds.doubts(kept.hold.scopes[-1]):
        print(f"Look again: {line}", file=sys.stderr)


def _list(city: Installation, *, everything: bool) -> None:
    every = city.holds.all()
    holds = [hold for hold in every if everything or city.holds.is_active(hold)]
    for hold in holds:
        print(f"{hold.sentence()} {_extent(city, hold)}")
    if not holds:
        print("No hold is in force." if every else "No hold was issued yet.")
    if left := len(every) - len(holds):
        are = some(left, "hold that is over is", "holds that are over are")
        print(f"{are} left out: `paloverde hold list --all` names every one.")
    strays = city.holds.last_strays()
    if strays is not None and strays.found:
        print(strays.sentence())


def _show(city: Installation, hold: Hold) -> None:
    print(f"{hold.sentence()}\n{_extent(city, hold)}")
    for custodian in city.holds.notices.custodians(hold.id):
        print(f"Custodian: {custodian.sentence()}")


def _extent(city: Installation, hold: Hold) -> str:
    items, objects = city.holds.counts(hold)
    lack = city.holds.lack(hold)
    return (
        f"It keeps {some(items, 'item')}, which lie in {some(objects, 'object')}.{f' {lack}' if lack else ''}"
    )
