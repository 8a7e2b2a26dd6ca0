"""Say why items are kept: of an account how many on which ground, or of one item every reason with its day
and source. Only what no reason keeps may ever be proposed for destruction; nothing is destroyed here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from paloverde.commands.office import opened
from paloverde.errors import BadQuestion
from paloverde.installation.retention import Keeping
from paloverde.records import Kind
from paloverde.retention.decision import kept_because
from paloverde.retention.facts import Ground, ItemId, Reason
from paloverde.wording import some, spoken


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", help="slug of an account")
    parser.add_argument("kind", nargs="?", choices=[kind.value for kind in Kind], help="kind of one item")
    parser.add_argument("native_id", nargs="?", help="its id at its site, as `paloverde search` prints it")


def run(args: argparse.Namespace) -> int:
    city = opened()
    if args.kind and not args.native_id:
        raise BadQuestion(f"Name the {args.kind}'s id as well, or leave out both for the whole account.")
    if args.native_id:
        item = ItemId(args.account, Kind(args.kind), args.native_id)
        reasons = city.retention.reasons(item)
        waits = "" if reasons else city.retention.waits(item)
        print("\n".join(_of_item(item, reasons, waits)))
    else:
        print("\n".join(_of_account(city.retention.keeping(args.account, _progress))))
    return 0


def _of_item(item: ItemId, reasons: list[Reason], waits: str) -> Iterator[str]:
    yield f"{item.kind.value} {item.native_id} of {item.account}"
    yield f"No reason of its own keeps it. Kept for now, because {waits}." if waits else kept_because(reasons)
    for reason in reasons:
        until = f"until {spoken(reason.until)}" if reason.until else "no day is known on which it ends"
        yield f"  {reason.ground.value}: {until}; {reason.source}{_mark(reason)}"


def _mark(reason: Reason) -> str:
    """Whether counsel has confirmed the rule. A hold is no rule: whoever may order it has ordered it."""
    if reason.ground in (Ground.LITIGATION, Ground.REQUEST):
        return ""
    return "; verified by counsel" if reason.verified else "; not verified by counsel"


def _of_account(found: Keeping) -> Iterator[str]:
    yield f"{found.account}: {some(found.items, 'item')} on {spoken(found.day)}"
    for ground, count in found.grounds.items():
        yield f"  kept, {ground.value}: {count:,}"
    for why, count in found.waiting.items():
        yield f"  kept for now, because {why}: {count:,}"
    yield f"  nothing keeps them any longer: {found.free:,}"
    if found.grounds:
        yield "One item may be kept on several grounds."


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(line, file=sys.stderr)
