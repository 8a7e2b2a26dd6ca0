"""Whoever acts by a role signs in with a password of their own: a shell is not a person."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.commands.terminal import asked_in_secret
from paloverde.desk.people import People, Person
from paloverde.desk.rights import MAY, Act, accounts_of, may, roles_of
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.settings import load


def acting(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options of whatever somebody does by a role."""
    parser.add_argument("--as", dest="user", required=True, metavar="USER", help="your username")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="holds your password; asked for where left out"
    )
    return parser


def maybe_acting(parser: argparse.ArgumentParser) -> None:
    """The same where it is left to whoever asks: with it, what the person may not see is refused."""
    parser.add_argument("--as", dest="user", metavar="USER", help="your username: what it opens is searched")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="holds your password; asked for where left out"
    )


def keeping(parser: argparse.ArgumentParser) -> None:
    """The same where most needs no role: what only one role may state needs it."""
    parser.add_argument(
        "--as", dest="user", metavar="USER", help="your username: needed for what only counsel may state"
    )
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="holds your password; asked for where left out"
    )


def known_people() -> People:
    """The users file of the installation that the environment's settings name."""
    return People(load(os.environ).home / "users.json")


def signed_in(people: People, args: argparse.Namespace, act: Act) -> Person:
    """The person at the command line, by their own password; `PersonNeeded` where they may not do it."""
    person = people.check(args.user, _password(args.password_file))
    if person is None:
        raise PersonNeeded(
            f"The password is not that of {args.user!r}, or nobody signs in so. Nothing was done."
        )
    if person.temporary:
        raise PersonNeeded(
            f"This password is the one that IT gave to {person.username}: choose one of your own first, with "
            f"`paloverde users password {person.username}` or on the sign-in page. Nothing was done."
        )
    _need(person, act, args.action)
    return person


def asker(args: argparse.Namespace, act: Act) -> str:
    """Who looks, as the ledger names them. Without `--as` it is whoever has this shell, who may see all;
    with it `args.account` is narrowed to the accounts that the person may see.
    """
    if args.user is None:
        return actor()
    args.action = args.command
    person = signed_in(known_people(), args, act)
    if args.private:
        _need(person, Act.SEE_PRIVATE, "--private")
    strange = [account for account in args.account if not may(person, act, account)]
    if strange:
        raise PersonNeeded(
            f"The sign-in of {person.username} does not open {', '.join(strange)}. Nothing was done."
        )
    args.account = list(accounts_of(person, tuple(args.account)))
    return named(person)


def _need(person: Person, act: Act, what: str) -> None:
    if person.accounts and act in MAY[person.role] and not may(person, act):
        raise PersonNeeded(
            f"{person.username} may see some accounts alone, and `{what}` concerns all. Nothing was done."
        )
    if not may(person, act):
        needed = " or ".join(role.value for role in roles_of(act))
        raise PersonNeeded(
            f"{person.username} is {person.role.value}; `{what}` needs {needed}. Nothing was done."
        )


def named(person: Person) -> str:
    """As the ledger names somebody who signed in at the command line."""
    return f"{person.name}, {person.role.value}, {actor()}"


def _password(file: Path | None) -> str:
    if file is None:
        return asked_in_secret("Your password: ", "--password-file FILE takes the password from a file.")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise BadSetting(f"{file} can be read by others on this machine: run `chmod 600 {file}`.")
    return file.read_text(encoding="utf-8").removesuffix("\n")
