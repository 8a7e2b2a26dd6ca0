"""The volumes of a production: everything that they are made of, read from papers and the archive, and built.

Nothing is built while anything stands in the way: a review that is not signed, a redacted word that would
still be read. The numbers are reserved when all pages are counted, before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
from rfc3161_client import decode_timestamp_response
from sqlalchemy import select

from paloverde import __version__
from paloverde.archive.ledger import Entry
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.registry import all_accounts
from paloverde.archive.telling import told_seals
from paloverde.archive.vault import Vault
from paloverde.bundles.box import digest_of
from paloverde.bundles.scratch import scratch
from paloverde.errors import BadQuestion
from paloverde.installation.device_searches import production_limits
from paloverde.installation.productions import Productions
from paloverde.productions.aside import laid_aside
from paloverde.productions.bates import Bates
from paloverde.productions.build import Built as BuiltVolumes
from paloverde.productions.build import build
from paloverde.productions.choosing import version_of
from paloverde.productions.docket import Docket, State
from paloverde.productions.document import Document, Ending, Production, Run
from paloverde.productions.hashes import HASHES, files_of
from paloverde.productions.numbering import Facts, numbered
from paloverde.productions.order import Built, Chosen, Terms
from paloverde.productions.plan import Kept, Plan
from paloverde.productions.privilege_log import Row, places_of, rows, telling
from paloverde.productions.reviewed import Produced, produced, recipients_of
from paloverde.records import Kind
from paloverde.requests.pictures import painted_over
from paloverde.requests.redaction import Painted, Released
from paloverde.requests.releasing import Pair, pictures_to_paint, still_said
from paloverde.requests.reviewing import Review
from paloverde.retention.dossier import Cited, Settled, subject_of, with_papers
from paloverde.retention.facts import ItemId
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import Settings
from paloverde.state.tables import LEDGER, RUNS
from paloverde.wording import some

Progress = Callable[[str], None]


class Material(NamedTuple):
    """What a production is made of, before its numbers are known. `painted` are redacted pictures on disk."""

    docket: Docket
    review: Review
    produced: Produced
    painted: Mapping[str, Path]

    @property
    def hits(self) -> list[Hit]:
        return [record.hit for record in self.produced.records]


class _Decided(NamedTuple):
    """What a production is built from: the hash of its decisions, and that of everything together."""

    sha256: str
    basis: str


class Volumes:
    """Builds the volumes of the productions of one installation, and tells what is kept back of them."""

    def __init__(
        self, settings: Settings, vault: Vault, archive: Archive, cabinet: Cabinet, productions: Productions
    ) -> None:
        self._settings, self._vault, self._archive = settings, vault, archive
        self._cabinet, self._productions = cabinet, productions

    def build(self, number: str, out: Path, by: By, progress: Progress = lambda _: None) -> BuiltVolumes:
        """Build a production into the folder `out`, or go on with one that was interrupted; file it.

        `BadQuestion` says what comes first; besides as `productions.build.build`.
        """
        docket = self._productions.get(number)
        with scratch() as folder:
            decided, plan = self._laid_out(docket, by, folder)
            return build(
                plan, self._archive, self._vault.signer, out, progress=progress,
                file=lambda made: self._file(docket, decided, made, by),
            )  # fmt: skip

    def _laid_out(self, docket: Docket, by: By, folder: Path) -> tuple[_Decided, Plan]:
        """What is decided and the plan by it, its families on disk: no record is in memory for longer."""
        review = self._productions.check_ready(docket)
        material = self._material(docket, review, by, folder)
        _refuse_left([*material.produced.records, *material.produced.alone], review)
        plan = self.plan(material, by)
        decided = _Decided(review.decisions_sha256, self._productions.basis(docket, review))
        families = laid_aside(plan.families(), folder / "families")
        return decided, msgspec.structs.replace(plan, families=families)

    def _file(self, docket: Docket, decided: _Decided, made: BuiltVolumes, by: By) -> None:
        """File that these volumes were written, unless somebody was interrupted just after doing so."""
        report, last, basis = made.report, docket.last(Built), decided.basis
        is_filed = last is not None and (last.hashes, last.basis) == (made.hashes, basis)
        if is_filed and docket.state is State.BUILT:
            return
        now = self._productions.get(docket.number)
        if self._productions.basis(now, self._productions.check_ready(now)) != basis:
            raise BadQuestion(
                f"The order, the choice or the review of {docket.number} changed while its volumes were "
                "written: they count for nothing. Build it again, into an empty folder."
            )
        self._productions.built(
            docket.number,
            Built(
                by=by, at=self._vault.clock(), hashes=made.hashes, decisions_sha256=decided.sha256,
                first=report.first, last=report.last, documents=report.tally.documents,
                pages=report.tally.pages, volumes=len(report.volumes), unread=made.unread, basis=basis,
                made=report.production,
            ),
        )  # fmt: skip

    def plan(self, material: Material, by: By) -> Plan:
        """The plan of a production, as `productions.build` takes it."""
        docket, terms = material.docket, material.docket.terms
        signature = material.review.signature
        basis = self._productions.basis(docket, material.review)
        chosen = docket.last(Chosen)
        return Plan(
            production=self._production(docket, material.hits, basis),
            families=lambda: material.produced.families,
            facts=self._facts(terms, material),
            bates=terms.bates,
            reserve=lambda pages: self._productions.reserve(docket.number, terms.bates, pages, basis, by),
            accounts=tuple(sorted({hit.account for hit in material.hits})),
            forms=frozenset(terms.forms),
            most_bytes=terms.most_bytes,
            kept=Kept(
                records=material.produced.alone,
                accepted=frozenset(signature.accepted if signature else ()),
                unread=frozenset(signature.unread if signature else ()),
                painted=material.painted,
            ),
            limits=(*(chosen.limits if chosen else ()), *production_limits(self._cabinet, docket)),
            fonts_folder=self._settings.fonts_folder,
            by_name=terms.by_name,
        )

    def log(self, number: str, by: By, folder: Path | None = None) -> list[Row]:
        """The privilege log of a production as it is decided now, with Bates numbers where the `folder` of
        its volumes is given.

        `BadQuestion` where a row would say what is kept back, or these are not the volumes that were built.
        """
        docket, review = self._productions.get(number), self._productions.review(number)
        with scratch() as drawn:
            material = self._material(docket, review, by, drawn)
        made = material.produced
        places = {} if folder is None else places_of(self._numbered(material, by, folder))
        signed = review.signature.by.name if review.signature else ""
        log = rows(number, made.kept, places, recipients_of(made.records), signed)
        if told := next(telling(log, made.kept), None):
            raise BadQuestion(
                f"Row {told[0]} of the privilege log would say what is kept back in {told[1]}: decide that "
                "record once more, with facts in other words."
            )
        return log

    def documents(self, number: str, by: By, folder: Path) -> Iterator[Document]:
        """The documents of a production that was built into `folder`, in the order of their numbers."""
        docket, review = self._productions.get(number), self._productions.review(number)
        with scratch() as drawn:
            material = self._material(docket, review, by, drawn)
        return self._numbered(material, by, folder)

    def hashes_of(self, folder: Path) -> str:
        """The SHA-256 of the list of all files in a folder of volumes, once each file that lies there was
        compared with it. `BadQuestion` names the first that is missing or another.
        """
        if not (folder / HASHES).exists():
            raise BadQuestion(f"{folder} holds no whole production: it has no {HASHES}.")
        for line in (folder / HASHES).read_text(encoding="utf-8").splitlines():
            sha256, _, name = line.partition("  ")
            is_own = "/" not in name  # what is in a volume was compared with the volume
            if is_own and (not (folder / name).exists() or digest_of(folder / name) != sha256):
                raise BadQuestion(f"{folder / name} is not there, or not as it was built: build it again.")
        return digest_of(folder / HASHES)

    # Inside

    def _material(self, docket: Docket, review: Review, by: By, folder: Path) -> Material:
        choices = self._productions.looked_at(docket, by.actor)
        pairs = review.pairs_of({version_of(choice.hit): choice.hit for choice in choices})
        painted = self._painted(pairs, folder)
        sizes = {source: Painted(file.name, file.stat().st_size) for source, file in painted.items()}
        made = produced(choices, pairs, sizes)
        return Material(docket, review, made, {file.name: file for file in painted.values()})

    def _numbered(self, material: Material, by: By, folder: Path) -> Iterator[Document]:
        """The documents again, with the numbers that their volumes gave them."""
        docket, plan = material.docket, self.plan(material, by)
        built, decided = docket.last(Built), material.review.decisions_sha256
        if built is None or not docket.is_built or built.decisions_sha256 != decided:
            raise BadQuestion(f"{docket.number} was not built as it is decided now: build its volumes first.")
        if not (folder / HASHES).exists() or digest_of(folder / HASHES) != built.hashes:
            raise BadQuestion(f"{folder} does not hold the volumes of {docket.number} that were built last.")
        begins = [*_begins(folder, plan.bates), plan.bates.page(built.last) + 1]
        counts = (after - before for before, after in pairwise(begins))
        for family in numbered(plan.families(), plan.facts, plan.bates, lambda *_: next(counts), begins[0]):
            yield from family

    def _painted(self, pairs: Sequence[Pair], folder: Path) -> dict[str, Path]:
        """The redacted pictures on disk, named by their own hash, by the hash of the archived file."""
        made: dict[str, Path] = {}
        for source, regions in pictures_to_paint(pair.decision for pair in pairs).items():
            picture = painted_over(self._archive.media(source), regions)
            made[source] = folder / picture.sha256
            made[source].write_bytes(picture.body)
        return made

    def _production(self, docket: Docket, hits: Iterable[Hit], basis: str) -> Production:
        """What all documents say of it: what is built again is of the time when it was built first."""
        terms, before = docket.terms, docket.last(Built)
        if before is not None and before.made is not None and before.basis == basis:
            made_at, root, stamped_at = before.made.made_at, before.made.root, before.made.stamped_at
        else:
            made_at = self._vault.clock()
            root, stamped_at = self._head({hit.sequence for hit in hits})
        return Production(
            name=docket.number, matter=terms.matter, agency=self._settings.agency_name, made_at=made_at,
            since=terms.since, until=terms.until, root=root, stamped_at=stamped_at,
            software=f"Paloverde {__version__}",
        )  # fmt: skip

    def _head(self, sequences: Collection[int]) -> tuple[str, datetime | None]:
        """The root of the newest published head, where it counts all these runs, and the first time that
        somebody outside has put under it.
        """
        shelf = Shelf(self._vault)
        head, entry = shelf.newest_head(), self._entry_of(sequences)
        if head is None or entry is None or head.size < entry:
            return "", None
        tokens = (shelf.read(stored.key) for stored in shelf.of(What.TIMESTAMP, head.size))
        times = [decode_timestamp_response(token).tst_info.gen_time for token in tokens]
        return head.root.hex(), min(times, default=None)

    def _entry_of(self, sequences: Collection[int]) -> int | None:
        """The entry of the ledger with which it has named the seals of all these runs; None where it has not.

        Runs of two accounts may be told in another order than they were sealed in.
        """
        with self._vault.books.connect() as connection:
            runs = connection.execute(select(RUNS.c.sequence, RUNS.c.sha256)).all()
            wanted = {(row.sequence, row.sha256) for row in runs if row.sequence in sequences}
            named = LEDGER.c.body.contains('"seal":"') | LEDGER.c.body.contains('"seals":"')
            query = select(LEDGER.c.sequence, LEDGER.c.body).where(named).order_by(LEDGER.c.sequence)
            for number, body in connection.execute(query):
                wanted -= told_seals(msgspec.json.decode(body, type=Entry).event.about).items()
                if not wanted:
                    return int(number)
        return None

    def _facts(self, terms: Terms, material: Material) -> Facts:
        hits = material.hits
        accounts = {hit.account for hit in hits}
        agency = (self._settings.agency_name,)
        return Facts(
            matter=terms.matter,
            hold=terms.hold,
            confidentiality=terms.confidentiality,
            custodians={account: terms.custodians.get(account, agency) for account in accounts},
            account_ids={one.slug: one.native_id for one in all_accounts(self._vault.books)},
            runs=self._runs({hit.sequence for hit in hits}, accounts),
            endings=self._endings(material.produced),
            recipients=recipients_of(material.produced.records),
        )

    def _runs(self, sequences: Collection[int], accounts: Collection[str]) -> dict[int, Run]:
        """The sealed runs that archived the records, each signature checked."""
        with self._vault.books.connect() as connection:
            rows_ = connection.execute(select(RUNS.c.sequence, RUNS.c.sha256)).all()
        seals = {row.sequence: row.sha256 for row in rows_ if row.sequence in sequences}
        return {
            seal.sequence: Run(seal.sequence, seals[seal.sequence], seal.run.code_version)
            for seal in self._archive.seals(sorted(accounts))
            if seal.sequence in seals
        }

    def _endings(self, made: Produced) -> dict[tuple[str, str, str], Ending]:
        """Who removed each removed item and under which guidelines, as people have settled it."""
        removed = {
            item.version_key[:3] for family in made.families for item in family if item.record.hit.removed
        }
        known = with_papers(self._cabinet) if removed else {}
        found = {}
        for account, kind, native_id in removed:
            papers = [one.paper for one in known.get(subject_of(ItemId(account, Kind(kind), native_id)), ())]
            who = [one.removed_by for one in papers if isinstance(one, Cited | Settled) and one.removed_by]
            cited = [one.guidelines for one in papers if isinstance(one, Cited)]
            if who or cited:
                ending = Ending(who[-1] if who else "", cited[-1] if cited else ())
                found[account, kind, native_id] = ending
        return found


def _begins(folder: Path, bates: Bates) -> Iterator[int]:
    """The first page of every document, by the text that each has in its volume."""
    listed = (line.partition("  ")[2] for line in (folder / HASHES).read_text(encoding="utf-8").splitlines())
    for volume in (name for name in listed if "/" not in name and name.endswith(".zip")):
        texts = (Path(file.path) for file in files_of(folder / volume) if file.path.startswith("TEXT/"))
        yield from sorted(bates.page(text.stem) for text in texts)


def _refuse_left(records: Sequence[Released], review: Review) -> None:
    """`BadQuestion` where what is kept back would still be read in what is produced."""
    accepted = review.signature.accepted if review.signature else ()
    left = [one for one in still_said(records) if (one.redacted_in, one.control) not in accepted]
    if left:
        raise BadQuestion(
            f"Words that are kept back in {left[0].redacted_in} still stand in {left[0].control} "
            f"({left[0].where}), {some(len(left), 'such place', 'such places')} in all: decide there, too."
        )
