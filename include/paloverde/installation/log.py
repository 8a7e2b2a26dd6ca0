"""The ledger's published log as the command line and the DAG work with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import func, select

from paloverde.archive.layout import LOG_HEADS, LOG_STAMPS
from paloverde.archive.ledger import Ledger
from paloverde.archive.log.check import check_log
from paloverde.archive.log.heads import Published, publish
from paloverde.archive.log.notes import Head, Key, log_key
from paloverde.archive.log.proofs import Proof, prove
from paloverde.archive.log.shelf import Shelf
from paloverde.archive.log.timestamps import Rules, stamp
from paloverde.archive.log.walk import Report
from paloverde.archive.log.witness import cosign, with_cosignatures, witnesses_of
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion, BadSetting, PaloverdeError, PersonNeeded
from paloverde.settings import Settings
from paloverde.state.tables import LEDGER


class Publication(msgspec.Struct, frozen=True):
    """What came of publishing: the head, what those outside said, and what could not be had from them."""

    published: Published
    sentences: list[str]
    troubles: list[PaloverdeError]

    def raise_the_worst(self) -> None:
        """Raise the gravest trouble, with what all of them say; nothing where there was none."""
        if self.troubles:
            worst = min(self.troubles, key=_gravity)
            raise type(worst)(" ".join(str(trouble) for trouble in self.troubles))


class Log:
    """The Merkle log over the ledger, of one city."""

    def __init__(self, settings: Settings, vault: Vault, ledger: Ledger) -> None:
        self._settings, self._vault, self._ledger = settings, vault, ledger
        self._shelf = Shelf(vault)

    @property
    def is_unnamed(self) -> bool:
        """Whether nothing is published yet, and nobody has given the log a name to publish it under."""
        return self._settings.log_origin is None and self._shelf.newest_head() is None

    @property
    def has_head(self) -> bool:
        """Whether a signed head was published."""
        return self._shelf.newest_head() is not None

    def publish(self) -> Publication:
        """Sign a head over all entries, have it stamped and witnessed; what was done is not done twice.

        Raises `ArchiveDamaged` where what was published before is no longer here as it was, `BadSetting`
        where the log has no name yet.
        """
        settings, origin = self._settings, self._origin()
        self._ledger.settle()
        published = publish(self._vault, origin)
        if published.head is None:
            return Publication(published, [published.sentence()], [])
        deadline = float(settings.request_deadline_seconds)
        skew = float(settings.clock_skew_seconds)
        rules = Rules(settings.timestamp_roots_file, deadline, skew, self._vault.clock)
        stamped = stamp(self._shelf, published.head, settings.timestamp_authorities or (), rules)
        witnesses = witnesses_of(settings.witnesses or ())
        seen = cosign(self._shelf, published.head, witnesses, deadline)
        nobody = [] if witnesses else [_NO_WITNESS]
        sentences = [published.sentence(), *stamped.sentences, *nobody, *seen.sentences]
        return Publication(published, sentences, [*stamped.troubles, *seen.troubles])

    def head(self) -> str:
        """The newest signed head with the signatures of its witnesses, as it is kept and mailed."""
        return with_cosignatures(self._shelf, self._newest()).whole()

    def vkey(self) -> str:
        """The key that the heads are checked with, as those outside need it."""
        return log_key(self._origin(), self._vault.signer.public_key).text()

    def prove(self, number: int, head: Head | None = None) -> Proof:
        """The proof that a ledger entry is in the log, under the newest head or under one that was kept."""
        newest = self._newest()
        return prove(number, head or newest, newest, self._shelf.read)

    def check(self, kept: Head | None, keys: Sequence[Key]) -> Report:
        """Check the log as it lies in the store, and the database's ledger with it."""
        self._ledger.settle()
        return check_log(_Live(self._vault, self._shelf), kept, keys)

    def _origin(self) -> str:
        if self._settings.log_origin is not None:
            return self._settings.log_origin
        head = self._shelf.newest_head()
        if head is None:
            raise BadSetting(UNNAMED)
        raise BadSetting(
            f"PALOVERDE_LOG_ORIGIN is not set, and the newest signed head is of the log {head.origin}: set "
            "it to that again. The name of a log never changes."
        )

    def _newest(self) -> Head:
        head = self._shelf.newest_head()
        if head is None:
            raise BadQuestion("No head was published yet: run `paloverde ledger publish` first.")
        return head


UNNAMED = (
    "The ledger's log has no name yet, and nothing was published: its name stands on every signed head for "
    "good. First set PALOVERDE_LOG_ORIGIN to a host name of the City and a path, such as "
    "archive.city.example/ledger."
)
_NO_WITNESS = (
    "No witness is set (PALOVERDE_WITNESSES): give the head to somebody outside of the City "
    "(`paloverde ledger head`), so that nobody can write a second history unnoticed."
)


class _Live:
    """The log in the store, and the entries as the database has them."""

    def __init__(self, vault: Vault, shelf: Shelf) -> None:
        self._vault, self.read = vault, shelf.read

    def heads(self) -> Iterator[str]:
        yield from (stored.key for stored in self._vault.store.walk(LOG_HEADS))

    def stamps(self) -> Iterator[str]:
        yield from (stored.key for stored in self._vault.store.walk(LOG_STAMPS))

    def entries(self, first: int, last: int) -> Iterator[tuple[int, str, bytes]]:
        query = select(LEDGER.c.sequence, LEDGER.c.body).order_by(LEDGER.c.sequence)
        with self._vault.books.connect() as connection:
            rows = connection.execute(query.where(LEDGER.c.sequence.between(first, last))).all()
        for row in rows:
            yield row.sequence, f"Ledger entry {row.sequence:,} in the database", row.body.encode()

    def last_entry(self) -> int:
        with self._vault.books.connect() as connection:
            return connection.execute(select(func.max(LEDGER.c.sequence))).scalar() or 0


def _gravity(error: PaloverdeError) -> int:
    """Damage before what a person must do, and that before what may come right by itself."""
    kinds = (ArchiveDamaged, PersonNeeded)
    return next((n for n, kind in enumerate(kinds) if isinstance(error, kind)), len(kinds))
