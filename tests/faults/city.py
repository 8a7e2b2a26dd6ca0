"""The city of the faults: the simulated city with one account or two, archived on any store and any database.

The same sites, the same installation and the same audit as `simcity`. What is added is a place (a bucket or a
directory), a database, a client that waits half a second where the product waits a minute, and nights in processes
that may die.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from sqlalchemy import Engine, func, select

from faults.mirror import BucketEvidence, Mirror, MirroredStore, mirror_of
from paloverde.archive.commit import settle_pending
from paloverde.archive.mended import MendedStore
from paloverde.archive.rebuild import rebuild
from paloverde.archive.store.interface import Grade
from paloverde.archive.store.s3 import S3Store, connect
from paloverde.errors import PaloverdeError
from paloverde.installation import open_installation
from paloverde.orchestration.tether import follow_parent
from paloverde.settings import Settings, load
from paloverde.simulator.sites import SITES
from paloverde.state.books import open_books
from paloverde.state.tables import FILED, GAPS, ITEMS, LEDGER, LOG, METADATA, PARTS, REPAIRS, RUNS
from simcity.audit import Audit, Break
from simcity.evidence import Evidence
from simcity.installed import SimulatedInstallation
from simcity.memory import Poll
from simcity.plan import Plan
from simcity.wire import ADDRESS
from simcity.year import Year, at_hour
from stores import Place

WAIT_SECONDS = 1.5  # for an answer of the store; the product waits 60
PATIENCE_SECONDS = 15.0
SCALE = 0.02  # about a dozen items a site
DERIVED = (ITEMS, RUNS, PARTS, LEDGER, GAPS, FILED, LOG, REPAIRS)


def impatient(place: Place) -> S3Store:
    """The product's store at a place, with a client that does not wait long for an answer."""
    keys = place.keys
    config = connect(
        keys["endpoint"], region=None, access_key=keys["access_key"], secret_key=keys["secret_key"]
    ).meta.config.merge(Config(read_timeout=WAIT_SECONDS, connect_timeout=WAIT_SECONDS))
    client = boto3.client(
        "s3",
        endpoint_url=keys["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
        config=config,
    )
    return S3Store(client, place.url.removeprefix("s3://"), Grade.GOVERNANCE, patience=PATIENCE_SECONDS)


@dataclass
class Ended:
    """How a night in a process of its own ended."""

    killed: bool = False
    raised: str = ""  # the class of the error, "" for none
    words: str = ""
    foreign: bool = False  # an error that is none of the product's own
    value: Any = None  # what the work gave


class FaultyCity(Year):
    """A city at a place and with a database. `sites` are its accounts."""

    def __init__(
        self,
        home: Path,
        place: Place | None = None,
        database: str | None = None,
        *,
        sites: tuple[str, ...] = ("x",),
        seed: int = 3,
        more: dict[str, str] | None = None,
        audited: Place | None = None,
    ) -> None:
        """`audited` is another way to the same place, for the audit."""
        self.place, self._database, self._more = place, database, more or {}
        self.prepare: Callable[[Engine], None] = lambda _: None
        self.mirror: Mirror | None = None
        self.lag = timedelta()  # by how much the clock of this machine is wrong
        super().__init__(Plan(seed, 100, sites, SCALE, troubled=False), home)
        if place is not None and place.keys:
            self.mirror = mirror_of(audited or place, home / "mirror")
            self.evidence: Evidence = BucketEvidence(self.mirror, home / "mirror", self._tell_of_store)
            self.evidence.secrets |= self._secrets()
            self.audit = Audit(self.evidence)
            self.told.breaks = self.audit.breaks

    def _secrets(self) -> set[str]:
        return {token for presence in self.city.presences.values() for token in presence.tokens}

    def _set_up(self) -> Settings:
        environment = {
            "PALOVERDE_HOME": str(self.home),
            **{f"PALOVERDE_{name.upper()}_API": f"{ADDRESS}/{name}" for name in SITES},
            "PALOVERDE_LINKEDIN_VERSION": f"{self.city.clock.now():%Y%m}",
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
            "PALOVERDE_ATTEMPTS": "2",
            "PALOVERDE_LONGEST_WAIT_SECONDS": "60",
        }
        if self.place is not None and self.place.keys:
            environment |= {
                "PALOVERDE_STORE": self.place.url,
                "PALOVERDE_S3_ENDPOINT": self.place.keys["endpoint"],
                "PALOVERDE_S3_ACCESS_KEY": self.place.keys["access_key"],
                "PALOVERDE_S3_SECRET_KEY": self.place.keys["secret_key"],
            }
        if self._database is not None:
            environment["PALOVERDE_DATABASE"] = self._database
        return load(environment | self._more)

    def now(self) -> datetime:
        """The time of this process, by the city's clock."""
        return self.city.clock.now() + self.lag

    def open(self) -> None:
        self._settings = self._set_up()
        opened = open_installation(self._settings, self.now)
        vault = opened.vault
        if self.place is not None and self.place.keys:
            vault = msgspec.structs.replace(vault, store=MendedStore(impatient(self.place), vault.books))
        self.prepare(vault.books)
        self.installation = SimulatedInstallation(opened.settings, vault, self.wire, self._site)

    def _sealed_nights(self, slug: str, compared: str = "<") -> bool:
        """As simcity asks its SQLite, in words that both databases know."""
        days = RUNS.c.day < self.day if compared == "<" else RUNS.c.day <= self.day
        nights = select(RUNS.c.sequence).where(
            RUNS.c.account == slug, RUNS.c.kind == "night", days, ~RUNS.c.pending
        )
        with self.installation.vault.books.connect() as books:
            return books.execute(nights).first() is not None

    # Days and nights.

    def first_night(self) -> None:
        """The night before: everything that is there is archived once."""
        self.told.nights += 1
        self.night()

    def a_day(self) -> None:
        """What happens before the night that is broken: a post with a picture, a comment, an edit, a removal."""
        self.day += timedelta(days=1)
        self.city.clock.set(at_hour(self.day, 20))
        for slug in self.tokens:
            presence, number = self.presence(slug), self.told.nights
            there = [item for item in presence.comments if presence.there(item)]
            post = self.play(site=slug, do="post", text=f"The pool opens again ({number}).", photo="The pool")
            assert post is not None
            self.play(site=slug, do="comment", on=post["item"]["id"], text=f"When? ({number})")
            if there:
                self.play(site=slug, do="delete", item=there[0].id, by="author")
        self.city.clock.set(at_hour(self.day, 22))
        self._witness()

    def _witness(self) -> None:
        """The audit sees what is true before the night: a process that dies tells it nothing."""
        for slug in self.tokens:
            now = self.city.clock.now()
            poll = Poll(slug, "day", now, self._since(slug), ended=now)
            poll.witness(self.presence(slug), now)
            account = self.audit.accounts[slug]
            account._last = poll
            account._rows.remember(poll)
            account._removals.remember(poll)

    def bare_night(self) -> None:
        """The night and the check of every account, and the publishing of the ledger; nothing is audited."""
        for slug, token in self.tokens.items():
            self.installation.archive_night(slug, self.day, token)
            self.installation.check_removals(slug, self.day, token)
        self.publish()

    def publish(self) -> None:
        """The ledger's signed head, where there is none yet over all of its entries."""
        with self.installation.vault.books.connect() as books:
            entries = books.execute(select(func.max(LEDGER.c.sequence))).scalar()
            covered = books.execute(select(func.max(LOG.c.tree_size)).where(LOG.c.what == "head")).scalar()
        if entries != covered:
            self.installation.log.publish().raise_the_worst()

    def night_in_a_process(
        self, prepare: Callable[[int], None], store: Place | None = None, database: str | None = None
    ) -> Ended:
        """The night in a child that may die, which reaches store and database by these ways where they are given.

        `prepare` is told its process id before it begins.
        """
        child = self.night_begun(store, database)
        prepare(child.pid)
        ended = child.join()
        self.city.clock.move(600)  # it took its time
        return ended

    def night_begun(self, store: Place | None = None, database: str | None = None) -> Child:
        """The child that will play the night once it is told to."""
        return forked(lambda: self._as_child(store, database))

    def _as_child(self, place: Place | None, database: str | None) -> None:
        self.place, self._database = place or self.place, database or self._database
        self.open()
        self.bare_night()

    def again(self) -> None:
        """The same night once more in a healthy process, and the audit after it."""
        self.told.nights += 1
        self.reopen()
        self._settle()
        try:
            self.night()
            self.publish()
        except ValueError as error:  # the audit cannot even read what lies there
            self.audit.tell("bytes", f"what lies in the store cannot be read: {error}")
        except PaloverdeError as error:
            self.audit.tell("refusal", f"the ledger could not be published: {error}")

    def _settle(self) -> None:
        """What the dead run decided is stored at once: here it is known to be dead, and nobody waits for it."""
        vault = self.installation.vault
        with suppress(PaloverdeError):  # the night does the same, and its trouble is audited
            settle_pending(vault.store, vault.books, vault.locked_until(self.day), patience=0)
            self.installation.ledger.settle(patience=0)

    def close_audit(self) -> list[Break]:
        """What is audited once a case: the database against the objects, all locks, secrets everywhere."""
        for words in self.register_differs():
            self.audit.tell("register", words)
        self.evidence.look_at_all_again()
        dump = self.home / "database.txt"
        dump.write_text("\n".join(rows_of(self.installation.vault.books)))
        self.evidence.search_rest(self.home)
        return self.audit.breaks

    def register_differs(self) -> Iterator[str]:
        """In what the database differs from one that is filled again from the objects alone."""
        vault = self.installation.vault
        second = self.home / "again.db"
        books = open_books(f"sqlite:///{second}")
        try:
            store: Any = vault.store
            if self.mirror is not None:
                self.mirror.refresh()
                store = MirroredStore(self.mirror)
            rebuilt = rebuild(store, books, lambda _: None)
            if rebuilt.missing or rebuilt.left_out:
                yield rebuilt.sentence()
            for table in DERIVED:
                here, there = self._comparable(vault.books, table), self._comparable(books, table)
                if here != there:
                    less, more = (
                        [row for row in there if row not in here],
                        [row for row in here if row not in there],
                    )
                    yield f"the table {table.name} is not what the objects say: lacks {less[:2]}, has {more[:2]}"
        except PaloverdeError as error:
            yield f"the database cannot be rebuilt: {error}"
        finally:
            books.dispose()
            for leftover in self.home.glob("again.db*"):
                leftover.unlink()

    def _comparable(self, books: Engine, table: Any) -> list[tuple[Any, ...]]:
        """The rows of a table; of an object that lies in the store twice, either version may be named."""
        stored = self.mirror.versions.values() if self.mirror else ()
        free = {id_ for versions in stored if len(versions) > 1 for id_ in versions}
        rows = rows_by_table(books, [table])[table.name]
        return [tuple(None if value in free else value for value in row) for row in rows]


def table_of(books: Engine, table: Any) -> list[tuple[Any, ...]]:
    with books.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)


def rows_by_table(books: Engine, tables: Sequence[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of some tables, for a comparison later; of LOG without when it was written, which no object says."""
    found = {table.name: table_of(books, table) for table in tables}
    return {name: [row[:-1] for row in rows] if name == LOG.name else rows for name, rows in found.items()}


def rows_of(books: Engine) -> Iterator[str]:
    """Every row of every table, for the search for secrets."""
    for table in METADATA.sorted_tables:
        for row in table_of(books, table):
            yield f"{table.name} {row}"


class Child:
    """A forked process: it waits until it is joined, then does its work and tells how it ended."""

    def __init__(self, pid: int, go: int, told: int) -> None:
        self.pid, self._go, self._told = pid, go, told

    def begin(self) -> None:
        if self._go >= 0:
            os.write(self._go, b"g")
            os.close(self._go)
            self._go = -1

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def join(self) -> Ended:
        self.begin()
        with os.fdopen(self._told, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return Ended(killed=True)
        ended: Ended = pickle.loads(told)
        return ended


def forked(work: Callable[[], Any]) -> Child:
    """A child of this process that does `work` once it is told to begin."""
    wait, go = os.pipe()
    told, tell = os.pipe()
    pid = os.fork()
    if pid:
        os.close(wait)
        os.close(tell)
        return Child(pid, go, told)
    follow_parent()
    os.close(go)
    os.close(told)
    ended = Ended()
    try:
        os.read(wait, 1)
        ended.value = work()
    except PaloverdeError as error:
        ended = Ended(raised=type(error).__name__, words=str(error))
    except BaseException as error:  # noqa: BLE001  whatever it is, the parent must be told of it
        ended = Ended(raised=type(error).__name__, words=repr(error), foreign=True)
    finally:
        with suppress(OSError):
            os.write(tell, pickle.dumps(ended))
        os._exit(0)
