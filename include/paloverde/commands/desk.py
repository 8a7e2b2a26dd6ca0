"""The desk as a service of its own, behind the City's web server: for people who have no sign-in to Airflow.
`serve` runs it; the others show and end sign-ins there.
"""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import uvicorn

from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.desk.newcomers import Newcomers, newcomers_of
from paloverde.desk.opened import Opened
from paloverde.desk.service import service
from paloverde.desk.sessions import Sessions, sessions_of
from paloverde.errors import BadSetting
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.journal import Journal
from paloverde.wording import at_time, some

_LOOPBACK = "127.0.0.1"
_AT_ONCE = 100  # connections; more are told to come later
_NOT_LET_IN = """  Not let in: this looks like {one.looks_like} of the users file, and nobody is two people.
  If it is the same person: `paloverde desk same {one.username} {one.looks_like}`
  If it is another one, a name that nobody else has: `paloverde desk name {one.username} "First Last"`"""


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    told = "serve the desk on this machine, behind the City's own web server"
    serve = actions.add_parser("serve", help=told, description=told)
    serve.add_argument("--host", default=_LOOPBACK, help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=int, default=8091, help="port to listen on (default: 8091)")
    actions.add_parser("sessions", help="list who is signed in there")
    actions.add_parser("people", help="list who has come by single sign-on")
    name = actions.add_parser(
        "name", help="give somebody of single sign-on another name, who is nobody of the users file"
    )
    name.add_argument("username")
    name.add_argument("name", help="first and last name, as letters and pages print them")
    same = actions.add_parser(
        "same", help="say that somebody of single sign-on is a person of the users file, and acts as that one"
    )
    same.add_argument("username")
    same.add_argument("listed", metavar="USER", help="the username in the users file")
    out = actions.add_parser("sign-out", help="end all sessions of somebody, at once")
    out.add_argument("username")
    forget = actions.add_parser(
        "forget", help="make a username of single sign-on free for another person, and end its sessions"
    )
    forget.add_argument("username")


def run(args: argparse.Namespace) -> int:
    does: dict[str, Callable[[Installation, argparse.Namespace], None]] = {
        "serve": _serve, "sessions": _sessions, "people": _people, "name": _name, "same": _same,
        "sign-out": _sign_out, "forget": _forget,
    }  # fmt: skip
    does[args.action](opened(), args)
    return 0


def _serve(city: Installation, args: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it prints addresses whole
    settings = city.settings
    if args.host != _LOOPBACK and not (settings.desk_address or "").startswith("https://"):
        told = "Warning: passwords and records go over other machines' networks without https."
        print(f"paloverde: {told} Put the City's web server before this, on this machine.", file=sys.stderr)
    again = partial(open_installation, settings, purpose=Purpose.WORK)
    app = service(settings, Opened(again), city.vault.books, city.vault.clock)
    with _listening(args.host, args.port) as door:
        print(f"The desk is served on http://{args.host}:{args.port}. Stop with Ctrl+C.", file=sys.stderr)
        config = uvicorn.Config(
            app, access_log=False, server_header=False, log_level="warning", limit_concurrency=_AT_ONCE,
            lifespan="off",
        )  # fmt: skip
        with suppress(KeyboardInterrupt):  # Ctrl+C: what was on its way is ended by then
            uvicorn.Server(config).run(sockets=[door])


def _sessions(city: Installation, _: argparse.Namespace) -> None:
    found = _of(city).open()
    for one in found:
        print(f"{one.username}  since {at_time(one.began_at)}, last seen {at_time(one.seen_at)}")
    print(f"{some(len(found), 'session')}." if found else "Nobody is signed in.")


def _people(city: Installation, _: argparse.Namespace) -> None:
    found = _newcomers(city).all()
    for one in found:
        role = f"is {one.same_as}" if one.same_as else one.role.value if one.role else "no role"
        print(f"{one.username}  {role}  {one.name}, last here {at_time(one.last_at)}")
        if one.looks_like:
            print(_NOT_LET_IN.format(one=one))
    if not found:
        print("Nobody has come by single sign-on so far.")


def _name(city: Installation, args: argparse.Namespace) -> None:
    _newcomers(city).rename(args.username, args.name)
    _tell(city, "name of single sign-on changed", username=args.username, name=args.name)
    print(f"{args.username} is named {args.name} from now on, and is nobody of the users file.")


def _same(city: Installation, args: argparse.Namespace) -> None:
    _newcomers(city).unite(args.username, args.listed)
    _tell(city, "single sign-on of a user declared", username=args.username, user=args.listed)
    print(f"{args.username} acts as {args.listed} of the users file from now on.")


def _sign_out(city: Installation, args: argparse.Namespace) -> None:
    ended = _of(city).end_all(args.username)
    _tell(city, "sessions ended", username=args.username, sessions=str(ended))
    print(f"{some(ended, 'session')} of {args.username} ended.")


def _forget(city: Installation, args: argparse.Namespace) -> None:
    _newcomers(city).forget(args.username)
    _tell(city, "username of single sign-on freed", username=args.username)
    _sign_out(city, args)
    print(f"{args.username} may be taken by whoever the City's sign-on names so next.")


def _tell(city: Installation, what: str, **about: str) -> None:
    Journal(city.vault, city.ledger).tell(what, actor(), **about)


def _of(city: Installation) -> Sessions:
    return sessions_of(city.settings, city.vault.books, city.vault.clock)


def _newcomers(city: Installation) -> Newcomers:
    return newcomers_of(city.settings, city.vault.books, city.vault.clock)


def _listening(host: str, port: int) -> socket.socket:
    """The address to listen on; `BadSetting` where it is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as wrong:
        raise BadSetting(
            f"The desk cannot be served on {host}, port {port} ({wrong.strerror or wrong}): another program "
            "may be there already. Stop that one, or choose another port with --port."
        ) from None
