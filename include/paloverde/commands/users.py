"""List the people who may sign in, add one with a role, or remove one. A password is made and shown once,
unless `--ask` is given. Whoever is removed is out at once, open sessions included.
"""

from __future__ import annotations

import argparse
import getpass
import os

from paloverde.orchestration.people import People, Role, generate_password
from paloverde.settings import load


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list them (the default)")
    add = actions.add_parser("add", help="add one, or give one a new role or password")
    add.add_argument("username")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--name", default="", help="the person's name as pages show it")
    add.add_argument("--ask", action="store_true", help="ask for the password instead of making one")
    remove = actions.add_parser("remove", help="take somebody's sign-in away, at once")
    remove.add_argument("username")


def run(args: argparse.Namespace) -> int:
    people = People(load(os.environ).home / "users.json")
    if args.action == "remove":
        people.remove(args.username)
        print(f"{args.username} can no longer sign in.")
        return 0
    if args.action != "add":
        for person in people.all():
            print(f"{person.username}  {person.role.value}  {person.name}")
        return 0
    password = getpass.getpass("Password: ") if args.ask else generate_password()
    people.put(args.username, args.name or args.username, Role(args.role), password)
    print(f"{args.username} may sign in as {args.role}." + ("" if args.ask else f" Password: {password}"))
    return 0
