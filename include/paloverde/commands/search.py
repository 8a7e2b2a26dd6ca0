"""Find records: words, "phrases", AND OR NOT, ( ), NEAR/5, park*, colo?r, park~, poster:name, removed:yes,
in:"last month". Every version of every record is searched. Private messages and subscribers only with
`--private`. docs/guide/searching.md has the whole language.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from msgspec import structs

from paloverde.bundles.pages import segments, visible
from paloverde.bundles.wording import is_from_the_site, origin
from paloverde.commands.asking import asked, planned, repeating_arguments, scope_arguments
from paloverde.commands.office import opened
from paloverde.commands.signing import asker, maybe_acting
from paloverde.commands.tallies import counted
from paloverde.commands.terminal import Ink, ink_of
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation, Purpose
from paloverde.records import PACIFIC, archive_day
from paloverde.search.answer import Answer
from paloverde.search.conversation import Conversation, conversations
from paloverde.search.elsewhere import explained
from paloverde.search.hits import Hit
from paloverde.wording import short, some

_LONGEST = 280  # characters shown of what was said around a hit


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", help="for example: 'street NEAR/5 sweeping'")
    scope_arguments(parser)
    repeating_arguments(parser)
    maybe_acting(parser)
    parser.add_argument(
        "--newest-first", action="store_true", help="the newest hits first (default: the oldest)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument(
        "--sql", action="store_true",
        help="search nothing; print the question as SQL for Spark, Trino or Athena, which finds candidates",
    )  # fmt: skip
    parser.add_argument("--most", type=_number, default=20, help="how many to print as text (default: 20)")
    parser.add_argument(
        "--around", type=_number, default=0, metavar="N",
        help="print with each hit up to N of what was said in its thread, the hit marked with >",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    if args.json and args.around:
        raise BadQuestion("--around prints text: leave out --json, or ask for the conversation from Python.")
    by = asker(args, Act.SEARCH)
    city = opened(Purpose.READ)
    if args.sql:
        print(explained(planned(city, args)))
        return 0
    now = archive_day(city.vault.clock())
    answer = asked(city, args, by)
    if args.newest_first:
        answer = structs.replace(answer, hits=answer.hits[::-1])
    if args.json:
        for line in answer.as_json_lines():
            sys.stdout.write(line + "\n")
        print(answer.sentence, file=sys.stderr)
        return 0
    print(visible(answer.sentence))
    if answer.searched.index is not None:
        print(answer.searched.index)
    for line in counted(answer.counts):
        print(visible(line))
    _print_hits(answer, _around(city, answer, args), args, now)
    for limit in answer.limits:
        print(f"Limit of this search: {limit}", file=sys.stderr)
    return 0


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 up")
    return int(text)


def _around(city: Installation, answer: Answer, args: argparse.Namespace) -> list[Conversation]:
    """The conversations of the hits that are printed, and on standard error what they cost."""
    if not args.around:
        return []
    found = conversations(
        city.archive,
        answer.hits[: args.most],
        include_private=args.private,
        through=answer.searched.last_seal,
        index=None if args.no_index else city.index.asking(),
    )
    read = {one.hit.account: (one.parts, one.records) for one in found}.values()
    parts, records = sum(one for one, _ in read), sum(one for _, one in read)
    objects = "1 sealed object" if parts == 1 else f"{parts:,} sealed objects"
    was = "was" if parts == 1 else "were"
    told = f"{objects} with {some(records, 'record version')} {was} read for what was said around."
    print(told, file=sys.stderr)
    return found


def _print_hits(answer: Answer, found: Sequence[Conversation], args: argparse.Namespace, now: date) -> None:
    ink = ink_of(sys.stdout)
    shown = answer.hits[: args.most]
    for number, hit in enumerate(shown):
        print(f"\n{visible(about(hit, now))}\n  {_snippet(hit, ink)}")
        if found:
            _print_conversation(found[number], args.around, ink)
    if len(answer.hits) > len(shown):
        print(f"\n... and {len(answer.hits) - len(shown):,} more (--most shows them, --json prints all).")


def _snippet(hit: Hit, ink: Ink) -> str:
    """What was found, as plain text whatever somebody wrote, with the words marked where that shows."""
    pieces = segments(hit.snippet.text, hit.snippet.marks)
    return "".join(ink.marked(piece) if kind == "mark" else piece for kind, piece in pieces)


def _print_conversation(conversation: Conversation, most: int, ink: Ink) -> None:
    before, said, after = conversation.around(most)
    print("  In its conversation" + (f", after {before:,} earlier:" if before else ":"))
    for one in said:
        is_hit = conversation.is_the_hit(one)
        line = f"  {'>' if is_hit else ' '} {visible(_line(one))}"
        print(ink.marked(line) if is_hit else line)
    if after:
        print(f"    and {after:,} later")
    if not conversation.is_whole:
        print("    and replies to replies beyond these, which are not followed so far")


def _line(hit: Hit) -> str:
    text = " ".join((hit.text or "").split()) or f"({hit.kind} without words)"
    removed = ", found hidden or removed" if hit.removed is not None else ""
    said = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{_when(hit)}  {_who(hit)}{removed}: {said}"


def about(hit: Hit, day: date) -> str:
    """Where, when and by whom something was said, and until when it is held; `day` is today (Pacific)."""
    came = "" if is_from_the_site(hit) else f"\n  Not from the site's own answer: {origin(hit)}."
    return (
        f"{_when(hit)}  {hit.account}  {hit.kind} by {_who(hit)} ({hit.visibility}{_removed(hit, day)}){came}"
    )


def _when(hit: Hit) -> str:
    return f"{hit.posted_at.astimezone(PACIFIC):%a, %b %-d, %Y %H:%M}" if hit.posted_at else "no date given"


def _who(hit: Hit) -> str:
    return hit.poster_name or hit.poster_username or hit.poster_id or "unknown"


def _removed(hit: Hit, day: date) -> str:
    if hit.removed is None:
        return ""
    until, last = "", hit.removed.retain_until
    if last is not None:
        until = f", {'was ' if last < day else ''}held until {short(last)}"
    if hit.removed.of_these_words:
        return f", found hidden or removed{until}"
    when = f" on {short(hit.removed.removed_at.astimezone(PACIFIC))}" if hit.removed.removed_at else ""
    return f", the item of that id was found hidden or removed{when}, not known with these words{until}"
