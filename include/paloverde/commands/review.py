"""Review what was found for a Public Records Act request: number it, decide, redact, and have it signed.

Nothing is redacted but by a person's decision, and somebody else signs. Whoever acts signs in with a password
of their own; that records were looked at is noted in the ledger.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from paloverde.bundles.pages import visible
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.commands.review_desk import Desk
from paloverde.commands.review_looks import elsewhere, listed, places, shown, suggestions
from paloverde.commands.review_options import accepted_of, arguments, facts_of, wish_of
from paloverde.commands.review_sheet import csv_lines, from_csv, from_json, json_lines, refuse
from paloverde.commands.signing import known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.requests.deciding import Wish, also, claims, coded, decided
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Version
from paloverde.retention.holds import By
from paloverde.wording import some

__all__ = ["arguments", "run"]


def run(args: argparse.Namespace) -> int:
    act = Act.SIGN_REVIEW if args.action == "sign" else Act.REVIEW
    person = signed_in(known_people(), args, act)
    by = By(person.name, person.role.value, actor(), person.username)
    desk = Desk(opened(), args.number, by)
    if getattr(args, "title", None) == "":
        args.title = desk.review.title_of(by.name) or person.title
    for line in _ACTIONS[args.action](desk, args):
        print(visible(line))
    return 0


def _gather(desk: Desk, _: argparse.Namespace) -> Iterator[str]:
    new = desk.reviews.gather(desk.number, desk.hits.values(), desk.by)
    review = desk.review
    yield f"{some(len(new), 'record is', 'records are')} new under review; {len(review.versions):,} in all."
    if review.was_signed and review.signature is None:
        yield "The review was signed before: the signature does not cover the new records."
    earlier = desk.earlier
    for version in new:
        for one in earlier.get(version, ())[-1:]:
            yield f"{review.control(version)} was decided for {one.request}: {one.decision.verdict.value}."
    if any(version in earlier for version in review.undecided):
        yield "`paloverde review as-before` decides the same for these; you answer for it."
    elif review.undecided:
        yield "`paloverde review suggest` says what to look at; `paloverde review decide` files a verdict."


def _decide(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    chosen = desk.chosen(args.records)
    if args.alike:
        chosen = list(dict.fromkeys(one for version in chosen for one in (version, *desk.alike(version))))
    wish = wish_of(args, Verdict(args.verdict))
    yield desk.filed([decided(desk.hit(version), wish, desk.by, desk.now) for version in chosen])
    yield from desk.still_unanswered(chosen)
    others = {other for version in chosen for other in desk.alike(version)} - {*chosen}
    if others and not args.alike:
        more = some(len(others), "more is", "more are")
        yield f"{more} the same or nearly: `--alike` decides the same there."


def _redact(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    wish = wish_of(args, Verdict.EXEMPT_IN_PART)
    chosen = desk.chosen(args.records)
    yield desk.filed([_more(desk, version, wish) for version in chosen])


def _more(desk: Desk, version: Version, wish: Wish) -> Decision:
    new, before = decided(desk.hit(version), wish, desk.by, desk.now), desk.review.decision(version)
    return also(before, new) if before else new


def _as_before(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    made = desk.reviews.as_before(desk.review, desk.by, args.title)
    yield desk.filed(made)
    yield from desk.still_unanswered([one.version for one in made])


def _everywhere(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    found = list(elsewhere(desk, args.words))
    yield from places(desk, found)
    records = list(dict.fromkeys(one.version for one in found if one.where != "permalink"))
    yield f"{some(len(found), 'place')} in {some(len(records), 'record')}."
    if args.redact:
        codes = args.exempt
        wish = Wish(
            verdict=Verdict.EXEMPT_IN_PART, exempted=claims(codes, facts_of(args.fact)), title=args.title,
            words=(coded(args.words, codes),),
        )  # fmt: skip
        released_whole = [version for version in records if not desk.is_kept_back(version)]
        yield desk.filed([_more(desk, version, wish) for version in released_whole])


def _export(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    write = csv_lines if _is_sheet(args.out) else json_lines
    args.out.touch(mode=0o600, exist_ok=False)
    with args.out.open("wb") as out:
        desk.reviews.told_of_export(desk.number, args.out.name, len(desk.review.versions), desk.by)
        out.writelines(write(desk.sheet))
    records = some(len(desk.review.versions), "record")
    yield f"{args.out} has {records}. It may hold private messages: keep it safe."


def _is_sheet(file: Path) -> bool:
    """Whether a file is the sheet, rather than its JSON form."""
    if file.suffix.lower() not in (".csv", ".json"):
        raise BadQuestion(f"{file.name} is neither .csv nor .json: name the file so.")
    return file.suffix.lower() == ".csv"


def _import(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    read = from_csv if _is_sheet(args.file) else from_json
    made = read(args.file.read_bytes(), desk.sheet, desk.by, args.title, desk.now)
    faults = desk.reviews.faults(desk.number, made, desk.hits, desk.by)
    refuse([why for _, why in faults])
    yield desk.filed(made)
    yield from desk.still_unanswered([one.version for one in made])


def _sign(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    accepted = {pair for text in args.accept for pair in accepted_of(desk, text)}
    unread = {*args.accept_unread}
    review = desk.reviews.sign(desk.number, desk.hits, desk.by, accepted, unread, args.all_seen)
    yield from desk.warnings()
    if args.all_seen:
        told = some(args.all_seen, "suggestion that stands", "suggestions that stand")
        yield f"{desk.by.name} has seen the {told} unanswered in what is handed over."
    yield f"{desk.by.name} has signed {desk.number}, decisions {review.decisions_sha256}."
    yield desk.summary()
    yield desk.at_hand


_ACTIONS: dict[str, Callable[[Desk, argparse.Namespace], Iterator[str]]] = {
    "gather": _gather, "list": listed, "suggest": suggestions, "show": shown, "decide": _decide,
    "redact": _redact, "as-before": _as_before, "everywhere": _everywhere, "export": _export,
    "import": _import, "sign": _sign,
}  # fmt: skip
