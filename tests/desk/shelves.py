"""A city with records of every kind, harmless and hostile, for whoever searches and looks at them."""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archives import Row, add_night, medium, record, removed
from paloverde.archive.register import apply_sightings
from paloverde.archive.seal import RunKind
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.desk.people import Person, Role
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.books import changing
from sightings import first_seen

NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)
FB, X = "facebook-palmaria", "x-palmaria"
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    '"><img src=x onerror=alert(2)>',
    "javascript:alert(3)",
    "' onmouseover='alert(4)",
    "{{ 7 * 7 }} {% raw %}",
    "evil\u202egnp.exe\u2066 \u200b\u00ad\ufeff",
    "nul\0and\x1b[31mred",
    "<svg/onload=alert(5)><math><mi xlink:href='data:x,y'>",
    "</pre></textarea></title><b>out</b>",
    '=HYPERLINK("http://evil.example")',
    "a\u0300" * 50 + "👩‍👩‍👧‍👦 公園 مرحبا",
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PAGE = b"<html><script>alert(6)</script></html>"
POOL = datetime(2026, 5, 6, 17, tzinfo=UTC)
LIMITED = Person("lia", "Lia Moss", Role.CLERK, "", accounts=(X,))


class Shelves:
    """The city; `rows` are its records by their ids."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # that of `archives`
        pem = home / "key.pem"
        pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        pem.chmod(0o600)
        settings = {
            "PALOVERDE_HOME": str(home),
            "PALOVERDE_SIGNING_KEY_FILE": str(pem),
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        }
        self.city: Installation = open_installation(load(settings), lambda: NOW, purpose=Purpose.BEGIN)
        for slug, native_id in ((FB, "42"), (X, "43")):
            self.city.register_account(Account(slug, slug.partition("-")[0], native_id, "palmaria"))

    def fill(self) -> Shelves:
        """The records that the tests look at."""
        day = date(2026, 5, 7)
        at = datetime(2026, 5, 7, 9, tzinfo=UTC)
        picture, page = medium(PNG, alt_text="The pool, empty"), medium(PAGE, type="file")
        lost = medium(b"lost", not_captured="The site did not answer.") | {"sha256": None}
        rows = [
            self.row("1", "The pool opens on Monday at nine", kind="post", observed_at=at),
            self.row("2", "Is the pool heated?", parent_id="1", thread_id="1", observed_at=at),
            self.row("3", "The pool was closed by mistake", observed_at=at),
            self.row("7", "A picture of the pool", kind="post", media=[picture, page, lost], observed_at=at),
            self.row("900", "A private word about the pool", kind="message", visibility="private",
                     thread_id="t1", media=[medium(PNG)], observed_at=at),
            *(self.row(f"h{n}", f"hostile {text}", poster_name=text, poster_username=text, permalink=text,
                       posted_text=text, kind="post", observed_at=at) for n, text in enumerate(HOSTILE)),
        ]  # fmt: skip
        add_night(self.city.archive, FB, day, rows, media=[PNG, PAGE])
        add_night(self.city.archive, X, day, [self.row("5", "The pool, as X has it", account=X, kind="post",
                                                       platform="x", observed_at=at)])  # fmt: skip
        later = at + timedelta(days=1)
        edited = self.row("1", "The pool opens on Tuesday at nine", kind="post", observed_at=later,
                          edited_at=later)  # fmt: skip
        add_night(self.city.archive, FB, date(2026, 5, 8), [edited])
        gone = removed(rows[2], removed_at=later)
        add_night(self.city.archive, FB, date(2026, 5, 9), [], removed=[gone], kind=RunKind.REMOVAL_CHECK)
        return self

    def row(self, native_id: str, text: str, **more: Any) -> Row:
        return record(native_id, text, **{"account": FB, "posted_at": POOL, **more})

    def told(self, what: str) -> list[dict[str, str]]:
        """What the ledger says of events of that name."""
        entries = self.city.ledger.entries()
        return [entry.event.about for entry in entries if entry.event.what == what]


class _Reader(HTMLParser):
    """What a browser would make of a page: elements and attributes that could do harm, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "math", "base", "iframe", "object", "embed", "b"):
            self.harm.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/desk.js"):
            self.harm.append(f"<script {given}>")
        for name, value in given.items():
            if name.startswith(("on", "xlink")) or name == "style":
                self.harm.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "data-refresh", "data-help") and not value.startswith(
                ("/", "#")
            ):
                self.harm.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action") and value.startswith("//"):
                self.harm.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if unseen := re.findall("[\u200b\u202a-\u202e\u2066-\u2069\ufeff\0\x1b]", data):
            self.harm.append(f"unseen {unseen} in {data[:60]!r}")


def harm_in(page: str) -> list[str]:
    """What of a page is not ours: elements, handlers, addresses, unseen characters in its words."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.harm


SEEN = datetime(2026, 5, 7, 9, tzinfo=UTC)


def shown_by_the_site(shelves: Shelves, kind: str, native_id: str, run: int = 1) -> None:
    """The register knows an item only once a night has seen it: that of the run."""
    seen = [Sighting(kind, native_id, "own", "", "present", SEEN, "listing", "ab" * 32, SEEN)]
    table = first_seen(sighting_table(FB, SEEN.date(), seen), new=True)
    with changing(shelves.city.vault.books) as connection:
        apply_sightings(connection, run, table)
