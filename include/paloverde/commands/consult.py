"""Tickets of consulting before an official deletes: City Manager and City Attorney first (policy V.E.4(d)).
What is deleted on an official's account without one raises an alert: `paloverde removed list --alerts`.
"""

from __future__ import annotations

import argparse
from datetime import datetime

from paloverde.bundles.dossierwords import moment
from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.retention.consults import Ticket


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
    city = opened()
    if args.action == "open":
        ticket = city.dossiers.consults.open(args.about, actor(), args.note)
        print(f"{ticket.id} is open. Next: `paloverde consult note {ticket.id} --city-manager TIME`.")
    elif args.action == "note":
        ticket = city.dossiers.consults.note(
            args.ticket, actor(), city_manager=_time(args.city_manager),
            city_attorney=_time(args.city_attorney), outcome=args.outcome, note=args.note,
        )  # fmt: skip
        print(_told(ticket))
    else:
        tickets = city.dossiers.consults.tickets()
        print(
            "\n\n".join(map(_told, tickets)) or "No ticket is open. `paloverde consult open ITEM` opens one."
        )
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


def _told(ticket: Ticket) -> str:
    lines = [f"{ticket.id}  {ticket.about}", f"  opened {moment(ticket.opened_at)}, {ticket.opened_by}"]
    lines.append(f"  content: {ticket.captured or 'not looked up in the archive: only its address is given'}")
    for name, consulted in (("City Manager", ticket.city_manager), ("City Attorney", ticket.city_attorney)):
        told = f"{moment(consulted.at)} (noted by {consulted.by})" if consulted else "not consulted yet"
        lines.append(f"  {name}: {told}")
    lines += [f"  outcome: {ticket.outcome}"] if ticket.outcome else []
    lines += [f"  note: {note}" for note in ticket.notes]
    lines += [f"  lacks: {ticket.lacks}"] if ticket.lacks else []
    return visible("\n".join(lines))
