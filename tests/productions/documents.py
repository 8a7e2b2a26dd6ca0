"""Invented documents for tests of productions; every person in them is invented, every text is hostile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import msgspec

from paloverde.productions.bates import Bates
from paloverde.productions.document import Document, Production, Run, Treatment
from paloverde.productions.fields import Entry, entry
from paloverde.productions.volume import Parts, Volume, filling
from paloverde.requests.redaction import File, Given, Released
from paloverde.requests.review import Verdict
from paloverde.search.hits import Hit, Kept

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
BATES = Bates("PDC", 7)
PRODUCTION = Production(
    name="PROD-2026-0001",
    matter="Rivera v. City of Palmaria",
    agency="City of Palmaria",
    made_at=NOON,
    root="ab" * 32,
    stamped_at=NOON + timedelta(minutes=3),
    software="Paloverde test",
)
# What breaks load files, tables and pages: delimiters of every form, scripts, directions, unseen characters.
HOSTILE = (
    "Plain words about the park.",
    "þ quoted þ and ® and \x14 inside; with a semicolon",
    "first line\nsecond\r\nthird\rfourth\u2028fifth",
    "🌵 family 👩‍👩‍👧 flag 🇺🇸 skin 👍🏽",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 beyond the first plane: 𠮷 and 🀄",
    "שלום and مرحبا \u202eturned round\u202c back",
    "",
    "  spaces around \t and tabs\t ",
    '=HYPERLINK("http://evil.example","click")',
    '<script>alert("x")</script> & <!-- ]]> -->',
    "null \x00 bell \x07 escape \x1b[31m",
    "\"double\" and 'single' \\ back\\slash, comma",
    "#Cleanup @palmaria see https://palmaria.example/a?b=1&c=2 and bit.ly/x",
)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hit(text: str | None = HOSTILE[0], **changes: Any) -> Hit:
    """A comment on the City's page, as a search finds it."""
    plain: dict[str, Any] = {
        "account": "facebook-palmaria", "date": date(2026, 11, 22), "platform": "facebook", "kind": "comment",
        "native_id": "1811", "parent_id": "1800", "thread_id": "1800", "text": text, "posted_at": NOON,
        "observed_at": NOON + timedelta(hours=9), "visibility": "public", "provenance": "api",
        "poster_name": "Rosa Vale", "poster_username": "rosa.vale", "poster_id": "77001",
        "permalink": "https://facebook.example/palmaria/1811", "language": "en",
        "version_sha256": sha(f"{text}{changes.get('native_id')}"), "payload_sha256": sha(f"payload {text}"),
        "exchange_key": "exchanges/1.warc.gz", "exchange_offset": 12, "payload_position": 40,
        "part": "records/1.parquet", "row": 3, "sequence": 7,
    }  # fmt: skip
    return Hit(**plain | changes)


def document(number: int = 1, text: str | None = HOSTILE[0], **changes: Any) -> Document:
    """The document with the page `number`, a comment; `changes` are of the document, or of its hit where a
    hit has a member of that name.
    """
    of_hit = {name: changes.pop(name) for name in [*changes] if name in Hit.__struct_fields__}
    found = hit(text, **{"native_id": str(1810 + number), **of_hit})
    begin = BATES.number(number)
    plain: dict[str, Any] = {
        "control": f"{PRODUCTION.name}-{number:06d}", "begin": begin, "end": begin, "pages": 1,
        "family": (begin, begin), "record": Released(control=begin, hit=found, verdict=Verdict.RESPONSIVE),
        "treatment": Treatment.WHOLE, "volume": "VOL001", "matter": PRODUCTION.matter, "hold": "rivera",
        "requests": ("1", "4"), "custodians": ("Ana Ruiz",), "account_id": "100200300",
        "run": Run(7, "cd" * 32, "0.1.0"),
    }  # fmt: skip
    return Document(**plain | changes)


def file_of(record: Document, number: int, at: int = 0) -> Document:
    """The `at`th kept file of a record as a document of its own, on the page `number`."""
    kept = record.hit.media[at]
    begin = BATES.number(number)
    return msgspec.structs.replace(
        record, control=f"{PRODUCTION.name}-{number:06d}", begin=begin, end=begin, parent=record.begin, attached=0,
        file=File(at, Given.WHOLE, kept.sha256 or "", kept.sha256, kept.size),
    )  # fmt: skip


def picture(name: str = "cactus") -> Kept:
    return Kept(url=f"https://cdn.example/{name}.png", type="photo", alt_text=f"A {name}, þ and 🌵",
                sha256=sha(name), size=len(name))  # fmt: skip


def family(first: int = 1, texts: Sequence[str] = HOSTILE[:3]) -> list[Document]:
    """A post with a picture, and a comment of each text, with consecutive pages."""
    post = document(first, "The park opens on Monday.", kind="post", native_id="1800", parent_id=None,
                    thread_id=None, media=[picture()], attached=1 + len(texts))  # fmt: skip
    members = [post, file_of(post, first + 1)]
    for at, text in enumerate(texts):
        when = NOON + timedelta(minutes=at + 1)
        members.append(document(first + 2 + at, text, posted_at=when, parent=post.begin))
    reach = (members[0].begin, members[-1].end)
    return [msgspec.structs.replace(one, family=reach) for one in members]


def hostile(first: int = 1) -> list[Document]:
    """A document of each hostile text, which is its poster's name and file's description, too."""
    return [
        document(first + at, text, poster_name=text, requests=(text, "2")) for at, text in enumerate(HOSTILE)
    ]


@contextmanager
def volume(folder: Path, name: str = "VOL001") -> Iterator[Volume]:
    """A volume that is written to `folder/VOL001.zip`, with nothing kept back."""
    with filling(folder / f"{name}.zip", name, _nothing) as opened:
        yield opened


def filed(opened: Volume, one: Document) -> Entry:
    """A document with a native and a text, which are written into its volume."""
    native = opened.add(f"NATIVES/0001/{one.begin}.json", one.hit.payload_sha256.encode())
    text = opened.add(f"TEXT/0001/{one.begin}.txt", (one.hit.text or "").encode())
    return entry(one, Parts(native, text), PRODUCTION)


def _nothing(path: str, file: IO[bytes]) -> None:
    """There is nothing to look for."""
