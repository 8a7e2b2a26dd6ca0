"""What is known of a built production: its volumes, the seals of its runs, and what the ledger tells of them.

The volumes are compared with their signed list first. The ledger is gone through once, chained up to an entry
that the City signed; of the archive itself no record is read, but for those of the production.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rfc3161_client import decode_timestamp_response
from sqlalchemy import select

from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.keys import key_register
from paloverde.archive.ledger import Ledger
from paloverde.archive.log.notes import Head as SignedHead
from paloverde.archive.log.notes import log_key, signed_by
from paloverde.archive.log.shelf import Shelf, What, read_kept_head
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.registry import all_accounts
from paloverde.archive.signing import signature_holds
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.installation.productions import Productions
from paloverde.installation.volumes import Volumes
from paloverde.productions.bates import Reach
from paloverde.productions.choosing import version_of
from paloverde.productions.docket import Docket
from paloverde.productions.document import Treatment
from paloverde.productions.hashes import HASHES, SIGNED, Signature
from paloverde.productions.order import SERIES, Built
from paloverde.productions.papers.concerning import Concern, Found, items_of
from paloverde.productions.papers.evidence import (
    Checked,
    Evidence,
    Head,
    Natives,
    Piece,
    Sealed,
    captured,
    claimed_of,
    piece,
)
from paloverde.productions.papers.hash_list import Listed, listed
from paloverde.productions.papers.hash_list import Signed as SignedList
from paloverde.productions.papers.privilege import kept_back
from paloverde.productions.report import REPORT, Report
from paloverde.records import Kind
from paloverde.requests.review import Decision
from paloverde.requests.reviewing import Review
from paloverde.retention.dossier import subject_of
from paloverde.retention.facts import ItemId
from paloverde.retention.holds import By
from paloverde.state.tables import CHECKS, LOG, PARTS, RUNS

_AT_ONCE = 2_000  # rows read at a time


class Laid(NamedTuple):
    """A built production, laid open: its documents in order, and every file of its volumes. `report` is what
    was counted when they were written, `signed` their list of all files. Of the decisions on what was chosen,
    `withheld` is how many keep a record back whole; `privileges` how many records each title keeps back of.
    """

    docket: Docket
    review: Review
    report: Report
    signed: SignedList
    pieces: Sequence[Piece]
    files: Sequence[Listed]
    withheld: int
    privileges: Mapping[str, int]


class Told(NamedTuple):
    """What the seals, the ledger and the checks tell of some documents."""

    seals: Mapping[int, Sealed]
    found: Found
    checked: Checked
    head: Head | None


class ProductionEvidence:
    """Gathers what the papers of a production state."""

    def __init__(
        self, vault: Vault, archive: Archive, ledger: Ledger, cabinet: Cabinet, productions: Productions,
        volumes: Volumes,
    ) -> None:  # fmt: skip
        self._vault, self._archive, self._ledger, self._cabinet = vault, archive, ledger, cabinet
        self._productions, self._volumes = productions, volumes

    def laid(self, number: str, by: By, folder: Path) -> Laid:
        """A production that was built into `folder`, its volumes compared with their signed list.

        `BadQuestion` where it is not built as it is decided now, or these are not its volumes;
        `ArchiveDamaged` where a native file is neither what was archived nor redacted.
        """
        docket = self._productions.get(number)
        if not docket.is_built:
            raise BadQuestion(
                f"{number} is {docket.state.value}: papers are made of volumes that stand as decided."
            )
        signed, review = self._signed(docket, folder), self._productions.review(number)
        report = msgspec.json.decode((folder / REPORT).with_suffix(".json").read_bytes(), type=Report)
        pieces = [piece(document) for document in self._volumes.documents(number, by, folder)]
        files = list(listed(folder, report, pieces))
        withheld, privileges = kept_back(self._decisions(docket, review, by))
        return Laid(docket, review, report, signed, pieces, files, withheld, privileges)

    def told(self, laid: Laid, pieces: Sequence[Piece]) -> Told:
        """What is known of some documents of a production."""
        runs, accounts = {one.run for one in pieces}, {one.account for one in pieces}
        seals = self._seals(runs, accounts)
        objects = self._objects(runs, accounts)
        found = Found(self._concern(laid, pieces, seals, objects))
        with self._vault.books.connect() as connection:
            for entry in self._ledger.proven(connection):
                found.take(entry)
        checked = self._checked(objects)
        return Told(seals, found, checked, self._head(laid.report, found.named.values()))

    def evidence(self, laid: Laid, told: Told) -> Evidence:
        """All figures of a whole production."""
        natives = [one for one in laid.files if one.is_native]
        slips = sum(one.treatment is Treatment.WITHHELD and one.is_record for one in laid.pieces)
        return Evidence(
            report=laid.report,
            accounts=captured(laid.pieces, told.seals),
            list_sha256=laid.signed.sha256,
            key=laid.signed.key,
            checked=told.checked,
            natives=Natives(len(natives), sum(one.sha256 == one.archived for one in natives)),
            named=len(told.found.named),
            entries=told.found.entries,
            head=told.head,
            gaps=tuple(map(str, self._gaps(laid.docket))),
            alone=laid.withheld - slips,
            claimed=claimed_of(laid.docket),
        )

    # Inside

    def _signed(self, docket: Docket, folder: Path) -> SignedList:
        """The signed list of the volumes that were built last, once they are as it says."""
        built, hashes = docket.last(Built), self._volumes.hashes_of(folder)
        if built is None or built.hashes != hashes:
            raise BadQuestion(f"{folder} does not hold the volumes of {docket.number} that were built last.")
        told = msgspec.json.decode((folder / SIGNED).read_bytes(), type=Signature)
        with self._vault.books.connect() as connection:
            keys = {key.public_key for key in key_register(connection).keys}
        body = (folder / HASHES).read_bytes()
        if told.public_key not in keys or not signature_holds(told.public_key, body, told.signature):
            raise BadQuestion(
                f"{folder / SIGNED} bears no signature of a key of the archive’s register: build it again."
            )
        return SignedList(
            sha256=hashes, algorithm=told.algorithm, key=told.public_key, compared_at=self._vault.clock()
        )

    def _seals(self, runs: Collection[int], accounts: Collection[str]) -> dict[int, Sealed]:
        """What the seals of these runs say, each signature checked."""
        query = select(RUNS.c.sequence, RUNS.c.sha256).where(RUNS.c.account.in_(sorted(accounts)))
        with self._vault.books.connect() as connection:
            hashes = {row.sequence: row.sha256 for row in connection.execute(query) if row.sequence in runs}
        return {
            seal.sequence: Sealed(
                seal.sequence, hashes[seal.sequence], seal.run.account, seal.run.kind, seal.run.day,
                seal.run.started_at, seal.run.ended_at, seal.run.code_version,
            )
            for seal in self._archive.seals(sorted(accounts))
            if seal.sequence in hashes
        }  # fmt: skip

    def _objects(self, runs: Collection[int], accounts: Collection[str]) -> set[tuple[str, str]]:
        """Every object that these runs stored and that stands still: key and version."""
        columns = select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sequence)
        query = columns.where(PARTS.c.account.in_(sorted(accounts)))
        with self._vault.books.connect() as connection:
            rows = connection.execute(query).yield_per(_AT_ONCE)
            return {(row.key, row.version_id) for row in rows if row.sequence in runs}

    def _checked(self, objects: Collection[tuple[str, str]]) -> Checked:
        with self._vault.books.connect() as connection:
            rows = connection.execute(select(CHECKS)).yield_per(_AT_ONCE)
            mine = [(row.checked_at, row.damaged) for row in rows if (row.key, row.version_id) in objects]
        return Checked(
            objects=len(objects), read=len(mine), damaged=sum(bool(damaged) for _, damaged in mine),
            since=min((at for at, _ in mine), default=None), until=max((at for at, _ in mine), default=None),
        )  # fmt: skip

    def _concern(
        self, laid: Laid, pieces: Sequence[Piece], seals: Mapping[int, Sealed],
        objects: Collection[tuple[str, str]],
    ) -> Concern:  # fmt: skip
        items = items_of(laid.review, pieces)
        history = self._cabinet.history(SERIES, laid.docket.number)
        events = [entry.event for entry in laid.docket.entries]
        return Concern(
            production=laid.docket.number,
            hold=laid.docket.terms.hold,
            runs={run: seal.sha256 for run, seal in seals.items()},
            objects={key for key, _ in objects},
            items=items,
            subjects={subject_of(ItemId(account, Kind(kind), id_)) for account, kind, id_ in items},
            is_private=any(one.is_private for one in pieces),
            people={
                filed.entry: f"{event.by.name}, {event.by.role}"
                for filed, event in zip(history, events, strict=True)
            },
        )

    def _head(self, report: Report, entries: Collection[int]) -> Head | None:
        """The head that the load files name; `ArchiveDamaged` where they name one that is not there."""
        root = report.production.root
        if not root:
            return None
        shelf = Shelf(self._vault)
        head = next((one for one in self._heads(shelf) if one.root.hex() == root), None)
        if head is None:
            raise ArchiveDamaged(
                f"The load files name the root {root[:16]}… of a signed head that the archive does not have: "
                "run `paloverde rebuild`, or restore it from the second copy."
            )
        stamps = []
        for stored in shelf.of(What.TIMESTAMP, head.size):
            info = decode_timestamp_response(shelf.read(stored.key)).tst_info
            stamps.append((_service(stored.key), f"{info.serial_number}", info.gen_time))
        counts = sum(entry <= head.size for entry in entries)
        return Head(size=head.size, counts=counts, stamps=tuple(sorted(stamps, key=lambda one: one[2])))

    def _heads(self, shelf: Shelf) -> Iterator[SignedHead]:
        """The signed heads, newest first; the signature of each is checked."""
        query = select(LOG.c.key).where(LOG.c.what == What.HEAD.value).order_by(LOG.c.tree_size.desc())
        with self._vault.books.connect() as connection:
            names = connection.execute(query).scalars().all()
            keys = [key.public_key for key in key_register(connection).keys]
        for name in names:
            head = read_kept_head(shelf.read(name), name)
            if signed_by(head.note, [log_key(head.origin, key) for key in keys]) is None:
                raise ArchiveDamaged(f"{name} bears no signature of a key of the archive’s register.")
            yield head

    def _gaps(self, docket: Docket) -> list[KnownGap]:
        """What the runs through which the records were chosen could not get, of every account searched."""
        through = docket.choices[-1][1].through
        slugs = docket.terms.accounts or [one.slug for one in all_accounts(self._vault.books)]
        with self._vault.books.connect() as connection:
            gaps = [gap for slug in slugs for gap in known(connection, slug)]
        return [gap for gap in gaps if gap.first_run <= through and not 0 < (gap.filled_by or 0) <= through]

    def _decisions(self, docket: Docket, review: Review, by: By) -> Iterator[Decision]:
        """What was decided of each chosen record."""
        for choice in self._productions.choices(docket, by.actor):
            decision = review.decision(version_of(choice.hit))
            if decision is not None:
                yield decision


def within(docket: Docket, first: str, last: str) -> Reach:
    """The pages from one Bates number to another; `BadQuestion` where a production does not have them."""
    built, bates = docket.last(Built), docket.terms.bates
    if built is None:
        raise BadQuestion(f"{docket.number} has no numbers yet.")
    reach = Reach(bates.page(first), bates.page(last))
    if not bates.page(built.first) <= reach.first <= reach.last <= bates.page(built.last):
        raise BadQuestion(
            f"{docket.number} has {built.first} to {built.last}: name numbers of these, in order."
        )
    return reach


def _service(key: str) -> str:
    """The host of a timestamping service, as the key of its token has it."""
    name = key.rpartition("/")[2].partition("-")[2].rpartition("-")[0]
    return name.rpartition("-")[0].replace("_", ".") or key
