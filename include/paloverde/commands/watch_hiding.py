"""Hiding by approved rules at the command line: a round, what is hidden and proposed, and showing again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from paloverde.bundles.pages import visible
from paloverde.commands.signing import acting, known_people, named, signed_in
from paloverde.desk.rights import Act
from paloverde.installation import Installation
from paloverde.installation.hidings import Hidden
from paloverde.watch.hiding.deciding import Weighed
from paloverde.wording import short_moment, some

ACTIONS = ("hide", "hidden", "show-again")
_GAP = "  "


def arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    hide = actions.add_parser("hide", help="hide what approved rules name, as the nightly task does")
    hide.add_argument("--account", default="", metavar="SLUG", help="only on this account")
    hide.add_argument("--dry-run", action="store_true", help="say what would be hidden; nothing is sent")
    hidden = actions.add_parser("hidden", help="list what was hidden or shown again, and what rules propose")
    hidden.add_argument("--account", default="", metavar="SLUG", help="only on this account")
    show = acting(actions.add_parser("show-again", help="show a hidden comment again, for good"))
    show.add_argument("item", metavar="ITEM", help="as `watch hidden` names it: ACCOUNT/comment/ID")
    show.add_argument("--reason", required=True, metavar="WORDS", help="why; its dossier keeps it")


def run(city: Installation, args: argparse.Namespace) -> int:
    """What was done; 1 where a person must look at something first."""
    match args.action:
        case "hide":
            return _hide(city, args)
        case "hidden":
            print(visible("\n\n".join(_listed(city, args.account))))
        case _:
            person = signed_in(known_people(), args, Act.MODERATE)
            city.hidings.show_again(args.item, named(person), person.name or person.username, args.reason)
            print(f"Shown again: {args.item}. No rule hides it any more.")
    return 0


def _hide(city: Installation, args: argparse.Namespace) -> int:
    done = city.hidings.round(args.account, dry_run=args.dry_run)
    told = [done.sentence()]
    told += [f"Hidden: {item}" for item in done.hidden]
    told += map(_proposed, done.proposed)
    told += [f"Left alone: {one.case.item}\n{_GAP}{'; '.join(one.against)}" for one in done.against]
    print(visible("\n".join(told)))
    if done.is_off:
        print("paloverde: Nothing was sent: this installation only reads.", file=sys.stderr)
    return 1 if done.troubles or done.stopped or done.is_off else 0


def _listed(city: Installation, account: str) -> Iterator[str]:
    found = city.hidings.listed(account)
    proposed = [one for one in city.hidings.weighed(account) if not one.against]
    yield from city.hidings.rules() or ["There is no hiding rule."]
    yield from city.hidings.hindrances()
    yield f"{some(len(found), 'comment')} on record, {some(len(proposed), 'comment')} proposed."
    yield from map(_line, found)
    yield from map(_proposed, proposed)


def _line(one: Hidden) -> str:
    step = one.step
    who = step.by or "the rule alone"
    why = f"\n{_GAP}{step.why}" if step.why else ""
    return (
        f"{step.item}  {step.stage.value}, {short_moment(one.at)}\n"
        f"{_GAP}V.B.4({step.letter}), {step.rule} by {step.source}; decided by {who}{why}"
    )


def _proposed(one: Weighed) -> str:
    case = one.case
    words = ", ".join(f"“{span.words}”" for span in case.spans)
    at = f" for {words}" if words else ""
    return f"Proposed: {case.item}\n{_GAP}V.B.4({case.rule.entry.guideline}), rule {case.rule.id}{at}"
