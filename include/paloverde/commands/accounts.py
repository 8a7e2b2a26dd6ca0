"""List the City's social media accounts with their health, register one, or take in its token. A token is
read from standard input or a file, never from the command's words, and nothing prints it.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from paloverde.archive.registry import OTHER
from paloverde.capture.health import Standing
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.commands.terminal import asked_in_secret
from paloverde.errors import BadQuestion
from paloverde.installation import Installation, LastNight, Purpose
from paloverde.installation.nights import longest_ago
from paloverde.platforms import PLATFORMS
from paloverde.records import PACIFIC, Account, Holder
from paloverde.wording import spoken

_LONGEST = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list them (the default)")
    remove = actions.add_parser("remove", help="take one off, or retire it where something is sealed for it")
    remove.add_argument("slug")
    add = actions.add_parser("add", help="register one")
    add.add_argument("slug", help="the archive's name for it: facebook-cityofpalmdesert")
    add.add_argument(
        "--platform",
        required=True,
        help=f"the site: {', '.join(PLATFORMS)}; {OTHER} where it is only imported",
    )
    add.add_argument(
        "--id", required=True, help="what the site calls the account for good: a number, a URN, a channel id"
    )
    add.add_argument("--handle", required=True, help="its user or page name")
    add.add_argument(
        "--holder",
        choices=[holder.value for holder in Holder],
        help="whose it is: the City's (the default), or an official's own, whose deletions policy V.E.4(d) "
        "binds; what was said of a registered account stays where nothing is said",
    )
    token = actions.add_parser("token", help="take in an account's token, from standard input or a file")
    token.add_argument("slug")
    token.add_argument(
        "file", nargs="?", type=Path, help="holds the token, or the JSON answer of the site's token endpoint"
    )
    token.add_argument("--forget", action="store_true", help="take the kept token off instead")


_PURPOSES = {"add": Purpose.BEGIN, "remove": Purpose.WORK, "token": Purpose.WORK}


def run(args: argparse.Namespace) -> int:
    city = opened(_PURPOSES.get(args.action, Purpose.READ))
    if args.action == "remove":
        is_forgotten = city.remove_account(args.slug, actor())
        told = "is off the registry" if is_forgotten else "is retired: no night asks for it, its records stay"
        print(f"{args.slug} {told}.")
    elif args.action == "add":
        account = Account(args.slug, args.platform, args.id, args.handle, _holder(city, args))
        city.register_account(account, actor())
        whose = " as an official's own account" if account.holder is Holder.OFFICIAL else ""
        print(f"{args.slug} is registered{whose}; {_next(args.slug, args.platform)}")
    elif args.action == "token":
        _token(city, args)
    else:
        _list(city)
    return 0


def _holder(city: Installation, args: argparse.Namespace) -> Holder:
    """As it is said; where nothing is said, as it was, so that no official's account becomes another's."""
    if args.holder:
        return Holder(args.holder)
    known = {account.slug: account.holder for account in city.accounts()}
    return known.get(args.slug, Holder.CITY)


def _next(slug: str, platform: str) -> str:
    if platform == OTHER:
        return f"no night asks for it: `paloverde import FILE --account {slug}` takes in what there is of it."
    return f"`paloverde accounts token {slug}` takes in its token."


def _token(city: Installation, args: argparse.Namespace) -> None:
    slug = city.account(args.slug).slug  # before anybody is asked for a secret
    if args.forget:
        city.forget_token(slug, actor())
        print(f"The token of {slug} is no longer kept.")
        return
    print("\n".join(city.put_token(slug, _handed_in(slug, args.file), actor())))


def _handed_in(slug: str, file: Path | None) -> str:
    """What lies in the file, else what comes in; a person at a keyboard is asked, and nothing shows."""
    if file is not None:
        text = file.read_text(encoding="utf-8", errors="replace")
    elif sys.stdin.isatty():
        text = asked_in_secret(f"Token of {slug}: ", "Name a file that holds the token, or type it.")
    else:
        text = sys.stdin.read(_LONGEST + 1)
    if not text.strip() or len(text) > _LONGEST:
        raise BadQuestion(
            f"There is no token of {slug} in that: it is {'too long' if text.strip() else 'empty'}."
        )
    return text


def _list(city: Installation) -> None:
    nights = {night.account: night for night in city.last_nights()}
    for standing in city.standings():
        account = standing.account
        print(f"{account.slug}  {account.platform} {account.native_id} ({account.handle}){_whose(account)}")
        look = longest_ago(city.vault.books, account.slug)
        for line in _told(standing, nights.get(account.slug), look, len(city.gaps(account.slug))):
            print(f"  {line}")
        if measured := city.latency(account.slug):
            print(f"  {measured.sentence()}")
    for account in city.accounts():
        if account.platform == OTHER:
            print(f"{account.slug}  another site, {account.native_id} ({account.handle}){_whose(account)}")
            print("  only imported: no night asks for it")
    if not city.accounts():
        print("No account is registered yet. `paloverde accounts add --help` shows how.")


def _whose(account: Account) -> str:
    return ", an official's own account" if account.holder is Holder.OFFICIAL else ""


def _told(standing: Standing, night: LastNight | None, look: datetime | None, gaps: int) -> list[str]:
    told = [f"health: {standing.health}", f"{_night(night, look)}{_whole(standing, night)}"]
    told += [str(standing.broken)] if standing.broken else []
    told += [f"late: {standing.late}"] if standing.late else []
    told += [standing.runway, *([f"open gaps: {gaps}"] if gaps else [])]
    return told + ([f"to do: {standing.todo}"] if standing.todo else [])


def _night(night: LastNight | None, look: datetime | None) -> str:
    if night is None:
        return "never archived"
    lacking = f", not complete: {'; '.join(night.unasked)}" if night.unasked else ", with gaps"
    told = f"last night: {spoken(night.day)}{'' if night.whole else lacking}"
    if look is None:
        return told
    return f"{told}; no item was last looked at before {spoken(look.astimezone(PACIFIC))}"


def _whole(standing: Standing, night: LastNight | None) -> str:
    """The last complete night, where it is another one than the last."""
    if night is None or night.whole:
        return ""
    day = standing.whole_night
    return f"; last complete night: {spoken(day)}" if day else "; no night was complete yet"
