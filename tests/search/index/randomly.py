"""Random archives that are hard to search, and random questions about them."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archives import NIGHT, SIGNER, Row, add_night, medium, open_empty, record, removed
from paloverde.archive.commit import commit
from paloverde.archive.layout import records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind, Superseded

ACCOUNTS = ("facebook-springfield", "x-springfield", "instagram-springfield")
WORDS = (
    "street", "Street", "sweeping", "swept", "sweep", "park", "parks", "parking", "Parked", "café", "cafe", "CAFÉ",
    "ｐａｒｋ", "pool", "the", "the", "the", "of", "of", "a", "don't", "dont", "don’t", "e-mail", "email", "1,000", "1000",
    "#park", "@park", "#cleanup", "cleanup", "#city's", "city's", "citys", "city", "s", "straße", "STRASSE", "公園",
    "園", "公", "👍🏽", "👍", "👨‍👩‍👧", "l’école", "ecole", "école", "p\u00adark", "x_y", "a.b", "ΣΟΦΟΣ", "σοφός", "한국", "한",
    "สวัสดี", "naïve", "colour", "color", "colors", "tailgate", "gate", "gates", "irrigate", "re-open-ed", "#公園",
    "https://palmdesert.gov/parks?x=1", "www.palmdesert.gov", "bit.ly/Pool", "http://example.org/gate/ecole",
    "palmdesert.gov", "rosa@palmdesert.gov",
)  # fmt: skip
NAMES = ("Rosa Quintero", "ROSÁ", "Omar Vidal", "omar", "李小龍", "Zoë O'Brien", "Rosa\0Quintero", None)
LANGUAGES = ("en", "es", "es-MX", "es_MX", "zh", None)
TYPES = ("photo", "video", "animated_gif", "image/jpeg", "album", None)
TERMS = (
    *(word for word in WORDS if "://" not in word and "/" not in word and word not in ("a.b", "x_y")),
    "par*", "*1*", "*園*", "?a*", "*é*", "*0", "*eet", "s*t", "*gate", "col*r", "colo?r", "p?rk", "*a*", "*ool*", "#par*", "@p*", "park~", "gates~", "city~",
    "=café", "=cafe", "=park", "=école", "=straße", "=city's", '="the café"', "=公園", "=한국", "=#park", "=1,000",
    '"street sweeping"', '"e-mail street"', '"park 公園"', '"the city\'s"', '"of the"', '"the the"', '"the citys"',
    '"the par*"', '"parks~ the"', '"sweeping of the street"', '"*gate the"', '"city s"', '"公園"', "nothere", "zz*",
    '"of of"', '"the of"', '"of a"', '"the the the"', '"of the street"', '"the city\'s of"', '"a* the"', "e*", "*e",
)  # fmt: skip
DISTANCES = (
    "NEAR/2", "pre/3", "w/1", "w/5", "pre/1", "w/15", "w/16", "pre/17", "w/50", "w/64", "w/250", "pre/250",
)  # fmt: skip
FILTERS = (
    "poster:rosa", 'poster:"rosa quintero"', "poster:900", "poster:o*", "poster:brien", "poster:zoë", "poster:小龍",
    "account:x-springfield", "kind:post", "kind:comment", "kind:profile", "platform:x", "platform:facebook",
    "visibility:hidden", "visibility:public", "provenance:api", "provenance:records", "provenance:forwarded",
    "language:es", "language:es-mx", "language:zh", "removed:yes", "removed:no", "has:media", "has:picture",
    "has:video", "has:link", "link:palmdesert.gov", "link:gate", "link:parks", "link:pool", "link:e*", "link:bit.ly/pool",
    "from:2026-02-10", "to:2026-02-20", "in:2026-02", "in:2026-02-05..2026-02-25", "from:2027-01-01", "to:2020-01-01", "*",
)  # fmt: skip


def random_row(chance: random.Random, number: int, night: datetime) -> Row:
    """A record as some site could have given it."""
    account = chance.choice(ACCOUNTS)
    kind = chance.choice(["comment"] * 6 + ["post", "post", "message", "profile"])
    media = [
        medium(
            b"x",
            type=chance.choice(TYPES),
            alt_text=chance.choice([None, "", _text(chance)]),
            sha256=_kept(chance),
        )
        for _ in range(chance.choice([0, 0, 0, 0, 1, 2]))
    ]
    name = chance.choice(NAMES)
    posted = night - timedelta(hours=chance.randint(0, 24 * 60), seconds=chance.choice([0, 0, 7]))
    return record(
        str(number),
        chance.choice([_text(chance), _text(chance), None, ""]),
        account=account,
        platform=account.partition("-")[0],
        kind=kind,
        posted_at=None if kind == "profile" or chance.random() < 0.08 else posted,
        poster_name=name,
        poster_username=chance.choice([None, "rosa_q", "ovidal"]),
        poster_id=chance.choice(["900", "901", None]),
        visibility=chance.choice(["public"] * 6 + ["hidden", "private", "unknown", None]),
        language=chance.choice(LANGUAGES),
        provenance=chance.choice(["api"] * 5 + ["records", "forwarded", "export", None]),
        observed_at=night,
        media=media,
    )


def changed(chance: random.Random, row: Row, night: datetime) -> Row:
    """What a later run can bring of the same item: an edit, the same again, its files, another way it came."""
    new = {
        name: value
        for name, value in row.items()
        if name not in ("version_sha256", "raw", "payload_sha256", "date")
    }
    new["observed_at"] = night
    how = chance.random()
    if how < 0.4:
        return record(new.pop("native_id"), _text(chance), **_without_text(new))
    if how < 0.6 and new["media"]:
        new["media"] = [one | {"sha256": _kept(chance)} for one in new["media"]]
    elif how < 0.7:
        new["provenance"] = chance.choice(["api", "records", "export"])
    elif how < 0.8:
        new["posted_at"] = chance.choice([None, night - timedelta(days=chance.randint(0, 70))])
    elif how < 0.85:
        new["visibility"] = chance.choice(["hidden", "private", "public"])
    elif how < 0.9:
        new["language"] = chance.choice(LANGUAGES)
    text = new.pop("text")
    return record(new.pop("native_id"), text, version_sha256=row["version_sha256"], **new)


def random_question(chance: random.Random, depth: int = 0) -> str:
    """A question of the language, of any of its forms."""
    if depth > 2 or chance.random() < 0.3:
        return chance.choice(TERMS if chance.random() < 0.6 else FILTERS)
    if chance.random() < 0.3:
        return _nearness(chance, 0)
    left, right = random_question(chance, depth + 1), random_question(chance, depth + 1)
    return chance.choice(
        [f"({left}) ({right})", f"({left}) OR ({right})", f"NOT ({left})", f"({left}) NOT ({right})"]
    )


def _nearness(chance: random.Random, depth: int) -> str:
    sides = [
        f"({_nearness(chance, depth + 1)})"
        if depth < 2 and chance.random() < 0.2
        else f"({chance.choice(TERMS)} OR {chance.choice(TERMS)})"
        if chance.random() < 0.2
        else chance.choice(TERMS)
        for _ in range(2)
    ]
    return f"{sides[0]} {chance.choice(DISTANCES)} {sides[1]}"


class City:
    """An archive that grows night by night, loses parts, and has some of them written again."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.archive: Archive = open_empty(folder)
        self.chance, self.rows, self.night, self.number = chance, list[Row](), NIGHT, 0
        self._read: dict[tuple[str, int], list[Row]] = {}

    def grow(self, nights: int, rows: int) -> None:
        """Some nights of new records, changed ones, the same ones again, and removals."""
        for _ in range(nights):
            self.night += timedelta(days=1)
            new = [random_row(self.chance, self.number + at, self.night) for at in range(rows)]
            self.number += rows
            again = self.chance.sample(self.rows, min(len(self.rows), rows // 3))
            new += [changed(self.chance, row, self.night) for row in again]
            for account in ACCOUNTS:
                mine = [row for row in new if row["account"] == account]
                kind = self.chance.choice([RunKind.NIGHT, RunKind.NIGHT, RunKind.IMPORT])
                if mine:
                    add_night(self.archive, account, self.night.date(), mine, kind=kind)
            self.rows += new
            for row in self.chance.sample(self.rows, min(len(self.rows), 2)):
                self.remove(row)

    def remove(self, row: Row) -> None:
        """The copy of a removed item, sealed in a run of its own."""
        when = self.night + timedelta(minutes=self.chance.randint(0, 600))
        cause = self.chance.choice(["city", "author", "undetermined"])
        again = removed(row, removed_at=when, cause=cause)
        add_night(
            self.archive, row["account"], self.night.date(), [], removed=[again], kind=RunKind.REMOVAL_CHECK
        )

    def parts(self, role: str) -> list[SealedPart]:
        """The sealed parts of a role, in the order of runs."""
        return self.archive.parts(Role(role))

    def row_of(self, part: SealedPart, number: int) -> Row:
        """One row of a part."""
        key = (part.part.key, part.sequence)
        if key not in self._read:
            self._read[key] = self.archive.table(part.part).to_pylist()
        return self._read[key][number]

    def take_out(self, part: SealedPart, *, keeping: bool) -> None:
        """What a disposition does: a part goes, and what stays of it is written again in its place."""
        table = self.archive.table(part.part)
        stays = table.slice(0, len(table) // 2) if keeping else table.slice(0, 0)
        parts = []
        if len(stays):
            body = to_parquet(stays)
            key = records_key(part.account, part.day, hashlib.sha256(body).hexdigest())
            stored = self.archive.store.put(key, body, locked_until=None)
            rows = stays.to_pylist()
            posted = [row["posted_at"] for row in rows if row["posted_at"]]
            bounds = (min(posted, default=None), max(posted, default=None))
            undated = len(rows) - len(posted)
            where = (stored.key, stored.version_id, stored.sha256, stored.size)
            parts.append(Part(Role.RECORDS, *where, len(rows), undated, *bounds))
        old = part.part
        gone = Superseded(
            old.role, old.key, old.version_id, old.sha256, old.size, parts[0].key if parts else ""
        )
        ended = datetime.combine(self.night.date(), datetime.min.time(), UTC) + timedelta(hours=20)
        draft = Draft(
            account=part.account,
            platform=part.account.partition("-")[0],
            day=self.night.date(),
            kind=RunKind.DISPOSITION,
            digest=hashlib.sha256(repr(gone).encode()).hexdigest(),
            started_at=ended,
            ended_at=ended,
            parts=parts,
            coverage=Coverage(),
            counts={},
            code_version="test",
            superseded=[gone],
            order="D-1",
        )
        until = datetime.now(UTC) + timedelta(days=1)
        commit(self.archive.store, self.archive.books, SIGNER, draft, locked_until=until)


def random_scope(chance: random.Random, last: int) -> dict[str, Any]:
    """Bounds as a caller gives them beside the question; most give none."""
    scope: dict[str, Any] = {"include_private": chance.random() < 0.4}
    if chance.random() < 0.2:
        scope["accounts"] = chance.sample(ACCOUNTS, 2)
    if chance.random() < 0.2:
        scope["since"] = date(2026, 1, 15) + timedelta(days=chance.randint(0, 60))
    if chance.random() < 0.2:
        scope["kinds"] = ["comment", "profile"]
    if chance.random() < 0.3:
        scope["through"] = chance.randint(0, last)
    return scope


def _text(chance: random.Random) -> str:
    between = chance.choice([" ", "  ", ", ", ". "])
    return between.join(chance.choices(WORDS, k=chance.choice([1, 2, 5, 9, 15, 16, 17, 40, 90])))


def _kept(chance: random.Random) -> str | None:
    return chance.choice([None, "f" * 64])


def _without_text(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "text"}
