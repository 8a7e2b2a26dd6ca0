"""The letters of a records request: draft one from its file, see what stops it, note that it was
sent. Whoever notes that signs in with a password of their own.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.request_steps import moment
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.rights import Act
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.letters import Draft
from paloverde.requests.costs import Sheet
from paloverde.requests.drafting import KINDS, TITLES, Wish
from paloverde.requests.events import WAYS, Responsible
from paloverde.requests.letters import Claimed, Counts, Delivery
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text
from paloverde.requests.unverified import HEADING
from paloverde.retention.holds import By
from paloverde.wording import at_time, some, spoken

T = TypeVar("T", bound=msgspec.Struct)


class _Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of exemptions that a letter claims."""

    claim: tuple[Claimed, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _of_a_letter(actions, "draft", "print a letter as it would go out now; what stops it is said after it")
    _of_a_letter(
        actions, "lint", "say what stops a letter from being sent; exit status 1 where anything does"
    )
    send = _of_a_letter(actions, "send", "note that a letter was sent, with its exact words")
    acting(send)
    send.add_argument(
        "--by",
        dest="sent_by",
        required=True,
        metavar="WAY",
        help="how it went, in a word or two: email, letter, counter …",
    )
    send.add_argument("--to", default="", help="to what address it went (default: the requester's)")
    send.add_argument(
        "--posted", type=Path, metavar="FILE", help="what really went out, such as a signed scan: it is kept"
    )
    listing = actions.add_parser("list", help="list the letters of a request that were sent")
    listing.add_argument("number", help="such as PRA-2026-0042")
    show = actions.add_parser("show", help="print a letter that was sent, word for word")
    show.add_argument("number", help="such as PRA-2026-0042")
    show.add_argument("letter", type=int, help="its number in the list")
    told = "print the search certificate of a request"
    certify = actions.add_parser("certificate", help=told, description=told)
    certify.add_argument("number", help="such as PRA-2026-0042")
    certify.add_argument("--none", action="store_true", help="the certificate that there are no records")
    certify.add_argument("--released", action="store_true", help="for the requester: custodians by position")
    _pdf(certify)


def _of_a_letter(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about)
    add = parser.add_argument
    add("number", help="the request, such as PRA-2026-0042")
    add("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    add("--signer", default="", metavar="NAME", help="who signs the letter (default: whoever sends it)")
    add("--title", default="", help="title or position of whoever signs (default: as `users` has it)")
    add("--on", type=day, metavar="DATE", help="the day on which it goes, or went out (default: today)")
    add("--reasons", default="", help="determination, closure: why, in a sentence or two")
    _before(parser)
    _what_is_given(parser)
    _after(parser)
    _pdf(parser)
    return parser


def _before(parser: argparse.ArgumentParser) -> None:
    """What is said until the determination."""
    add = parser.add_argument
    add("--question", action="append", default=[], help="clarification: a question; may be given again")
    add("--offer", action="append", default=[], help="clarification: a suggestion; may be given again")
    add("--ground", action="append", default=[], metavar="CODE=FACTS",
        help="extension: a ground (UC1 to UC6) and what makes it true here; may be given again")  # fmt: skip
    add("--until", type=day, metavar="DATE", help="extension: when the determination is expected")
    add("--available", type=moment, metavar="TIME",
        help="determination: when records will be available, as 2026-12-10T14:00")  # fmt: skip
    add("--elsewhere", default="", help="not_agency: whom to ask")
    add("--sheet", type=Path, metavar="FILE",
        help="estimate: the cost sheet (TOML); nothing is charged without one")  # fmt: skip


def _what_is_given(parser: argparse.ArgumentParser) -> None:
    """What is handed over, and what is not."""
    add = parser.add_argument
    add("--claims", type=Path, metavar="FILE",
        help="the exemptions that are claimed (TOML), in place of those of the review")  # fmt: skip
    add("--denier", action="append", default=[], metavar="NAME, TITLE",
        help="who is responsible for a denial; may be given again")  # fmt: skip
    add("--records", type=int, metavar="N", help="records released, in place of the review's number")
    add("--redacted", type=int, metavar="N", help="of these with redactions")
    add("--withheld", type=int, metavar="N", help="records withheld whole")
    add(
        "--without-searches",
        action="store_true",
        help="leave the sentences of the searches out, where their words would disclose something",
    )
    add("--way", choices=WAYS, help="how copies are handed over")
    add("--where", default="", help="the address or office where they are")
    add("--link-until", type=moment, metavar="TIME", help="until when a link works")


def _after(parser: argparse.ArgumentParser) -> None:
    """What goes out, and what comes back."""
    add = parser.add_argument
    add("--bundle", default="", metavar="SHA256",
        help="production, clawback: the beginning of the bundle's hash (default: the last)")  # fmt: skip
    add("--next", type=moment, metavar="TIME", help="production: when the next instalment is expected")
    add("--privilege", default="", help="clawback: which privilege")
    add("--place", action="append", default=[],
        help="clawback: a place by its number in the bundle; may be given again")  # fmt: skip
    add("--replacement", default="", help="clawback: what the requester gets instead")


def _pdf(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF, too: a new file")
    parser.add_argument(
        "--by-name", action="store_true", help="in the PDF, print a character that no font has by its name"
    )


def run(args: argparse.Namespace) -> int:
    city = opened()
    does: dict[str, Callable[[Installation, argparse.Namespace], int]] = {
        "draft": _draft, "lint": _lint, "send": _send, "list": _list, "show": _show,
        "certificate": _certificate,
    }  # fmt: skip
    return does[args.action](city, args)


def _drafted(city: Installation, args: argparse.Namespace, signer: str = "") -> Draft:
    return city.letters.draft(args.number, args.kind, _wish(args), _signer(args, signer), args.on)


def _signer(args: argparse.Namespace, sender: str) -> Responsible:
    """Who signs: whoever is named, else whoever sends it; with the title that `users` knows of them."""
    name = args.signer or sender
    titles = [one.title for one in known_people().all() if one.name == name and one.title]
    return Responsible(name, args.title or next(iter(titles), ""))


def _wish(args: argparse.Namespace) -> Wish:
    """What the options say for the letter."""
    return Wish(
        questions=tuple(args.question),
        offers=tuple(args.offer),
        grounds=dict(_pair(text) for text in args.ground),
        until=args.until,
        reasons=args.reasons,
        available_at=args.available,
        next_at=args.next,
        claims=_read(args.claims, _Claims).claim if args.claims else (),
        deniers=tuple(_person(text) for text in args.denier),
        tells_searches=not args.without_searches,
        counts=_counts(args),
        delivery=Delivery(WAYS[args.way], args.where, args.link_until) if args.way else None,
        elsewhere=args.elsewhere,
        sheet=_read(args.sheet, Sheet) if args.sheet else Sheet(),
        bundle=args.bundle,
        privilege=args.privilege,
        places=tuple(args.place),
        replacement=args.replacement,
    )


def _counts(args: argparse.Namespace) -> Counts | None:
    given = (args.records, args.redacted, args.withheld)
    return None if given == (None, None, None) else Counts(*(number or 0 for number in given))


def _pair(text: str) -> tuple[str, str]:
    code, _, facts = text.partition("=")
    return code.strip(), facts.strip()


def _person(text: str) -> Responsible:
    name, _, title = text.partition(",")
    return Responsible(name.strip(), title.strip())


def _read(file: Path, type_: type[T]) -> T:
    """What a file of facts says; `BadQuestion` names the member that is wrong."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), type_)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as wrong:
        raise BadQuestion(
            f"{file} cannot be read: {wrong}. docs/guide/letters.md shows how it looks."
        ) from None


def _warn(draft: Draft) -> None:
    for doubt in draft.letter.case.clock.doubts:
        print(f"paloverde: Warning: {doubt}", file=sys.stderr)
    for law in draft.unverified:
        print(f"paloverde: {HEADING}: {law}", file=sys.stderr)


def _draft(city: Installation, args: argparse.Namespace) -> int:
    draft = _drafted(city, args)
    _print(draft.text)
    if draft.enclosure is not None:
        _print(f"\n{as_text(draft.enclosure)}")
    for found in draft.findings:
        print(f"paloverde: This stops the letter. {visible(str(found))}", file=sys.stderr)
    _warn(draft)
    _write_pdfs(city, args, draft)
    return 0


def _lint(city: Installation, args: argparse.Namespace) -> int:
    draft = _drafted(city, args)
    for found in draft.findings:
        print(visible(str(found)))
    if not draft.findings:
        print("Nothing stops this letter.")
    _warn(draft)
    return 1 if draft.findings else 0


def _send(city: Installation, args: argparse.Namespace) -> int:
    person = signed_in(known_people(), args, Act.SEND_LETTERS)
    by = By(person.name, person.role.value, actor(), person.username)
    draft = _drafted(city, args, person.name)
    posted, files = {args.posted.name: args.posted.read_bytes()} if args.posted else {}, {}
    to = args.to or city.requests.get(args.number).received.requester.contact
    writes = args.pdf is not None and not draft.findings
    if writes:
        files = _write_pdfs(city, args, draft)
    try:
        sent = city.letters.send(draft.letter, by, args.sent_by, to=to, files=files, posted=posted)
    except BaseException:
        for name in files:  # of a letter that was not sent: they would be in the way of the mended one
            args.pdf.with_name(name).unlink()
        raise
    print(
        f"Noted: the letter “{TITLES[sent.kind]}” of {args.number} was sent by {sent.way} on "
        f"{spoken(sent.letter.day)}. Its words are kept:"
    )
    for document in sent.documents:
        print(visible(f"  {document.name}  SHA-256 {document.sha256}"))
    print(city.requests.at_hand(args.number))
    return 0


def _list(city: Installation, args: argparse.Namespace) -> int:
    letters = city.letters.sent(args.number)
    for number, sent in enumerate(letters, 1):
        to = f" to {sent.to}" if sent.to else ""
        told = f"{number}  {sent.kind}, {spoken(sent.letter.day)}, by {sent.way}{to}"
        print(visible(f"{told}; noted {at_time(sent.at)} by {sent.by.actor}"))
    if not letters:
        print(f"No letter of {args.number} was sent yet.")
    return 0


def _show(city: Installation, args: argparse.Namespace) -> int:
    letters = city.letters.sent(args.number)
    if not 1 <= args.letter <= len(letters):
        raise BadQuestion(
            f"{args.number} has {some(len(letters), 'letter')} that were sent: `paloverde letter list` "
            "names them."
        )
    _print(city.letters.text_of(args.number, letters[args.letter - 1]).decode())
    return 0


def _certificate(city: Installation, args: argparse.Namespace) -> int:
    paper = city.letters.certificate(args.number, none=args.none, released=args.released)
    _print(as_text(paper))
    if args.pdf is not None:
        _write_pdf(city, args, paper, city.requests.now(), args.pdf)
    return 0


def _print(text: str) -> None:
    """A paper on the terminal: line by line, no character unseen."""
    print("\n".join(visible(line) for line in text.splitlines()))


def _write_pdfs(city: Installation, args: argparse.Namespace, draft: Draft) -> dict[str, bytes]:
    """The letter as PDF in the file that was named, its enclosure beside it; nothing where none was."""
    if args.pdf is None:
        return {}
    files = {args.pdf: draft.written.paper}
    if draft.enclosure is not None:
        files[args.pdf.with_name(f"{args.pdf.stem}-enclosure.pdf")] = draft.enclosure
    at = draft.letter.at
    return {file.name: _write_pdf(city, args, paper, at, file) for file, paper in files.items()}


def _write_pdf(city: Installation, args: argparse.Namespace, paper: Paper, at: datetime, path: Path) -> bytes:
    """The paper as PDF in a new file."""
    body = paper_pdf(
        paper,
        agency=city.settings.agency_name,
        made_at=at,
        fonts_folder=city.settings.fonts_folder,
        by_name=args.by_name,
    )
    with path.open("xb") as file:
        file.write(body)
    return body
