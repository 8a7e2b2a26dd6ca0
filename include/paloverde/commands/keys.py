"""List the City's signing keys, put a new one in place of the old, or replace one that is lost."""

from __future__ import annotations

import argparse
import getpass

from paloverde.commands.office import opened
from paloverde.installation import Purpose


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list them, and how each came into the register (the default)")
    new = actions.add_parser("new", help="make a new key, announced by the one in use, which stays beside it")
    new.add_argument("--said", default="Keys are changed from time to time.", help="why, for the register")
    replace = actions.add_parser("replace", help="make a new key although the old one cannot announce it")
    replace.add_argument("--lost", action="store_true", required=True, help="the old key is lost for good")
    replace.add_argument("--said", required=True, help="what happened, for the register; it stays for ever")


def run(args: argparse.Namespace) -> int:
    if args.action == "new":
        key = opened().keys.replace(args.said, getpass.getuser())
        print(f"{key.sentence()} Publish it where the City publishes its keys, and back its file up.")
        return 0
    if args.action == "replace":
        key = opened(Purpose.NEW_KEY).keys.replace_lost(args.said, getpass.getuser())
        print(f"{key.sentence()} Publish both keys and the loss, and back the new key's file up.")
        return 0
    city = opened(Purpose.READ)
    for known in city.keys.register().keys:
        is_it = known.public_key == city.vault.signer.public_key and not city.only_reads
        in_use = " (in use)" if is_it else ""
        print(f"{known.sentence()}{in_use}")
    return 0
