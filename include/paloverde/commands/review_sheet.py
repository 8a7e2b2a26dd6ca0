"""The review as a sheet that a spreadsheet opens, and as JSON; both are read back, with errors named by row.

Of a sheet only the control number and the columns from `verdict` on are read back; a row without a verdict
decides nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from paloverde.bundles.tables import cell
from paloverde.errors import BadQuestion, PaloverdeError
from paloverde.records import PACIFIC
from paloverde.requests.deciding import Wish, claims, coded, decided
from paloverde.requests.detectors import suggested
from paloverde.requests.earlier import Earlier
from paloverde.requests.review import Decision, Exempted, Region, Span, Verdict
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.spans import texts_of
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.wording import ended

READ_BACK = ("verdict", "exemptions", "facts", "redact", "withhold_files", "note")
COLUMNS = (
    *(
        "control",
        "account",
        "kind",
        "posted_pacific",
        "poster",
        "visibility",
        "text",
        "descriptions",
        "files",
    ),
    *("suggestions", "alike", "earlier", *READ_BACK, "decided_by"),
)
_LONGEST = 30_000  # characters in a cell: spreadsheets cut at 32,767
_CUT = "… (cut here; `paloverde review show` has all of it)"
_NAMED = 40  # characters of what should be a control number
_FAULTS = 20  # that one error names
_PARTED = " | "


class Sheet(msgspec.Struct, frozen=True):
    """All that a sheet is written from. `alike` gives the records that are like the one of that version."""

    review: Review
    hits: Mapping[Version, Hit]
    alike: Callable[[Version], Sequence[Version]]
    earlier: Mapping[Version, Sequence[Earlier]]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the JSON form; without a verdict nothing is decided."""

    control: str
    verdict: Verdict | None = None
    exempted: tuple[Exempted, ...] = ()
    spans: tuple[Span, ...] = ()
    regions: tuple[Region, ...] = ()
    withheld_media: tuple[str, ...] = ()
    note: str = ""
    title: str = ""
    texts: dict[str, str] = {}


def csv_lines(sheet: Sheet) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark; no cell is taken for a formula."""
    yield "\ufeff".encode() + _line(COLUMNS)
    for version in sheet.review.versions:
        if version in sheet.hits:
            row = _row(sheet, version, sheet.hits[version])
            yield _line([cell(row[name]) for name in COLUMNS])


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


def _row(sheet: Sheet, version: Version, hit: Hit) -> dict[str, str]:
    decision = sheet.review.decision(version)
    texts = texts_of(hit)
    posted = hit.posted_at.astimezone(PACIFIC).isoformat(timespec="seconds") if hit.posted_at else ""
    found = [f"{one.what}: {texts[one.where][one.start : one.end]} ({one.code})" for one in suggested(hit)]
    before = [f"{one.control}: {one.decision.verdict.value}" for one in sheet.earlier.get(version, ())]
    row = {
        "control": sheet.review.control(version), "account": hit.account, "kind": hit.kind,
        "posted_pacific": posted, "poster": hit.poster_name or hit.poster_username or hit.poster_id or "",
        "visibility": hit.visibility or "", "text": hit.text or "",
        "descriptions": _PARTED.join(text for where, text in texts.items() if where.startswith("media.")),
        "files": " ".join(f"{n}:{kept.type or 'file'}" for n, kept in enumerate(hit.media, 1) if kept.sha256),
        "suggestions": _PARTED.join(found),
        "alike": " ".join(sheet.review.control(other) for other in sheet.alike(version)),
        "earlier": _PARTED.join(before), "decided_by": decision.decided_by if decision else "",
        **_said(decision, hit),
    }  # fmt: skip
    return {name: text if len(text) <= _LONGEST else text[:_LONGEST] + _CUT for name, text in row.items()}


def _said(decision: Decision | None, hit: Hit) -> dict[str, str]:
    """What stands, in the columns that are read back."""
    if decision is None:
        return dict.fromkeys(READ_BACK, "")
    texts = texts_of(hit)
    facts = [f"{one.code}.{name}: {text}" for one in decision.exempted for name, text in one.facts.items()]
    words = [f"{span.code}: {texts[span.where][span.start : span.end]}" for span in decision.spans]
    files = [n for n, kept in enumerate(hit.media, 1) if kept.sha256 in decision.withheld_media]
    return {
        "verdict": decision.verdict.value,
        "exemptions": ", ".join(claim.code for claim in decision.exempted),
        "facts": _PARTED.join(facts),
        "redact": _PARTED.join(dict.fromkeys(words)),
        "withhold_files": ", ".join(map(str, files)),
        "note": decision.note,
    }


def from_csv(body: bytes, sheet: Sheet, by: By, title: str, at: datetime) -> list[Decision]:
    """The decisions of a sheet that was filled in; rows that say what stands already give none.

    `BadQuestion` names every row that cannot be understood; then nothing is to be filed.
    """
    made, faults = list[Decision](), list[str]()
    for number, row in _rows(body):
        try:
            decision = _read(row, sheet, by, title, at)
        except PaloverdeError as error:
            faults.append(f"row {number} ({row.get('control', '')[:_NAMED] or 'no control number'}): {error}")
        else:
            made += [decision] if decision else []
    refuse(faults)
    return made


def refuse(faults: Sequence[str]) -> None:
    """Raise one `BadQuestion` that names the faults, where there are any."""
    if faults:
        more = f" And {len(faults) - _FAULTS:,} more." if len(faults) > _FAULTS else ""
        raise BadQuestion(f"Nothing was filed. {' '.join(map(_sentence, faults[:_FAULTS]))}{more}")


def _sentence(fault: str) -> str:
    return ended(f"{fault[:1].upper()}{fault[1:]}")


def _rows(body: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the heading, numbered as a spreadsheet numbers them where no cell has several lines."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadQuestion("The sheet is not UTF-8: save it as “CSV UTF-8” and try again.") from None
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(rows, [])]
        missing = {"control", *READ_BACK} - {*names}
        if missing:
            raise BadQuestion(f"The sheet lacks the columns {', '.join(sorted(missing))}.")
        for number, cells in enumerate(rows, 2):
            if any(cells):
                yield number, {name: plain(text) for name, text in zip(names, cells, strict=False)}
    except csv.Error as error:
        raise BadQuestion(f"The sheet cannot be read after row {rows.line_num}: {error}.") from None


def plain(text: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


def _read(row: Mapping[str, str], sheet: Sheet, by: By, title: str, at: datetime) -> Decision | None:
    version = _version(row.get("control", ""), sheet.review)
    if version not in sheet.hits:
        raise BadQuestion("its record cannot be found in the archive any more.")
    said = {name: row.get(name, "").strip() for name in READ_BACK}
    before = {
        name: text.strip()
        for name, text in _said(sheet.review.decision(version), sheet.hits[version]).items()
    }
    if not said["verdict"]:
        if any(said.values()):
            raise BadQuestion("it has no verdict, and something else is filled in.")
        return None
    if said == before:
        return None
    return decided(sheet.hits[version], _wish(said, title), by, at)


def _version(control: str, review: Review) -> Version:
    found = review.chosen(control)
    if len(found) != 1:
        raise BadQuestion(f"{control!r} names several records.")
    return found[0]


def _wish(said: Mapping[str, str], title: str) -> Wish:
    facts = [_fact(text) for text in _parts(said["facts"])]
    codes = [code.strip() for code in said["exemptions"].replace(";", ",").split(",") if code.strip()]
    words = tuple(coded(text, codes) for text in _parts(said["redact"]))
    codes += [code for code, _ in words]
    files = said["withhold_files"].replace(";", ",").split(",")
    return Wish(
        verdict=verdict_of(said["verdict"]),
        exempted=claims(codes, facts),
        words=words,
        files=tuple(_file(text.strip()) for text in files if text.strip()),
        note=said["note"],
        title=title,
    )


def verdict_of(text: str) -> Verdict:
    """A verdict as somebody writes it."""
    plain = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    if plain not in set(Verdict):
        raise BadQuestion(f"{text!r} is no verdict: write {', '.join(Verdict)}.")
    return Verdict(plain)


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split("|") if part.strip())


def _fact(text: str) -> tuple[str, str]:
    name, colon, said = text.partition(":")
    if not colon:
        raise BadQuestion(f"{text!r} is no fact: write it as EX-PRIV.privacy: whose, and why.")
    return name.strip(), said.strip()


def _file(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise BadQuestion(f"{text!r} is no number of a file.")
    return int(text)


def json_lines(sheet: Sheet) -> Iterator[bytes]:
    """One record a line, with its texts and what stands about it."""
    for version in sheet.review.versions:
        if version in sheet.hits:
            record = Record(
                control=sheet.review.control(version), texts=texts_of(sheet.hits[version]),
                **_standing(sheet.review.decision(version)),
            )  # fmt: skip
            yield msgspec.json.encode(record) + b"\n"


def _standing(decision: Decision | None) -> dict[str, Any]:
    names = ("verdict", "exempted", "spans", "regions", "withheld_media", "note", "title")
    return {name: getattr(decision, name) for name in names} if decision else {}


def from_json(body: bytes, sheet: Sheet, by: By, title: str, at: datetime) -> list[Decision]:
    """The decisions of JSON lines; lines that say what stands already give none."""
    made, faults = list[Decision](), list[str]()
    for number, line in enumerate(body.splitlines(), 1):
        if line.strip():
            try:
                made += _of_record(msgspec.json.decode(line, type=Record), sheet, by, title, at)
            except (msgspec.MsgspecError, UnicodeDecodeError, PaloverdeError) as error:
                faults.append(f"line {number}: {error}")
    refuse(faults)
    return made


def _of_record(record: Record, sheet: Sheet, by: By, title: str, at: datetime) -> Iterable[Decision]:
    version = _version(record.control, sheet.review)
    given = {
        name: value
        for name, value in msgspec.structs.asdict(record).items()
        if name not in ("control", "texts")
    }
    if record.verdict is None or given == _standing(sheet.review.decision(version)):
        return []
    account, kind, native_id, version_sha256 = version
    given["title"] = record.title or title
    return [
        Decision(
            account=account, kind=kind, native_id=native_id, version_sha256=version_sha256,
            decided_by=by.name, decided_at=at, **given,
        )
    ]  # fmt: skip
