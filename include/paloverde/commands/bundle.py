"""Build a sealed bundle: of what a search finds, with nothing kept back, or the response to a records request
as it was reviewed and signed. One zip with the records to read, to print and as data, their media, what the
search could not cover, and a verifier that needs nothing but Python.

    paloverde bundle --question 'street sweeping' --name PRA-2026-17 --out FILE.zip
    paloverde bundle --request PRA-2026-0042 --show --as ana      what would go out, and what is in the way
    paloverde bundle --request PRA-2026-0042 --out FILE.zip --as ana
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from paloverde.bundles.build import BuiltBundle
from paloverde.commands.asking import actor, asked, repeating_arguments, scope_arguments
from paloverde.commands.office import opened
from paloverde.commands.signing import asker, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.response_checks import Wish
from paloverde.requests.events import Produced
from paloverde.retention.holds import By


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--question", help="what to search for, as `paloverde search` takes it")
    what.add_argument("--request", metavar="NUMBER", help="build the response to this request")
    parser.add_argument("--name", help="number or title of the bundle of a question: PRA-2026-17")
    parser.add_argument("--out", type=Path, help="the zip file to write; it must not be there yet")
    parser.add_argument("--pdf", action="store_true", help="with a question: the records as PDF, too")
    _of_a_response(parser)
    scope_arguments(parser)
    repeating_arguments(parser)


def _of_a_response(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--show", action="store_true", help="with a request: say what would be handed out; build nothing")
    add("--with-log", action="store_true", help="with a request: release the withholding log, too")
    add("--by-name", action="store_true",
        help="with a request: print a character that no font has by its name")  # fmt: skip
    add("--as", dest="user", metavar="USER", help="your username; needed with a request")
    add("--password-file", type=Path, metavar="FILE", help="holds your password; asked for where left out")


def run(args: argparse.Namespace) -> int:
    if args.request is not None:
        return _response(args)
    if args.name is None or args.out is None:
        raise BadQuestion("The bundle of a question needs a name and a file: give --name and --out.")
    by = asker(args, Act.BUILD_BUNDLES)
    city = opened()
    answer = asked(city, args, by)
    print(answer.sentence)
    return _tell(city.responses.whole(answer, args.name, args.out, by, _say, with_pdf=args.pdf))


def _response(args: argparse.Namespace) -> int:
    if args.user is None or (args.out is None and not args.show):
        raise BadQuestion("A response needs whoever builds it and a file: give --as and --out, or --show.")
    args.action = "bundle --request"
    person = signed_in(known_people(), args, Act.BUILD_BUNDLES)
    by, city = By(person.name, person.role.value, actor(), person.username), opened()
    wish = Wish(
        with_log=args.with_log,
        by_name=args.by_name,
    )
    if args.show:
        return _show(city, args.request, by, wish)
    _tell(city.responses.build(args.request, args.out, by, _say, wish))
    (made,) = city.requests.get(args.request).all(Produced)[-1:]
    told = f"Instalment {made.instalment}; the requester gets it as {made.bundle.name}."
    print(f"{told} It takes the place of the one before, which did not go out." if made.replaces else told)
    print(city.requests.at_hand(args.request))
    return 0


def _show(city: Installation, number: str, by: By, wish: Wish) -> int:
    """The exit status is 1 where anything stands in the way."""
    preview = city.responses.preview(number, by, wish)
    for sentence in preview.sentences():
        print(sentence)
    return 1 if preview.refusals else 0


def _tell(built: BuiltBundle) -> int:
    counts = ", ".join(f"{number:,} {what}" for what, number in built.counts.items())
    print(f"{built.path}: {counts}; {built.size:,} bytes, SHA-256 {built.sha256}.")
    print(f"Sealed with the key {built.key}. Anyone can check it: paloverde verify {built.path}")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
