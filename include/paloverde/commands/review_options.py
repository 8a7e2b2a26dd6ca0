"""The options of `paloverde review`, and what somebody typed made a decision's wish."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from paloverde.bundles.verify import PAYLOAD
from paloverde.commands.review_desk import Desk
from paloverde.commands.signing import acting
from paloverde.errors import BadQuestion
from paloverde.requests.asked import QUESTION
from paloverde.requests.deciding import Box, Wish, claims, coded
from paloverde.requests.exemptions import EXEMPTIONS, PRIVILEGES
from paloverde.requests.review import Verdict

PER_PAGE = 100  # records that one page of a list has


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _of_a_request(actions, "gather", "number what the searches of the request found, for review")
    listing = _of_a_request(actions, "list", "list the records under review and what was decided")
    listing.add_argument("--undecided", action="store_true", help="only those that nobody has decided on")
    listing.add_argument(
        "--page", type=_from_one, default=1, metavar="N", help="this page of them (default: 1)"
    )
    listing.add_argument(
        "--per-page", type=_from_one, default=PER_PAGE, metavar="N",
        help=f"records on a page (default: {PER_PAGE})",
    )  # fmt: skip
    suggest = _of_a_request(actions, "suggest", "print what may have to be redacted; a person decides")
    _records(suggest, optional=True)
    suggest.add_argument(
        "--unanswered", action="store_true",
        help="only what stands in records that are handed over, as it was decided (all, or those named)",
    )  # fmt: skip
    show = "show records whole: texts, what is redacted in them and by which facts, history, as released"
    _records(_of_a_request(actions, "show", show))
    decide = _of_a_request(actions, "decide", "decide on records")
    _records(decide)
    decide.add_argument("--verdict", required=True, choices=[verdict.value for verdict in Verdict])
    decide.add_argument("--alike", action="store_true", help="the same for all that are (nearly) the same")
    _what(decide)
    redact = _of_a_request(actions, "redact", "redact more in records, beside what was decided on them")
    _records(redact)
    _what(redact)
    before = _of_a_request(actions, "as-before", "decide what is undecided as earlier requests were given it")
    before.add_argument("--title", default="", help="your title, where anything is withheld")
    everywhere = _of_a_request(actions, "everywhere", "list every place where the same words stand")
    everywhere.add_argument("words", help="as they stand in a record; spelling and accents do not count")
    everywhere.add_argument("--redact", action="store_true", help="redact them in all of these places")
    _claim(everywhere)
    export = _of_a_request(
        actions, "export", "write the review as a sheet for a spreadsheet (.csv) or as .json"
    )
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    read = _of_a_request(actions, "import", "read back the decisions of a sheet, all or none")
    read.add_argument("file", type=Path)
    read.add_argument(
        "--title", default="", help="your title, as the letter names it where anything is withheld"
    )
    sign = _of_a_request(actions, "sign", "sign a finished review, as somebody who decided nothing in it")
    sign.add_argument(
        "--accept", action="append", default=[], metavar="CONTROL=WHERE", help="what is redacted in "
        "the record CONTROL may be read in WHERE all the same: records (17=23, 17=18-40), or a file of the "
        "bundle",
    )  # fmt: skip
    sign.add_argument(
        "--all-seen", type=_from_one, default=0, metavar="N", help="you have seen all N suggestions "
        "(telephone numbers and the like) that stand unanswered in what is handed over",
    )  # fmt: skip
    sign.add_argument(
        "--accept-unread", action="append", default=[], metavar="FILE", help="this file of the bundle may go "
        "out though it cannot be looked into for redacted words: you have opened it",
    )  # fmt: skip


def _of_a_request(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = acting(actions.add_parser(name, help=about, description=about))
    parser.add_argument("number", help="such as PRA-2026-0042")
    return parser


def _from_one(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")
    return int(text)


def _records(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "records",
        nargs="*" if optional else "+",
        help="control numbers: 17, 17-20, whole, or several: 3 17-20; or all, or undecided",
    )


def _what(parser: argparse.ArgumentParser) -> None:
    _claim(parser)
    add = parser.add_argument
    add("--words", action="append", default=[], metavar="WORDS", help="redact these words wherever the "
        "record says them; “CODE: words” where several exemptions are claimed")  # fmt: skip
    add(
        "--file",
        action="append",
        default=[],
        type=int,
        metavar="N",
        help="withhold the record's file N whole",
    )
    add("--box", action="append", default=[], metavar="N:LEFT,TOP,WIDTH,HEIGHT", help="paint over this "
        "rectangle (pixels) of the record's picture N")  # fmt: skip
    add("--note", default="", help="anything else, in a few words")


def _claim(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--exempt", action="append", default=[], metavar="CODE", help=f"one of {', '.join(EXEMPTIONS)}; "
        f"of a production one of {', '.join(PRIVILEGES)}")  # fmt: skip
    add("--fact", action="append", default=[], metavar="NAME=TEXT", help="a fact that the exemption needs")
    add("--title", default="", help="your title, as the letter names it where anything is withheld "
        "(default: the one that you gave last)")  # fmt: skip


def wish_of(args: argparse.Namespace, verdict: Verdict) -> Wish:
    codes: list[str] = args.exempt
    return Wish(
        verdict=verdict,
        exempted=claims(codes, facts_of(args.fact)),
        words=tuple(coded(text, codes) for text in args.words),
        files=tuple(args.file),
        boxes=tuple(_box(text, codes) for text in args.box),
        note=args.note,
        title=args.title,
    )


def facts_of(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in given:
        name, equals, said = text.partition("=")
        if not equals:
            raise BadQuestion(f"{text!r} is no fact: write it as privacy=whose, and why.")
        yield name.strip(), said.strip()


def _box(text: str, codes: Sequence[str]) -> tuple[str, Box]:
    code, place = coded(text, codes)
    numbers = place.replace(":", ",").split(",")
    if len(numbers) != len(Box._fields) or not all(one.strip().isdecimal() for one in numbers):
        raise BadQuestion(
            f"{text!r} is no rectangle: write it as 1:40,60,200,80 (file: left, top, width, height)."
        )
    return code, Box(*map(int, numbers))


def accepted_of(desk: Desk, text: str) -> Iterator[tuple[str, str]]:
    """Records by any way of naming some, each with each place: other records so, a file of the bundle, or
    the question of the search.
    """
    records, is_pair, where = text.partition("=")
    if not (records and is_pair and where):
        raise BadQuestion(f"{text!r} does not say which record and where: write it as 17=23, or as 17=FILE.")
    controls = [desk.review.control(version) for version in desk.review.chosen(records)]
    is_named = where == QUESTION or where.startswith(PAYLOAD)
    places = [where] if is_named else [desk.review.control(one) for one in desk.review.chosen(where)]
    return ((control, place) for control in controls for place in places)
