"""The log of what is withheld or redacted: one row for each record and exemption (rulebook 6.3).

The Public Records Act asks for no log of every record before a suit (rulebook R-24); it is always kept, for
the City itself. The form for release is another one: it leaves out what would disclose what is withheld.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from paloverde.records import Kind, Visibility
from paloverde.requests.exemptions import SEGREGABILITY, exemption, segregability
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph
from paloverde.requests.redaction import Released
from paloverde.requests.review import Decision, Exempted
from paloverde.requests.reviewed import claimed
from paloverde.requests.unverified import in_a_sentence, of_exemptions
from paloverde.search.hits import Hit
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.wording import at_time, some

_FILE = Path(__file__).with_name("withholding.toml")
_WITHHELD = "withheld"
_STARTS_FORMULA = tuple("=+-@\t\r\0＝＋－＠")
_SHOWN = ("log_no", "control_no", "record_type", "date_posted", "author", "description", "action", "statute")
_SEGREGATED = "Only the exempt parts were taken out; the rest is released (Gov. Code 7922.525(b))."


class Audience(StrEnum):
    """Who reads the log."""

    INTERNAL = "internal"
    RELEASE = "release"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row, in the order of its columns; every value is text, and an empty one says nothing."""

    log_no: str
    request_no: str
    control_no: str  # or Bates number
    item_id: str
    platform: str
    account: str
    record_type: str
    date_posted: str
    author: str  # or "withheld"
    recipients: str
    description: str
    pages_or_spans: str
    action: str  # withheld or redacted
    exemption_code: str
    statute: str
    second_statute: str
    balancing_statement: str
    segregability_statement: str
    decided_by: str  # name and title
    decided_at: str
    reviewed_by: str
    sha256_unredacted: str
    sha256_released: str
    privilege_type: str  # as a privilege log in discovery asks for it
    basis: str


COLUMNS = Row.__struct_fields__


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record of which something is kept back: as archived, as decided, as released.

    `recipients` are who else took part in a private conversation, `reviewed_by` the second person,
    `sha256_released` the hash of the released record's data ("" where nothing of it is released).
    """

    hit: Hit
    decision: Decision
    released: Released
    recipients: str = ""
    reviewed_by: str = ""
    sha256_released: str = ""


def log(number: str, entries: Iterable[Entry], audience: Audience = Audience.INTERNAL) -> list[Row]:
    """The rows of a request, numbered in the order given: of each record one for each exemption."""
    found = ((entry, claim) for entry in entries for claim in _claims(entry))
    write = _internal if audience is Audience.INTERNAL else _for_release
    return [write(number, place, entry, claim) for place, (entry, claim) in enumerate(found, 1)]


def _claims(entry: Entry) -> Iterator[Exempted]:
    """The claims under which something of this record is kept back, each code once."""
    for code, facts in claimed(entry.decision, entry.released).items():
        yield Exempted(code, dict(facts))


def _internal(number: str, place: int, entry: Entry, claim: Exempted) -> Row:
    hit, decision, row = entry.hit, entry.decision, exemption(claim.code)
    is_withheld = entry.released.is_withheld
    who = ", ".join(filter(None, (hit.poster_name, hit.poster_username, hit.poster_id)))
    return Row(
        log_no=str(place),
        request_no=number,
        control_no=entry.released.control,
        item_id=hit.native_id,
        platform=hit.platform,
        account=hit.account,
        record_type=record_type(hit),
        date_posted=at_time(hit.posted_at) if hit.posted_at else "not known",
        author=who or "not known",
        recipients=entry.recipients,
        description=description(hit, is_withheld=is_withheld),
        pages_or_spans=_places(entry, claim.code),
        action=_WITHHELD if is_withheld else "redacted",
        exemption_code=claim.code,
        statute=row.cite,
        second_statute=claim.facts.get("second_statute", "").strip(),
        balancing_statement=claim.facts.get("balancing", "").strip(),
        segregability_statement=segregability(decision.exempted) if is_withheld else _SEGREGATED,
        decided_by=", ".join(filter(None, (decision.decided_by, decision.title))),
        decided_at=at_time(decision.decided_at),
        reviewed_by=entry.reviewed_by,
        sha256_unredacted=hit.version_sha256,
        sha256_released=entry.sha256_released,
        privilege_type=privileges().get(claim.code, ""),
        basis=_basis(claim, row.letter),
    )


def _for_release(number: str, place: int, entry: Entry, claim: Exempted) -> Row:
    """The same without what would tell the withheld words, or lead to them.

    An id at its site leads to the item; the hash of a short text tells it to whoever tries; the facts of a
    claim were written for the City. The author stands here only as the released record shows it.
    """
    row, hit, shown = _internal(number, place, entry, claim), entry.hit, entry.released.hit
    is_whole = entry.released.is_withheld
    hides_author = is_whole or _author(hit) != _author(shown) or hit.kind in PRIVATE_KINDS
    hides_item = hides_author or hit.native_id != shown.native_id or hit.permalink != shown.permalink
    return msgspec.structs.replace(
        row,
        item_id=_WITHHELD if hides_item else hit.native_id,
        author=_WITHHELD if hides_author else row.author,
        recipients=_WITHHELD if entry.recipients else "",
        sha256_unredacted="",
        basis=exemption(claim.code).letter,
    )


def _author(hit: Hit) -> tuple[str | None, ...]:
    return hit.poster_name, hit.poster_username, hit.poster_id


def record_type(hit: Hit) -> str:
    """What a record is, in words, without anything that it says."""
    names = {Kind.MESSAGE: "private message", Kind.CONVERSATION: "private conversation"}
    return next((words for kind, words in names.items() if hit.kind == kind), hit.kind.replace("_", " "))


def description(hit: Hit, *, is_withheld: bool) -> str:
    """What was withheld or redacted, in words that tell nothing of what it says, its length neither."""
    seen = {Visibility.HIDDEN: "hidden ", Visibility.HELD: "held ", Visibility.UNPUBLISHED: "unpublished "}
    how = next((words for state, words in seen.items() if hit.visibility == state), "")
    reply = " in reply to another item" if hit.parent_id and hit.kind == Kind.COMMENT else ""
    files = f" with {some(len(hit.media), 'file', 'files')}" if hit.media else ""
    whole = "The whole of a" if is_withheld else "Part of a"
    return f"{whole} {how}{record_type(hit)}{reply}{files}"


_PARTS = {
    "text": "text", "poster_name": "poster's name", "poster_username": "poster's user name",
    "poster_id": "poster's id", "permalink": "address",
}  # fmt: skip


def _places(entry: Entry, code: str) -> str:
    """Which parts of the record, and how many passages of each; never how long they are."""
    if entry.released.is_withheld:
        return "whole record"
    decision = entry.decision
    spans: dict[str, int] = {}
    for span in decision.spans:
        if span.code == code:
            spans[span.where] = spans.get(span.where, 0) + 1
    told = [
        f"{_part(where)}: {some(number, 'passage', 'passages')}" for where, number in sorted(spans.items())
    ]
    regions = sum(region.code == code for region in decision.regions)
    told += [f"pictures: {some(regions, 'region', 'regions')}"] if regions else []
    named = {redaction.where for redaction in entry.released.redactions if redaction.code == code}
    rest = sorted(
        _part(where) for where in named - spans.keys() if not (where.startswith("media.") and regions)
    )
    return "; ".join([*told, *rest]) or "parts"


def _part(where: str) -> str:
    if where.startswith("media."):
        number = where.split(".")[1]
        what = "description of file" if where.endswith("alt_text") else "file"
        return f"{what} {int(number) + 1}" if number.isdecimal() else what
    return _PARTS.get(where, where.replace("_", " "))


def _basis(claim: Exempted, letter: str) -> str:
    """Why it is exempt: the sentence of the exemption, and the facts that were written down."""
    facts = [
        f"{name.replace('_', ' ')}: {text.strip()}"
        for name, text in sorted(claim.facts.items())
        if text.strip() and name not in ("second_statute", "balancing", SEGREGABILITY)
    ]
    return " ".join([letter, *([f"{'; '.join(facts)}."] if facts else [])])


@cache
def privileges() -> Mapping[str, str]:
    """The privilege by the code of the exemption."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), dict[str, str])


def as_csv(rows: Sequence[Row]) -> bytes:
    """The log as CSV (RFC 4180, UTF-8 with a byte order mark, as spreadsheets open it).

    Text that a spreadsheet could take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in rows)
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _cell(value: str) -> str:
    return (
        f"'{value}"
        if value.lstrip().startswith(_STARTS_FORMULA) or value.startswith(_STARTS_FORMULA)
        else value
    )


def as_paper(rows: Sequence[Row], number: str, agency: str, audience: Audience = Audience.INTERNAL) -> Paper:
    """The log to read: the columns that a page has room for; the CSV has all."""
    unverified = in_a_sentence(of_exemptions(row.exemption_code for row in rows))
    more = [Paragraph(unverified)] if unverified and audience is Audience.INTERNAL else []
    title = f"Log of withheld and redacted records, request {number}"
    whom = {
        Audience.INTERNAL: "For the City only: it tells what is withheld, and does not go to the requester.",
        Audience.RELEASE: "For the requester. What would disclose what is withheld is left out.",
    }[audience]
    head = Facts((("Agency", agency), ("Request", number), ("Rows", f"{len(rows):,}")))
    if not rows:
        return Paper(title, (Heading(title, 1), head, Paragraph("Nothing was withheld or redacted.")))
    headings = tuple(name.replace("_", " ") for name in _SHOWN)
    shown = tuple(tuple(getattr(row, name) for name in _SHOWN) for row in rows)
    grid = Grid("Withheld and redacted records", headings, shown)
    return Paper(title, (Heading(title, 1), head, Paragraph(whom), *more, grid))
