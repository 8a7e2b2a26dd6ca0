"""The city whose desk is measured: a large archive, a month of new items, a request with a large review."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from corpus import ACCOUNTS
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account, archive_day
from paloverde.requests.deciding import Wish, claims, decided
from paloverde.requests.events import Received
from paloverde.requests.review import Verdict
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import load
from paloverde.state.books import open_books, writing
from paloverde.state.tables import ITEMS, METADATA, RUNS

CLERK = By("Cleo Park", "clerk", "bench")
_IN_REVIEW = 10_000
_NEW_ITEMS = 300_000  # of one account in a month, for how fast they come to the archive
_FEW, _REDACTED = 3, 200  # records of a poster whose name is redacted, and of all of these


def large_city(folder: Path, home: Path) -> Installation:
    """The City over the archive: what is there is linked, what is new lies in the copy."""
    for part in ("store", "index"):
        shutil.copytree(folder / part, home / part, copy_function=os.link)
    (home / "index" / "lock").unlink(missing_ok=True)
    shutil.copy(folder / "state.db", home)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # that of the corpus
    pem = home / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    books = open_books(f"sqlite:///{home}/state.db")
    METADATA.create_all(books)  # tables that are younger than the archive
    with writing(books) as connection:
        connection.execute(RUNS.update().values(told=True))  # else the opening notes each in the ledger
    settings = {
        "PALOVERDE_HOME": str(home),
        "PALOVERDE_STORE": f"file://{home}/store",
        "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
        "PALOVERDE_INDEX_FOLDER": str(home / "index"),
        "PALOVERDE_SIGNING_KEY_FILE": str(pem),
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
    }
    city = open_installation(load(settings), purpose=Purpose.BEGIN)
    for number, slug in enumerate(ACCOUNTS):
        city.register_account(Account(slug, "nextdoor", str(number), slug))
    _fill_register(city)
    return city


def _fill_register(city: Installation) -> None:
    """A month of new items of one account, as nights would have seen them."""
    chance, now = random.Random(5), city.vault.clock()
    row = {"account": ACCOUNTS[0], "stream": "comments", "within": "", "version_sha256": "0" * 64,
           "record_sequence": 1, "state": "present"}  # fmt: skip
    rows = []
    for number in range(_NEW_ITEMS):
        seen = now - timedelta(days=chance.random() * 30)
        posted = seen - timedelta(hours=chance.random() * 24)
        times = {"posted_at": posted, "first_seen": seen, "last_seen": seen, "looked_at": seen}
        rows.append(row | times | {"kind": "comment", "native_id": f"n{number}"})
    first = now - timedelta(days=60)
    rows.append(row | {"kind": "profile", "native_id": "p", "posted_at": None, "first_seen": first,
                       "last_seen": first, "looked_at": first})  # fmt: skip
    with writing(city.vault.books) as connection:
        connection.execute(ITEMS.insert(), rows)


def request_with_review(city: Installation) -> str:
    """A request whose review has 10,000 records."""
    event = Received(by=CLERK, at=city.requests.now(), number="", channel="letter", text="All about parking",
                     received_on=archive_day(city.vault.clock()) - timedelta(days=3))  # fmt: skip
    number = city.requests.receive(event).number
    since, until = date(2024, 1, 1), date(2024, 12, 31)
    answer, _ = city.requests.search(
        number, "parking", CLERK, accounts=(ACCOUNTS[0],), since=since, until=until
    )
    city.reviews.gather(number, answer.hits[:_IN_REVIEW], CLERK)
    print(f"{number} has {len(answer.hits):,} hits", file=sys.stderr)
    return number


def decide_all(city: Installation, number: str) -> int:
    """All is handed over; posters of a few records are private people, whose names are redacted. The number
    of one that is redacted and has no pictures.
    """
    hits, review = city.requests.found(number, CLERK.actor), city.reviews.get(number)
    found = [hits[version] for version in review.versions]
    records = Counter(hit.poster_name for hit in found)
    rare = [hit for hit in found if hit.poster_name and records[hit.poster_name] <= _FEW][:_REDACTED]
    private = {hit.poster_name for hit in rare}
    claimed = claims(["EX-PRIV"], [("privacy", "a neighbor who asked for nothing")])
    whole, now = Wish(verdict=Verdict.RESPONSIVE), city.vault.clock()

    def wish(hit: Hit) -> Wish:
        if hit.poster_name not in private:
            return whole
        words = (("EX-PRIV", hit.poster_name or ""),)
        return Wish(verdict=Verdict.EXEMPT_IN_PART, exempted=claimed, words=words, title="Deputy Clerk")

    decisions = [decided(hit, wish(hit), CLERK, now) for hit in found]
    city.reviews.decide(number, decisions, hits, CLERK)
    return next(at for at, hit in enumerate(found, 1) if hit.poster_name in private and not hit.media)
