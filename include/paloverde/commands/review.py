"""Review what was found for a Public Records Act request: number it, decide, redact, and have it signed.

Nothing is redacted but by a person's decision, and somebody else signs. Whoever acts signs in with a password
of their own; that records were looked at is noted in the ledger.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from paloverde.bundles.pages import visible
from paloverde.bundles.verify import PAYLOAD
from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.commands.review_desk import Desk
from paloverde.commands.review_sheet import csv_lines, from_csv, from_json, json_lines, refuse
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.people import Role
from paloverde.errors import BadQuestion
from paloverde.requests.asked import QUESTION
from paloverde.requests.deciding import Box, Wish, also, claims, coded, decided
from paloverde.requests.detectors import suggested
from paloverde.requests.everywhere import Corpus
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.redaction import released
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Version
from paloverde.requests.spans import texts_of
from paloverde.retention.holds import By

_OFFICE = (Role.CLERK, Role.COUNSEL)
_AROUND = 40  # characters shown around a place
_SHOWN = 70  # characters of a text in a list


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _of_a_request(actions, "gather", "number what the searches of the request found, for review")
    listing = _of_a_request(actions, "list", "list the records under review and what was decided")
    listing.add_argument("--undecided", action="store_true", help="only those that nobody has decided on")
    _records(
        _of_a_request(actions, "suggest", "print what may have to be redacted; a person decides"),
        optional=True,
    )
    _records(
        _of_a_request(actions, "show", "show records whole: texts, history, and as they would be released")
    )
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
        "--accept-unread", action="append", default=[], metavar="FILE", help="this file of the bundle may go "
        "out though it cannot be looked into for redacted words: you have opened it",
    )  # fmt: skip


def _of_a_request(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = acting(actions.add_parser(name, help=about, description=about))
    parser.add_argument("number", help="such as PRA-2026-0042")
    return parser


def _records(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "records",
        nargs="?" if optional else None,
        help="control numbers: 17, 17-20, whole, or several: 3,17-20; or all, or undecided",
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
    add("--exempt", action="append", default=[], metavar="CODE", help=f"one of {', '.join(EXEMPTIONS)}")
    add("--fact", action="append", default=[], metavar="NAME=TEXT", help="a fact that the exemption needs")
    add("--title", default="", help="your title, as the letter names it where anything is withheld "
        "(default: the one that you gave last)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    person = signed_in(known_people(), args, _OFFICE)
    by = By(person.name, person.role.value, actor())
    desk = Desk(opened(), args.number, by)
    if getattr(args, "title", None) == "":
        args.title = desk.review.title_of(by.name)
    for line in _ACTIONS[args.action](desk, args):
        print(visible(line))
    return 0


def _gather(desk: Desk, _: argparse.Namespace) -> Iterator[str]:
    new = desk.reviews.gather(desk.number, desk.hits.values(), desk.by)
    review = desk.review
    yield f"{len(new):,} records are new under review; {len(review.versions):,} in all."
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


def _list(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    review = desk.review
    for version in review.undecided if args.undecided else review.versions:
        decision = review.decision(version)
        told = decision.verdict.value if decision else "undecided"
        text = " ".join((desk.hit(version).text or "").split())
        yield f"{review.control(version)}  {told:<14}  {text[:_SHOWN]}"
    yield from desk.warnings()
    yield desk.summary()


def _suggest(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    chosen = desk.review.chosen(args.records) if args.records else desk.review.undecided
    for version in chosen:
        texts = texts_of(desk.hit(version))
        for one in suggested(desk.hit(version)):
            words = texts[one.where][one.start : one.end]
            told = f"{one.what} ({one.why}), look at {one.code}"
            yield f"{desk.review.control(version)}  {one.where}: {words!r}: {told}"


def _show(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    for version in desk.review.chosen(args.records):
        hit, control = desk.hit(version), desk.review.control(version)
        yield f"{control}  {hit.account}/{hit.kind}/{hit.native_id}  {hit.visibility or ''}"
        yield from (f"  {where}: {text}" for where, text in texts_of(hit).items())
        for number, kept in enumerate(hit.media, 1):
            yield f"  file {number}: {kept.type or 'file'} {kept.sha256 or kept.not_captured or 'not kept'}"
        for one in desk.review.history(version):
            codes = ", ".join(claim.code for claim in one.exempted)
            told = " ".join(filter(None, (one.verdict.value, codes, one.note)))
            yield f"  {one.decided_at:%Y-%m-%d %H:%M} UTC  {one.decided_by}: {told}"
        alike = [desk.review.control(other) for other in desk.alike(version)]
        yield from [f"  like: {', '.join(alike)}"] if alike else []
        yield from _as_released(desk, version)


def _as_released(desk: Desk, version: Version) -> Iterator[str]:
    decision = desk.review.decision(version)
    if decision is not None and decision.verdict is not Verdict.NOT_RESPONSIVE:
        made = released(desk.hit(version), decision, control=desk.review.control(version))
        yield from (f"  released {where}: {text}" for where, text in texts_of(made.hit).items())
        for span in made.repeated:
            yield f"  the same words stand unredacted in {span.where} at {span.start}"


def _decide(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    chosen = desk.review.chosen(args.records)
    if args.alike:
        chosen = list(dict.fromkeys(one for version in chosen for one in (version, *desk.alike(version))))
    wish = _wish(args, Verdict(args.verdict))
    yield desk.filed([decided(desk.hit(version), wish, desk.by, desk.now) for version in chosen])
    if not args.alike:
        others = {other for version in chosen for other in desk.alike(version)} - {*chosen}
        if others:
            yield f"{len(others):,} more are the same or nearly: `--alike` decides the same for them."


def _redact(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    wish = _wish(args, Verdict.EXEMPT_IN_PART)
    chosen = desk.review.chosen(args.records)
    yield desk.filed([_more(desk, version, wish) for version in chosen])


def _more(desk: Desk, version: Version, wish: Wish) -> Decision:
    new, before = decided(desk.hit(version), wish, desk.by, desk.now), desk.review.decision(version)
    return also(before, new) if before else new


def _as_before(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    yield desk.filed(desk.reviews.as_before(desk.review, desk.by, args.title))


def _everywhere(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    found = list(Corpus(desk.under_review).places(args.words))
    for one in found:
        text = texts_of(desk.hit(one.version))[one.where]
        around = f"{text[max(0, one.start - _AROUND) : one.start]}[{text[one.start : one.end]}]"
        shown = " ".join(f"{around}{text[one.end : one.end + _AROUND]}".split())
        yield f"{desk.review.control(one.version)}  {one.where}: {shown}"
    records = list(dict.fromkeys(one.version for one in found if one.where != "permalink"))
    yield f"{len(found):,} places in {len(records):,} records."
    if args.redact:
        codes = args.exempt
        wish = Wish(
            verdict=Verdict.EXEMPT_IN_PART, exempted=claims(codes, _facts(args.fact)), title=args.title,
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
    yield f"{args.out} has {len(desk.review.versions):,} records. It may hold private messages: keep it safe."


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


def _sign(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    accepted = {pair for text in args.accept for pair in _accepted(desk, text)}
    review = desk.reviews.sign(desk.number, desk.hits, desk.by, accepted, {*args.accept_unread})
    yield from desk.warnings()
    yield f"{desk.by.name} has signed {desk.number}, decisions {review.decisions_sha256}."
    yield desk.summary()
    yield desk.at_hand


def _accepted(desk: Desk, text: str) -> Iterator[tuple[str, str]]:
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


_ACTIONS: dict[str, Callable[[Desk, argparse.Namespace], Iterator[str]]] = {
    "gather": _gather, "list": _list, "suggest": _suggest, "show": _show, "decide": _decide,
    "redact": _redact, "as-before": _as_before, "everywhere": _everywhere, "export": _export,
    "import": _import, "sign": _sign,
}  # fmt: skip


def _wish(args: argparse.Namespace, verdict: Verdict) -> Wish:
    codes: list[str] = args.exempt
    return Wish(
        verdict=verdict,
        exempted=claims(codes, _facts(args.fact)),
        words=tuple(coded(text, codes) for text in args.words),
        files=tuple(args.file),
        boxes=tuple(_box(text, codes) for text in args.box),
        note=args.note,
        title=args.title,
    )


def _facts(given: Sequence[str]) -> Iterator[tuple[str, str]]:
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
