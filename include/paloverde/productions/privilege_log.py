"""The privilege log: a row for each record of which something is kept back and each privilege claimed.

CCP 2031.240(c)(1) asks for enough facts for others to weigh the claim; rulebook 6.3. It tells no content:
what a record is, never what it says. That counsel's own words do not say it either is looked for before it
goes out (`telling`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from paloverde.bundles.tables import cell
from paloverde.productions.document import Document
from paloverde.productions.reviewed import Kept
from paloverde.records import Kind
from paloverde.requests.everywhere import Words
from paloverde.requests.exemptions import SEGREGABILITY, Exemption, exemption
from paloverde.requests.needles import is_telling
from paloverde.requests.reviewed import claimed
from paloverde.requests.withholding import description, record_type
from paloverde.search.hits import Hit
from paloverde.wording import at_time

_NOT_NAMED = "not named: the claim protects who it is"
_OWN_WORDS = ("basis", "privilege", "statute")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row, in the order of its columns; every value is text, and an empty one says nothing.

    `begin` and `end` are Bates numbers; a document of a family that is withheld whole has none.
    """

    log_no: str
    production: str
    control_no: str
    begin: str
    end: str
    family: str  # the first number of the family
    action: str  # withheld or redacted
    record_type: str
    date: str
    account: str
    author: str
    recipients: str
    description: str
    privilege: str
    statute: str
    basis: str
    requests: str
    decided_by: str
    reviewed_by: str


COLUMNS = Row.__struct_fields__


class Place(msgspec.Struct, frozen=True):
    """The Bates numbers of a record with its files."""

    begin: str = ""
    end: str = ""
    family: str = ""


def places_of(documents: Iterable[Document]) -> dict[str, Place]:
    """Where each record stands, with its files, by its control number."""
    found: dict[str, Place] = {}
    for document in documents:
        first = found.get(document.control, Place(document.begin, "", document.family[0]))
        found[document.control] = msgspec.structs.replace(first, end=document.end)
    return found


def rows(
    number: str,
    kept: Iterable[Kept],
    places: Mapping[str, Place],
    recipients: Mapping[tuple[str, str], tuple[str, ...]] = {},
    signed_by: str = "",
) -> list[Row]:
    """The log of a production: of each record one row for each privilege, in the order given."""
    found = (
        _row(number, one, code, facts, places, recipients, signed_by)
        for one in kept
        for code, facts in claimed(one.decision, one.released).items()
    )
    return [msgspec.structs.replace(row, log_no=str(at)) for at, row in enumerate(found, 1)]


def telling(log: Iterable[Row], kept: Iterable[Kept]) -> Iterator[tuple[str, str]]:
    """Rows (by their number) whose words say what is kept back in some record (by its control number)."""
    looked = [
        (one.released.control, Words(needle))
        for one in kept
        for needle in one.released.needles
        if is_telling(needle)
    ]
    for row in log:
        said = " ".join(getattr(row, name) for name in _OWN_WORDS)
        yield from ((row.log_no, control) for control, words in looked if words.places(said))


def as_csv(log: Sequence[Row]) -> bytes:
    """The log as CSV (RFC 4180, UTF-8 with a byte order mark, as spreadsheets open it)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([cell(getattr(row, name)) for name in COLUMNS] for row in log)
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _row(
    number: str,
    one: Kept,
    code: str,
    facts: Mapping[str, str],
    places: Mapping[str, Place],
    recipients: Mapping[tuple[str, str], tuple[str, ...]],
    signed_by: str,
) -> Row:
    hit, row = one.choice.hit, exemption(code)
    place = places.get(one.released.control, Place())
    is_withheld = one.released.is_withheld
    decision = one.decision
    others = _others(hit, recipients)
    return Row(
        log_no="",
        production=number,
        control_no=one.released.control,
        begin=place.begin,
        end=place.end,
        family=place.family,
        action="withheld" if is_withheld else "redacted",
        record_type=record_type(hit),
        date=at_time(hit.posted_at) if hit.posted_at else "not known",
        account=hit.account,
        author=_author(one, row),
        recipients="; ".join(others) if not row.hides_people else _NOT_NAMED if others else "",
        description=description(hit, is_withheld=is_withheld),
        privilege=row.title,
        statute=row.statute(facts),
        basis=_basis(row, facts),
        requests="; ".join(one.choice.requests),
        decided_by=", ".join(filter(None, (decision.decided_by, decision.title))),
        reviewed_by=signed_by,
    )


def _others(hit: Hit, recipients: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """Who else took part in the conversation of a private message."""
    if hit.kind != Kind.MESSAGE.value:
        return ()
    own = (hit.poster_name, hit.poster_username, hit.poster_id)
    return tuple(name for name in recipients.get((hit.account, hit.thread_id or ""), ()) if name not in own)


def _author(one: Kept, row: Exemption) -> str:
    """As the record names the author; of a redacted one as it is produced."""
    if row.hides_people:
        return _NOT_NAMED
    hit = one.choice.hit if one.released.is_withheld else one.released.hit
    names = (hit.poster_name, hit.poster_username, hit.poster_id)
    return ", ".join(dict.fromkeys(filter(None, names))) or "not known"


def _basis(row: Exemption, facts: Mapping[str, str]) -> str:
    """Why it is privileged: the sentence of the privilege, and the facts that counsel wrote down."""
    told = [
        f"{name.replace('_', ' ')}: {text.strip()}"
        for name, text in sorted(facts.items())
        if text.strip() and name not in ("second_statute", SEGREGABILITY)
    ]
    return " ".join([row.letter, *([f"{'; '.join(told)}."] if told else [])])
