"""Whoever acts by a role signs in with a password of their own: a shell is not a person."""

from __future__ import annotations

import argparse
import getpass
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.desk.people import People, Person, Role
from paloverde.errors import BadSetting, PersonNeeded
from paloverde.settings import load


def acting(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options of whatever somebody does by a role."""
    parser.add_argument("--as", dest="user", required=True, metavar="USER", help="your username")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="holds your password; asked for where left out"
    )
    return parser


def known_people() -> People:
    """The users file of the installation that the environment's settings name."""
    return People(load(os.environ).home / "users.json")


def signed_in(people: People, args: argparse.Namespace, allowed: Sequence[Role]) -> Person:
    """The person at the command line, by their own password; `PersonNeeded` where the role may not."""
    person = people.check(args.user, _password(args.password_file))
    if person is None:
        raise PersonNeeded(
            f"The password is not that of {args.user!r}, or nobody signs in so. Nothing was done."
        )
    if person.role not in allowed:
        may = " or ".join(role.value for role in allowed)
        raise PersonNeeded(
            f"{person.username} is {person.role.value}; `{args.action}` needs {may}. Nothing was done."
        )
    return person


def named(person: Person) -> str:
    """As the ledger names somebody who signed in at the command line."""
    return f"{person.name}, {person.role.value}, {actor()}"


def _password(file: Path | None) -> str:
    if file is None:
        try:
            return getpass.getpass("Your password: ")
        except EOFError:
            raise PersonNeeded("No password was given; --password-file FILE takes it from a file.") from None
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise BadSetting(f"{file} can be read by others on this machine: run `chmod 600 {file}`.")
    return file.read_text(encoding="utf-8").removesuffix("\n")
