"""Find records: words, "phrases", AND OR NOT, ( ), NEAR/5, park*, poster:name, removed:yes. Every version of
every record is searched. Private messages and subscribers only with `--private`.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date

from paloverde.bundles.wording import is_from_the_site, origin
from paloverde.commands.asking import asked, scope_arguments
from paloverde.commands.office import opened, today
from paloverde.installation import Purpose
from paloverde.records import PACIFIC
from paloverde.search.hits import Hit


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", help="for example: 'street NEAR/5 sweeping'")
    scope_arguments(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument("--most", type=int, default=20, help="how many to print as text (default: 20)")


def run(args: argparse.Namespace) -> int:
    answer = asked(opened(Purpose.READ), args.question, args)
    if args.json:
        for line in answer.as_json_lines():
            sys.stdout.write(line + "\n")
        print(answer.sentence, file=sys.stderr)
        return 0
    print(answer.sentence)
    for hit in answer.hits[: args.most]:
        print(f"\n{about(hit, today())}\n  {hit.snippet.text}")
    if len(answer.hits) > args.most:
        print(f"\n... and {len(answer.hits) - args.most:,} more (--most shows them, --json prints all).")
    for limit in answer.limits:
        print(f"Limit of this search: {limit}", file=sys.stderr)
    return 0


def about(hit: Hit, day: date) -> str:
    """Where, when and by whom something was said, and until when it is held; `day` is today (Pacific)."""
    when = f"{hit.posted_at.astimezone(PACIFIC):%a %d %b %Y %H:%M}" if hit.posted_at else "no date given"
    who = hit.poster_name or hit.poster_username or hit.poster_id or "unknown"
    came = "" if is_from_the_site(hit) else f"\n  Not from the site's own answer: {origin(hit)}."
    return f"{when}  {hit.account}  {hit.kind} by {who} ({hit.visibility}{_removed(hit, day)}){came}"


def _removed(hit: Hit, day: date) -> str:
    if hit.removed is None:
        return ""
    until, last = "", hit.removed.retain_until
    if last is not None:
        until = f", {'was ' if last < day else ''}held until {last:%a %d %b %Y}"
    if hit.removed.of_these_words:
        return f", found hidden or removed{until}"
    when = f" on {hit.removed.removed_at.astimezone(PACIFIC):%a %d %b %Y}" if hit.removed.removed_at else ""
    return f", the item of that id was found hidden or removed{when}, not known with these words{until}"
