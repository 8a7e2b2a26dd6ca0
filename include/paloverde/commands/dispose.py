"""Propose, approve and carry out lawful destruction. A report of what would be destroyed lies open for some
days; the council's resolution, the city attorney's written consent and two different people must stand behind
exactly the list that it names. Whoever acts signs in with a password of their own: a shell is not a person.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.people import People, Person
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.retention.approval import closed, half_done
from paloverde.retention.orders import OrderStanding
from paloverde.wording import some, spoken, zoned_moment

_ACTS = {
    "propose": Act.PROPOSE_DISPOSITION,
    "approve": Act.APPROVE_DISPOSITION,
    "consent": Act.FILE_CONSENT,
    "resolution": Act.FILE_RESOLUTION,
    "withdraw": Act.WITHDRAW_DISPOSITION,
    "carry-out": Act.APPROVE_DISPOSITION,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list every order and how it stands")
    propose = acting(actions.add_parser("propose", help="make an order of what nothing keeps any longer"))
    propose.add_argument("account", nargs="*", help="slugs of accounts; all where none is given")
    propose.add_argument("--out", type=Path, metavar="FOLDER", help="where the report is written")
    show = _of_order(actions.add_parser("show", help="show an order and what it still lacks"))
    show.add_argument("--out", type=Path, metavar="FOLDER", help="write its report there again")
    _of_order(acting(actions.add_parser("approve", help="approve exactly the list of an order")))
    consent = _of_order(acting(actions.add_parser("consent", help="file the city attorney's consent")))
    consent.add_argument("--name", required=True, help="who gave it")
    _document(consent, "consent")
    resolution = _of_order(acting(actions.add_parser("resolution", help="file the council's resolution")))
    resolution.add_argument("--number", required=True, help="of the resolution: 2026-41")
    _document(resolution, "resolution")
    resolution.add_argument(
        "--standing", action="store_true", help="it is a standing one, adopted before the order was proposed"
    )
    withdraw = _of_order(acting(actions.add_parser("withdraw", help="withdraw an order for good")))
    withdraw.add_argument("--why", required=True, help="in one sentence")
    _of_order(
        acting(actions.add_parser("carry-out", help="destroy what an order names, where nothing lacks"))
    )
    certificate = _of_order(actions.add_parser("certificate", help="write the certificate of destruction"))
    certificate.add_argument("--out", type=Path, metavar="FILE", required=True, help="the page to write")


def run(args: argparse.Namespace) -> int:
    city = opened()
    match args.action:
        case "list":
            return _list(city)
        case "show":
            return _show(city, args.order, args.out)
        case "certificate":
            write_new(args.out, city.disposition.certificate_page(args.order))
            print(f"The certificate of {args.order} is {args.out}.")
            return 0
    people = known_people()
    _act(city, args, signed_in(people, args, _ACTS[args.action]), people)
    return 0


def _act(city: Installation, args: argparse.Namespace, person: Person, people: People) -> None:
    disposition, by = city.disposition, person.username
    match args.action:
        case "propose":
            _propose(city, args, by)
        case "approve":
            given = disposition.approve(args.order, by, person.role.value, "command line")
            print(f"{by} has approved {args.order}, the list with the SHA-256 {given.lines_sha256}.")
            _tell_rest(city, args.order)
        case "consent":
            consent = disposition.consent(args.order, args.name, args.date, args.file, by)
            told = f"of {consent.name}, {spoken(consent.given_on)}, file with the SHA-256 {consent.sha256}"
            print(f"The city attorney's consent to {args.order} is filed: {told}.")
            _tell_rest(city, args.order)
        case "resolution":
            made = disposition.resolution(
                args.order, args.number, args.date, args.file, by, standing=args.standing
            )
            told = f"adopted {spoken(made.adopted_on)}, file with the SHA-256 {made.sha256}"
            print(f"Resolution {made.number} is filed for {args.order}: {told}.")
            _tell_rest(city, args.order)
        case "withdraw":
            disposition.withdraw(args.order, args.why, by)
            print(f"{args.order} is withdrawn. Its items may be proposed anew.")
        case "carry-out":
            carry_out(city, args.order, people, by)


def carry_out(city: Installation, order_id: str, people: People, by: str) -> None:
    """Carry an order out; whoever stops it is told what it had come to."""
    try:
        made = city.disposition.carry_out(order_id, roles_of(people), by, _say)
    except KeyboardInterrupt:
        _say(f"\n{city.disposition.state_after_a_stop(order_id)}")
        raise
    told = f"{some(made.items, 'item')} in {some(made.versions, 'version is', 'versions are')} destroyed."
    print(f"{order_id} is carried out: {told}")
    for sentence in made.kept:
        print(f"Left out: {sentence}")


def write_new(file: Path, body: bytes) -> None:
    """Write a file that is not there yet; `BadQuestion` where it is."""
    try:
        with file.open("xb") as out:
            out.write(body)
    except FileExistsError:
        raise BadQuestion(f"{file} is there already and is not overwritten: name another file.") from None


def roles_of(people: People) -> dict[str, str]:
    """The users file as it is now: username to role."""
    return {person.username: person.role.value for person in people.all()}


def _propose(city: Installation, args: argparse.Namespace, by: str) -> None:
    made = city.disposition.propose(args.account, by, _say)
    print(made.sentence)
    if made.order is not None:
        for file in city.disposition.report(made.order.id, args.out or city.settings.home / "orders"):
            print(file)


def _list(city: Installation) -> int:
    orders = city.disposition.orders()
    for standing in orders:
        order = standing.order
        print(
            f"{order.id}  {some(order.items, 'item')}  {', '.join(order.accounts)}  {_state(city, standing)}"
        )
    if not orders:
        print("No destruction was ever proposed.")
    return 0


def _state(city: Installation, standing: OrderStanding) -> str:
    ended = closed(standing, city.disposition.today)
    if ended or standing.sealed:
        return ended or half_done(standing)
    missing = city.disposition.awaited(standing.order.id)
    return f"open, {some(len(missing), 'thing')} lacking" if missing else "open, nothing lacking"


def _show(city: Installation, order_id: str, out: Path | None) -> int:
    standing = city.disposition.standing(order_id)
    order = standing.order
    print(f"{order.id}: proposed on {zoned_moment(order.proposed_at)} by {order.proposed_by}.")
    print(
        f"It names {some(order.items, 'item')} in {some(order.versions, 'version')} of "
        f"{', '.join(order.accounts)}."
    )
    print(f"List {order.lines_sha256}, report {order.report_sha256} (SHA-256).")
    if standing.resolution:
        kind = "Standing resolution" if standing.resolution.standing else "Resolution"
        print(f"{kind} {standing.resolution.number} of {spoken(standing.resolution.adopted_on)}.")
    if standing.consent:
        print(f"Consent of {standing.consent.name} of {spoken(standing.consent.given_on)}.")
    for one in standing.approvals:
        print(f"Approved by {one.username} ({one.role}), {zoned_moment(one.given_at)}; {one.how}.")
    ended = closed(standing, city.disposition.today) or half_done(standing)
    if ended:
        print(ended)
    else:
        _tell_rest(city, order_id)
    for file in city.disposition.report(order_id, out) if out else ():
        print(file)
    return 0


def _tell_rest(city: Installation, order_id: str) -> None:
    missing = city.disposition.awaited(order_id)
    for sentence in missing:
        print(f"Lacking: {sentence}")
    if not missing:
        print(f"Nothing is lacking: `paloverde dispose carry-out {order_id}` carries it out.")
    for sentence in city.disposition.warnings(order_id):
        print(f"Look again: {sentence}")


def _of_order(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("order", help="its name, as `paloverde dispose list` shows it")
    return parser


def _document(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--date", type=day, required=True, help=f"date on the {what}")
    parser.add_argument("--file", type=Path, required=True, help=f"the {what} itself, such as a signed PDF")


def _say(line: str) -> None:
    print(line, file=sys.stderr)
