"""List the people who may sign in, add one with a role, remove one, or change your own password. A password
is made and shown once, unless `--ask` is given; the person chooses another with it before they sign in.
Whoever is removed is out at once, open sessions included. The ledger notes who changed what, no password.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial

from paloverde.commands.asking import actor
from paloverde.commands.signing import named
from paloverde.commands.terminal import asked_in_secret
from paloverde.desk.own_password import change_password, refuse_weak
from paloverde.desk.passwords import Choice
from paloverde.desk.people import (
    FOR_ALL_CITIES,
    People,
    Person,
    Role,
    generate_password,
    people_of,
    people_of_all,
)
from paloverde.errors import BadSetting, PaloverdeError, PersonNeeded, TryAgain
from paloverde.installation import Purpose, open_installation
from paloverde.installation.changes import Changes
from paloverde.installation.opening import nothing_is_here
from paloverde.settings import Settings, load
from paloverde.settings.cities import CHOSEN, FOLDER, chosen, folder

_LETTERED = ("clerk", "counsel")  # whose names stand in letters
_FIRST = "paloverde: {} chooses another password with it on the sign-in page; it opens nothing else."
_UNNAMED = (
    "paloverde: Letters and papers name this person as “{}”: the same command with --name and --title says "
    "who it is."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list them (the default)")
    add = actions.add_parser("add", help="add one, or give one a new role or password")
    add.add_argument("username")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--name", default="", help="first and last name, as letters and pages print them")
    add.add_argument("--title", default="", help="title or position, as letters print it, such as City Clerk")
    add.add_argument(
        "--accounts", type=_slugs, metavar="A,B",
        help="the person sees records of these accounts alone; all: of every account again",
    )  # fmt: skip
    add.add_argument("--ask", action="store_true", help="ask for the password instead of making one")
    remove = actions.add_parser("remove", help="take somebody's sign-in away, at once")
    remove.add_argument("username")
    own = actions.add_parser("password", help="change your own password: asks for the one until now")
    own.add_argument("username")


def _slugs(text: str) -> tuple[str, ...]:
    """Accounts with commas between them; `all` is no limit. Nobody is limited to nothing."""
    slugs = tuple(dict.fromkeys(slug.strip() for slug in text.split(",") if slug.strip()))
    if not slugs:
        raise argparse.ArgumentTypeError("no account is named; `all` takes a limit off")
    return () if slugs == ("all",) else slugs


def run(args: argparse.Namespace) -> int:
    settings = None if FOLDER in os.environ and CHOSEN not in os.environ else load(os.environ)
    people = people_of(settings) if settings else people_of_all(folder(os.environ))
    if args.action == "password":
        return _change(people, settings, args.username)
    if args.action not in ("add", "remove"):
        for person in people.all():
            title = f", {person.title}" if person.title else ""
            limited = f"  (only {', '.join(person.accounts)})" if person.accounts else ""
            first = "  (has not chosen a password yet)" if person.temporary else ""
            print(f"{person.username}  {person.role.value}  {person.name}{title}{limited}{first}")
        return 0
    if settings is None and args.action == "add" and args.role not in FOR_ALL_CITIES:
        raise BadSetting(
            f"Nobody is {args.role} of all cities: say of which, with `--city NAME` behind `paloverde`. "
            f"Without it only {' or '.join(FOR_ALL_CITIES)} can be added, who see to all cities' nights and "
            "to no records."
        )
    note = _ledger(settings) if settings else _nobodys_ledger
    before = people.find(args.username)
    after = None
    if args.action == "remove":
        people.remove(args.username)
        print(f"{args.username} can no longer sign in.")
    else:
        after = _put(people, args, settings)
        if FOLDER in os.environ:
            print(_of_which(settings, args.username), file=sys.stderr)
    try:
        note(before, after)
    except PaloverdeError as error:
        print(
            f"paloverde: That is done, and the ledger could not be told of it yet; the next opening of the "
            f"archive notes that it changed. {error}",
            file=sys.stderr,
        )
        return 75 if isinstance(error, TryAgain) else 1
    return 0


def _of_which(settings: Settings | None, username: str) -> str:
    """Where one installation serves many cities: a city that was forgotten is noticed."""
    if settings is None:
        return (
            f"paloverde: {username} sees to the nights of all cities. To add somebody of one city, say "
            f"`--city NAME` behind `paloverde`; `paloverde users remove {username}` takes this back."
        )
    city = chosen(os.environ)
    return (
        f"paloverde: At Airflow’s sign-in the name is {city}/{username}, at the City’s own desk {username}."
    )


def _change(people: People, settings: Settings | None, username: str) -> int:
    """Somebody's own password, by the one until now: for whoever has no browser at the City's."""
    terminal = "The sign-in page has “Change your password”, too."
    current = asked_in_secret("Password until now: ", terminal)
    person = people.check(username, current)
    if person is None:
        raise PersonNeeded(
            f"The password is not that of {username!r}, or nobody signs in so. Nothing was done."
        )
    new, again = (asked_in_secret(f"New password{more}: ", terminal) for more in ("", " once more"))
    city = None
    if settings is not None and not nothing_is_here(settings):
        city = open_installation(settings, purpose=Purpose.WORK)
    change_password(people, person, Choice(current, new, again), settings, city, named(person))
    print(f"The password of {username} is changed. All their sign-ins ended.")
    return 0


def _put(people: People, args: argparse.Namespace, settings: Settings | None) -> Person:
    """Add somebody, or change them: a name and title that are left out stay as they were."""
    without = "Leave out --ask, and a password is made."
    password = asked_in_secret("Password: ", without) if args.ask else generate_password()
    before = people.find(args.username)
    name = args.name or (before.name if before else args.username)
    title = args.title or (before.title if before else "")
    refuse_weak(password, Person(args.username, name, Role(args.role), ""), settings)
    person = people.put(args.username, name, Role(args.role), password, title, args.accounts, temporary=True)
    print(f"{args.username} may sign in as {args.role}." + ("" if args.ask else f" Password: {password}"))
    print(_FIRST.format(args.username), file=sys.stderr)
    if person.role.value in _LETTERED and (person.name == person.username or not person.title):
        print(_UNNAMED.format(person.name), file=sys.stderr)
    return person


def _ledger(settings: Settings) -> Callable[[Person | None, Person | None], None]:
    """How the ledger is told of a change of somebody, once it is made.

    The archive is opened before it, which tells of what a hand has changed in the file earlier. One that
    cannot be opened stops nobody from being removed: the trouble is raised afterwards.
    """
    if nothing_is_here(settings):
        return lambda _before, _after: None  # the first opening of the archive tells who may sign in
    try:
        changes = open_installation(settings, purpose=Purpose.WORK).changes
    except PaloverdeError as error:
        return partial(_raise, error)
    return partial(_tell, changes)


def _nobodys_ledger(_before: Person | None, _after: Person | None) -> None:
    """The archive of no city is concerned."""


def _raise(error: PaloverdeError, _before: Person | None, _after: Person | None) -> None:
    raise error


def _tell(changes: Changes, before: Person | None, after: Person | None) -> None:
    told = before or after
    assert told is not None
    roles = [person.role.value if person else "none" for person in (before, after)]
    what = "user removed" if after is None else "user changed" if before else "user added"
    about = {"username": told.username, "role_before": roles[0], "role": roles[1]}
    if after and after.accounts != (before.accounts if before else ()):
        about["accounts"] = ", ".join(after.accounts) or "all"
    changes.tell(what, actor(), **about, **({"password": "a new one"} if after else {}))
