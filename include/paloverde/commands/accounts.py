"""List the City's social media accounts, or register one. No token is given here: tokens lie in
the secrets folder or in an Airflow connection.
"""

from __future__ import annotations

import argparse

from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.installation import LastNight, Purpose
from paloverde.records import PACIFIC, Account


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list them (the default)")
    remove = actions.add_parser("remove", help="take one off, or retire it where something is sealed for it")
    remove.add_argument("slug")
    add = actions.add_parser("add", help="register one")
    add.add_argument("slug", help="the archive's name for it: facebook-cityofpalmdesert")
    add.add_argument("--platform", required=True, help="the site: facebook, x")
    add.add_argument("--id", required=True, help="the account's number at the site; it never changes")
    add.add_argument("--handle", required=True, help="its user or page name")


def run(args: argparse.Namespace) -> int:
    city = opened(Purpose.BEGIN if args.action == "add" else Purpose.WORK)
    if args.action == "remove":
        is_forgotten = city.remove_account(args.slug, actor())
        told = "is off the registry" if is_forgotten else "is retired: no night asks for it, its records stay"
        print(f"{args.slug} {told}.")
        return 0
    if args.action == "add":
        city.register_account(Account(args.slug, args.platform, args.id, args.handle), actor())
        print(f"{args.slug} is registered; the next night archives it.")
        return 0
    nights = {night.account: night for night in city.last_nights()}
    for account in city.accounts():
        about = f"{account.slug}  {account.platform} {account.native_id} ({account.handle})"
        print(f"{about}  {_told(nights.get(account.slug))}")
    if not city.accounts():
        print("No account is registered yet. `paloverde accounts add --help` shows how.")
    return 0


def _told(night: LastNight | None) -> str:
    if night is None:
        return "never archived"
    told = f"last night: {night.day:%A %d %B %Y}{'' if night.whole else ', with gaps'}"
    if night.oldest_look is None:
        return told
    return f"{told}; no item was last looked at before {night.oldest_look.astimezone(PACIFIC):%A %d %B %Y}"
