"""A made-up archive of any size: sealed parts in a directory, written fast, the same for the same seed.

    archive = corpus(Path("/tmp/city"), 1_000_000, seed=5)

Posts and comments of a city's accounts over five years, in eight languages: words by Zipf's law out of
syllables, with some known words among the most frequent (`KNOWN`), #tags, @handles, web addresses, emoji,
pictures with descriptions, edits, undated records, private messages and removed items. Nobody in it exists.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from paloverde.archive.commit import commit
from paloverde.archive.layout import records_key, removed_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.schema import MEDIA, RECORDS, REMOVED, UTC_TIME
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.signing import Signer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.records import add_calendar_years
from paloverde.state.books import open_books

_KNOWN = (
    "the to and city of park street in is for we water parking council meeting desert palm sweeping library "
    "cleanup permit trash road closed thanks don't city's e-mail 1,000 navigate gate delegate colour color "
    "run running neighborhood complaint ordinance pothole"
)
KNOWN = tuple(_KNOWN.split())
ACCOUNTS = tuple(
    f"{platform}-{place}"
    for platform in ("facebook", "instagram", "x", "youtube")
    for place in ("cityhall", "library", "parks", "police", "works")
)
PER_PART = 5_000
FIRST_DAY = date(2021, 1, 1)
DAYS = 5 * 365
_SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
_LANGUAGES = ("en", "es", "de", "fr", "ru", "zh", "ja", "ar")
_SHARES = (0.70, 0.14, 0.03, 0.03, 0.03, 0.03, 0.02, 0.02)
# Consonants and vowels that syllables are made of.
_LETTERS = {
    "en": ("b c d f g h l m n p r s t w br ch cl st tr", "a e i o u ea oo ai"),
    "es": ("b c d f g l m n ñ p r s t v ll ch", "a e i o u á é í ó ú"),
    "de": ("b d f g h k l m n r s t w z sch st", "a e i o u ä ö ü ei au"),
    "fr": ("b c d f g j l m n p r s t v ch qu", "a e i o u é è ê ou ai"),
    "ru": ("б в г д з к л м н п р с т", "а е и о у ы ю я"),
    "ar": ("ب ت ج د ر س ش ع ف ق ل م", "ا و ي"),
}
_EMOJI = ("🌴", "👍", "👍🏽", "❤️", "🎉", "👩‍👩‍👧", "🇺🇸", "😡")
_ENDINGS = (
    lambda _, __: ".",
    lambda number, word: f"https://city.example.gov/{word}/{number:x}",
    lambda _, word: f"#{word}",
    lambda number, _: _EMOJI[number % len(_EMOJI)],
    lambda number, word: f"@{word}{number % 500}",
)
_WORDS = 40_000


def corpus(folder: Path, records: int, seed: int) -> Archive:
    """A sealed archive of this many records; `add` brings more."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive(DirectoryStore(folder / "store"), open_books(f"sqlite:///{folder / 'state.db'}"))
    add(archive, records, seed)
    return archive


def add(archive: Archive, records: int, seed: int, *, per_part: int = PER_PART) -> None:
    """Seal so many records more, in parts of `per_part`; runs go through the accounts and days in turn."""
    made = _Texts(seed)
    parts = -(-records // per_part)
    for number in range(parts):
        size = min(per_part, records - number * per_part)
        day = FIRST_DAY + timedelta(days=(number + 1) * DAYS // (parts + 1))
        _night(archive, made, ACCOUNTS[number % len(ACCOUNTS)], day, size, f"{seed}-{number}")


class _Texts:
    """Texts by the column."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        words = np.random.default_rng(1)  # the same words whatever the seed
        self.words = {language: _vocabulary(language, words) for language in _LANGUAGES}
        self.names = pa.array(_names(words))

    def texts(self, languages: np.ndarray[Any, Any]) -> pa.Array:
        """One text for each language number."""
        found = np.empty(len(languages), object)
        for number, language in enumerate(_LANGUAGES):
            chosen = np.flatnonzero(languages == number)
            if len(chosen):
                found[chosen] = self._of(language, len(chosen)).to_pylist()
        return pa.array(found, pa.string())

    def _of(self, language: str, size: int) -> pa.Array:
        chance, words = self.chance, self.words[language]
        lengths = chance.poisson(27, size) + 1
        ranks = np.minimum(chance.zipf(1.25, int(lengths.sum())) - 1, 10**9) % len(words)
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        lists = pa.ListArray.from_arrays(pa.array(ends), words.take(pa.array(ranks)))
        said = pc.binary_join(lists, "" if language in ("zh", "ja") else " ")
        return pc.binary_join_element_wise(said, self._endings(size), " ")

    def _endings(self, size: int) -> pa.Array:
        """What stands behind a text: nothing mostly, an address, a tag, an emoji, a handle."""
        chance = self.chance
        kinds = chance.choice(5, size, p=(0.6, 0.12, 0.12, 0.1, 0.06))
        numbers = chance.integers(0, 2**40, size)
        known = chance.integers(0, len(KNOWN), size)
        columns = (kinds.tolist(), numbers.tolist(), known.tolist())
        texts = [_ENDINGS[kind](number, KNOWN[word]) for kind, number, word in zip(*columns, strict=True)]
        return pa.array(texts, pa.string())


def _vocabulary(language: str, chance: np.random.Generator) -> pa.Array:
    if language in ("zh", "ja"):
        first, count = (0x4E00, 3_000) if language == "zh" else (0x3042, 80)
        return pa.array([chr(first + number) for number in chance.permutation(count)])
    consonants, vowels = (letters.split() for letters in _LETTERS[language])
    words = [
        "".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(length))
        for length in chance.integers(1, 5, _WORDS // (1 if language == "en" else 8))
    ]
    return pa.array([*KNOWN, *words] if language == "en" else words)


def _names(chance: np.random.Generator) -> list[str]:
    consonants, vowels = (letters.split() for letters in _LETTERS["en"])
    made = [
        "".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(3)).title()
        for _ in range(800)
    ]
    return [f"{made[a]} {made[b]}" for a, b in chance.integers(0, len(made), (60_000, 2))]


def _night(archive: Archive, made: _Texts, account: str, day: date, size: int, mark: str) -> None:
    rows = _rows(made, account, day, size, mark)
    store = archive.store
    parts = [_part(store, Role.RECORDS, lambda sha256: records_key(account, day, sha256), rows)]
    gone = rows.slice(0, max(size // 2_000, 1 if size > 500 else 0))
    parts += [_removed(store, account, day, row) for row in gone.to_pylist()]
    ended = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    draft = Draft(
        account=account,
        platform=account.partition("-")[0],
        day=day,
        kind=RunKind.NIGHT,
        digest=hashlib.sha256(mark.encode()).hexdigest(),
        started_at=ended - timedelta(minutes=5),
        ended_at=ended,
        parts=parts,
        coverage=Coverage(),
        counts={"records": size},
        code_version="bench",
    )
    commit(store, archive.books, _SIGNER, draft, locked_until=datetime.now(UTC) + timedelta(days=1))


def _rows(made: _Texts, account: str, day: date, size: int, mark: str) -> pa.Table:
    chance = made.chance
    languages = chance.choice(len(_LANGUAGES), size, p=_SHARES)
    night = int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp()) * 1_000_000
    posted = night - chance.integers(0, 40 * 86_400_000_000, size)
    dated = chance.random(size) > 0.01
    poster = np.minimum(chance.zipf(1.3, size), 10**9) % len(made.names)
    kinds = pa.array(["post", "comment", "message"]).take(
        pa.array(chance.choice(3, size, p=(0.25, 0.72, 0.03)))
    )
    private = pc.equal(kinds, "message")
    raw = b'{"made": "up"}'
    ids = [f"{mark}-{number}" for number in range(size)]
    edited = chance.random(size) < 0.03
    edited[0] = False
    ids = [ids[number - 1] if again else ids[number] for number, again in enumerate(edited.tolist())]
    columns: dict[str, Any] = {
        "account": pa.repeat(account, size),
        "date": pa.repeat(pa.scalar(day, pa.date32()), size),
        "platform": pa.repeat(account.partition("-")[0], size),
        "kind": kinds,
        "native_id": pa.array(ids),
        "version_sha256": _hexes(chance, size),
        "text": made.texts(languages),
        "posted_at": pa.array(np.ma.masked_array(posted, ~dated), pa.int64()).cast(UTC_TIME),
        "poster_name": made.names.take(pa.array(poster)),
        "poster_id": pa.array(poster + 10_000_000).cast(pa.string()),
        "visibility": pc.if_else(private, "private", "public"),
        "permalink": pc.binary_join_element_wise(
            pa.scalar(f"https://{account}.example.com/"), pa.array(ids), ""
        ),
        "language": pa.array(_LANGUAGES).take(pa.array(languages)),
        "media": _media(chance, size),
        "observed_at": pa.array(np.full(size, night), UTC_TIME),
        "provenance": pa.repeat("api", size),
        "raw": pa.repeat(pa.scalar(raw), size),
        "payload_sha256": pa.repeat(hashlib.sha256(raw).hexdigest(), size),
        "exchange_key": pa.repeat(f"exchanges/account={account}/date={day}/{'e' * 64}.warc.gz", size),
        "exchange_offset": pa.array(np.arange(size) // 100 * 40_000),
        "payload_position": pa.array(np.arange(size) % 100 * 400),
    }
    return pa.table(
        [columns[field.name] if field.name in columns else pa.nulls(size, field.type) for field in RECORDS],
        schema=RECORDS,
    )


def _media(chance: np.random.Generator, size: int) -> pa.Array:
    kinds = chance.choice(3, size, p=(0.8, 0.17, 0.03))
    words = chance.integers(0, len(KNOWN), (size, 2)).tolist()
    return pa.array(
        [
            [
                {
                    "url": "https://pictures.example.com/p.jpg",
                    "type": "photo" if kind == 1 else "video",
                    "alt_text": f"Picture of {KNOWN[a]} and {KNOWN[b]}",
                    "sha256": None if a == 7 else "0" * 64,
                }
            ]
            if kind
            else []
            for kind, (a, b) in zip(kinds.tolist(), words, strict=True)
        ],
        MEDIA,
    )


def _hexes(chance: np.random.Generator, size: int) -> pa.Array:
    letters = chance.bytes(32 * size).hex().encode()
    ends = pa.py_buffer(np.arange(0, 64 * size + 1, 64, dtype=np.int32))
    return pa.StringArray.from_buffers(size, ends, pa.py_buffer(letters))


def _removed(store: DirectoryStore, account: str, day: date, row: dict[str, Any]) -> Part:
    when = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    whole = (
        dict.fromkeys(REMOVED.names)
        | row
        | {
            "removed_at": when,
            "last_seen_at": when,
            "confirmed_at": when,
            "confirmed_by": "direct look-up",
            "cause": "author",
            "cause_reason": "The site says that its author took it down.",
            "retain_until": add_calendar_years(day, 2),
        }
    )
    table = pa.Table.from_pylist([whole], schema=REMOVED)
    return _part(
        store, Role.REMOVED, lambda sha256: removed_key(account, day, row["native_id"], sha256), table
    )


def _part(store: Any, role: Role, key: Any, table: pa.Table) -> Part:
    body = to_parquet(table)
    stored = store.put(key(hashlib.sha256(body).hexdigest()), body, locked_until=None)
    posted = table["posted_at"]
    return Part(
        role=role,
        key=stored.key,
        version_id=stored.version_id,
        sha256=stored.sha256,
        size=stored.size,
        rows=len(table),
        undated=posted.null_count,
        earliest=pc.min(posted).as_py(),
        latest=pc.max(posted).as_py(),
    )


def said(records: int, seed: int) -> list[str]:
    """So many texts alone, in the languages of the archive."""
    made = _Texts(seed)
    texts = made.texts(made.chance.choice(len(_LANGUAGES), records, p=_SHARES)).to_pylist()
    return [str(text) for text in texts]
