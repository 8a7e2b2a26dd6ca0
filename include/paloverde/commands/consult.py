"""Tickets of consulting before an official deletes: City Manager and City Attorney first (policy V.E.4(d)).
What is deleted on an official's account without one raises an alert: `paloverde removed list --alerts`.
"""

from __future__ import annotations

import argparse
from datetime import datetime

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.retention.consults import Ticket, consulted_in_words, opened_in_words
from paloverde.retention.dossier import RemovalFact


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    open_ = actions.add_parser("open", help="open a ticket before something is deleted")
    open_.add_argument(
        "about", metavar="ITEM", help="ACCOUNT/KIND/ID, the id alone, or its address at the site"
    )
    open_.add_argument("--note", default="", help="why it is to be deleted")
    note = actions.add_parser("note", help="note who was consulted when, the outcome, or anything else")
    note.add_argument("ticket")
    note.add_argument(
        "--city-manager",
        metavar="TIME",
        help="when the City Manager was consulted: 2026-11-20T14:30 (Pacific)",
    )
    note.add_argument("--city-attorney", metavar="TIME", help="when the City Attorney was consulted")
    note.add_argument("--outcome", default="", help="what came of it; never what the City Attorney said")
    note.add_argument("--note", default="", help="anything else")
    actions.add_parser("list", help="list the tickets (oldest first)")


def run(args: argparse.Namespace) -> int:
    consults = opened().dossiers.consults
    if args.action == "open":
        found = consults.item_at(args.about) if "://" in args.about else None
        about = f"{found.account}/{found.kind.value}/{found.native_id}" if found else args.about
        ticket = consults.open(about, actor(), args.note)
        print(f"{ticket.id} is open. Next: `paloverde consult note {ticket.id} --city-manager TIME`.")
        if ticket.id in consults.deletions([ticket]):
            print("Look again: what it is about was found deleted before this ticket was opened.")
    elif args.action == "note":
        ticket = consults.note(
            args.ticket, actor(), city_manager=_time(args.city_manager),
            city_attorney=_time(args.city_attorney), outcome=args.outcome, note=args.note,
        )  # fmt: skip
        print(_told(ticket, consults.deletions([ticket]).get(ticket.id)))
    else:
        tickets = consults.tickets()
        deleted = consults.deletions(tickets)
        told = [_told(ticket, deleted.get(ticket.id)) for ticket in tickets]
        print("\n\n".join(told) or "No ticket is open. `paloverde consult open ITEM` opens one.")
    return 0


def _time(text: str | None) -> datetime | None:
    """A time as somebody writes it; without a zone it is the City's."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"{text!r} is not a time: write it as 2026-11-20T14:30.") from None
    return at if at.tzinfo else at.replace(tzinfo=PACIFIC)


def _told(ticket: Ticket, deleted: RemovalFact | None) -> str:
    """A ticket; what of it was written down or took place after the deletion says so."""
    lines = [f"{ticket.id}  {ticket.about}", f"  {opened_in_words(ticket, deleted)}"]
    lines.append(f"  content: {ticket.captured or 'not looked up in the archive: only its address is given'}")
    lines += [f"  {name}: {consulted_in_words(one, deleted)}" for name, one in ticket.both.items()]
    lines += [f"  outcome: {ticket.outcome}"] if ticket.outcome else []
    lines += [f"  note: {note}" for note in ticket.notes]
    lines += [f"  lacks: {ticket.lacks}"] if ticket.lacks else []
    return visible("\n".join(lines))
