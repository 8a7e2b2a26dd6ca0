"""Building a sealed bundle from what is released: the same inputs, name, time and key give the same bytes.

00_cover_letter  01_index (html, csv, pdf)  02_records (html, pdf, json, csv, parquet, raw)  03_media
04_withholding_log  05_search_certificate (question, counts, limits, gaps)  06_cost_sheet
07_integrity (runs, keys, proofs of the ledger), all in `data/` of a bag (RFC 8493); beside it README.txt,
verify.py, the lists of files and the City's signature. A bundle without a request has fewer parts.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde import __version__
from paloverde.archive.keys import key_entries, register_of
from paloverde.archive.layout import LEDGER_ENTRIES, ledger_key, name_of
from paloverde.archive.reader import Archive
from paloverde.archive.signing import Signer
from paloverde.bundles.bag import About, add_lists, query_digest, sign
from paloverde.bundles.box import Box, digest_of, sealed_file
from paloverde.bundles.contents import Contents, commonplace, handed_whole, needles_of, shown_by, texts_of
from paloverde.bundles.covered import coverage, runs_of, runs_told
from paloverde.bundles.enclosed import INDEX_AT, Printer, add_enclosed, index_papers, parts_of
from paloverde.bundles.leaks import Search, refuse_standing, sorted_out
from paloverde.bundles.media import PICTURES, kept_media, on_disk, path_of
from paloverde.bundles.pages import (
    COVERAGE,
    INDEX,
    PER_VOLUME,
    Cover,
    Part,
    coverage_page,
    places,
    readme,
    summary_page,
    told,
    visible,
    volume_pages,
)
from paloverde.bundles.pdf import Cover as PdfCover
from paloverde.bundles.pdf import pages_of, records_pdf
from paloverde.bundles.printing import Printing
from paloverde.bundles.program import program
from paloverde.bundles.proofs import add_proofs
from paloverde.bundles.tables import (
    Payloads,
    csv_lines,
    index_lines,
    json_lines,
    payload_lines,
    write_parquet,
)
from paloverde.bundles.verify import KEYS, PAYLOAD, RAW, RECORDS, RUNS
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer

Progress = Callable[[str], None]
_TOLD_EACH = 8  # volumes of pages
_SOFTWARE = f"Paloverde {__version__}"
_PDF = f"{PAYLOAD}02_records/pdf/"
_CSV, _PARQUET = f"{PAYLOAD}02_records/csv/records.csv", f"{PAYLOAD}02_records/parquet/records.parquet"
_SEARCH, _LIMITS = (f"{PAYLOAD}05_search_certificate/{name}.json" for name in ("search", "coverage"))


class BuiltBundle(msgspec.Struct, frozen=True):
    """A bundle on disk. `key` is the public key that sealed it; `counts` are files, records, media,
    limits. `unread` are files that could not be looked into for redacted words, and were accepted. `pages`
    are those of the records as PDF.
    """

    path: Path
    sha256: str
    size: int
    key: str
    counts: dict[str, int]
    unread: tuple[str, ...] = ()
    pages: int = 0


def build_bundle(
    answer: Answer,
    archive: Archive,
    signer: Signer,
    *,
    name: str,
    agency: str,
    now: datetime,
    out: Path,
    actor: str = "",
    searched_by: str = "",
    progress: Progress = lambda _: None,
    contents: Contents | None = None,
) -> BuiltBundle:
    """Build and seal the bundle of an answer at `out`, which must not be there yet.

    `name` is the number of the request or its title, `now` the time of sealing (aware). `actor` is who builds
    it; `searched_by` is who made the search, where that was somebody else. Raises `BadQuestion` where nothing
    was there to be searched, `ArchiveDamaged` where a record's bytes or a picture are not what the archive
    says, `BadSetting` where `out` cannot be written, `Suspicious` where redacted words would be in it.
    """
    _refuse_nothing_searched(answer)
    given = contents or Contents()
    records = handed_whole(answer.hits, name) if given.records is None else given.records
    wanted, standing, known = sorted_out(needles_of(records), texts_of(records), given.accepted)
    refuse_standing(standing)
    search = Search(
        wanted,
        accepted=given.accepted,
        commonplace=commonplace(answer, records, agency),
        known=known,
        shows=shown_by(records),
        unseen_accepted=given.unread_accepted,
    )
    cover = Cover(
        name=name,
        agency=agency,
        now=now,
        key=signer.public_key,
        file=f"{name_of(name)}.zip",
        software=_SOFTWARE,
        built_by=actor,
        searched_by=searched_by or actor,
    )
    with sealed_file(out, name_of(name), search.look) as box:
        with tempfile.TemporaryDirectory() as folder:
            work = _Work(box, answer, archive, cover, given, Path(folder), progress)
            counts = work.fill(records, search)
        listed = add_lists(box, _about(cover, answer, len(records)))
        search.refuse()
        sign(box, listed, signer)
        counts = {"files": len(box.files)} | counts
    for sentence in search.unread:
        progress(f"{sentence} It goes out as whoever signed accepted it.")
    progress(f"Sealed {out}.")
    size = out.stat().st_size
    return BuiltBundle(out, digest_of(out), size, signer.public_key, counts, tuple(search.unseen), work.pages)


def _refuse_nothing_searched(answer: Answer) -> None:
    """“No responsive records” of an archive that is empty, or of no account, would be a false statement."""
    if not answer.searched.seals:
        raise BadQuestion(
            "Nothing is archived here yet, so no bundle can say what the City holds: check that "
            "PALOVERDE_HOME names the City's archive, or archive a night first."
        )
    if not answer.searched.accounts:
        raise BadQuestion(
            "The question leaves no account to search, so no bundle can say what the City holds: ask for "
            "accounts and platforms that are archived here, or check that PALOVERDE_HOME is right."
        )


def _about(cover: Cover, answer: Answer, count: int) -> About:
    return About(
        organization=visible(cover.agency),
        identifier=visible(cover.name),
        description=f"Public records from the City's archive of its social media: {count:,} record versions",
        software=cover.software,
        now=cover.now,
        more=(
            ("Searched-By", visible(cover.searched_by) or "not stated"),
            ("Built-By", visible(cover.built_by) or "not stated"),
            ("Query-SHA256", query_digest(answer.question)),
            ("Searched-Through-Run", str(answer.searched.last_seal)),
        ),
    )


class _Work:
    """One bundle while it is filled."""

    def __init__(
        self,
        box: Box,
        answer: Answer,
        archive: Archive,
        cover: Cover,
        given: Contents,
        folder: Path,
        progress: Progress,
    ) -> None:
        self._box, self._answer, self._archive, self._cover = box, answer, archive, cover
        self._given, self._folder, self._progress = given, folder, progress
        self.pages = 0
        self._printer = Printer(cover.now, cover.agency, given.fonts_folder, given.by_name)

    def fill(self, records: Sequence[Released], search: Search) -> dict[str, int]:
        """All of the payload, README.txt and verify.py; what was counted."""
        self._progress(f"{len(records):,} records: gathering pictures, videos and attachments.")
        files, pictures = self._media(records)
        self._progress("Writing what each record was read from, byte for byte.")
        records = _unplaced(self._raw(records, search))
        self._progress("Writing the records as pages and tables.")
        self._records(records, files, pictures)
        add_enclosed(self._box, self._given.enclosed, self._printer)
        parts = self._index(records, files)
        self._search(records)
        self._integrity(records)
        self._box.add("README.txt", readme(self._answer, self._cover, records, parts))
        self._box.add("verify.py", program())
        return {"records": len(records), "media": len(files), "limits": len(self._answer.limits)}

    def _media(self, records: Sequence[Released]) -> tuple[dict[str, str], dict[str, Path]]:
        """Every file that is given: by hash its path in the bundle, and on disk while pages are printed."""
        files: dict[str, str] = {}
        pictures: dict[str, Path] = {}
        for sha256 in kept_media(record.hit for record in records):
            painted = self._given.painted.get(sha256)
            file = painted or on_disk(self._archive, sha256, self._folder)
            files[sha256] = path_of(sha256, file)
            if self._box.add(files[sha256], file).sha256 != sha256:
                raise ArchiveDamaged(
                    f"The media file {sha256} does not have its SHA-256: repair it from a copy first."
                )
            if self._given.with_pdf and files[sha256].rpartition(".")[2] in PICTURES:
                pictures[sha256] = file
            elif painted is None:
                file.unlink()
        return files, pictures

    def _raw(self, records: Sequence[Released], search: Search) -> Sequence[Released]:
        """Exact texts, of records that have one; records whose text says what another one's redaction hides
        lose theirs.
        """
        read_from: dict[str, set[str]] = defaultdict(set)
        for record in records:
            read_from[record.hit.payload_sha256].add(record.control)
        payloads = Payloads(search.holding, read_from)
        hits = [record.hit for record in records if record.hit.payload_sha256]
        self._box.add(RAW, payload_lines(self._archive, hits, self._answer.searched.accounts, payloads))
        if not payloads.kept_back:
            return records
        return [_without_payload(record, payloads.kept_back) for record in records]

    def _records(
        self, records: Sequence[Released], files: Mapping[str, str], pictures: Mapping[str, Path]
    ) -> None:
        self._box.add(_CSV, csv_lines(records, files))
        self._box.add(RECORDS, json_lines(records, files))
        table = self._folder / "records.parquet"
        write_parquet(records, table)
        self._box.add(_PARQUET, table)
        for number, (path, page) in enumerate(volume_pages(records, self._cover, files)):
            self._box.add(path, page)
            if number and number % _TOLD_EACH == 0:
                self._progress(f"{number * PER_VOLUME:,} of {len(records):,} records are written as pages.")
        if self._given.with_pdf and records:
            self._print(records, files, pictures)

    def _print(
        self, records: Sequence[Released], files: Mapping[str, str], pictures: Mapping[str, Path]
    ) -> None:
        cover = self._cover
        volumes = records_pdf(
            Printing(records, files, pictures),
            PdfCover(cover.name, cover.agency, cover.now, f"Sealed with the key {cover.key}."),
            self._folder / "pdf",
            lambda done: self._progress(f"{done:,} of {len(records):,} records are printed."),
            fonts_folder=self._given.fonts_folder,
            by_name=self._given.by_name,
        )
        for file in volumes:
            self.pages += pages_of(file)
            self._box.add(f"{_PDF}{file.name}", file)
            file.unlink()

    def _index(self, records: Sequence[Released], files: Mapping[str, str]) -> list[Part]:
        parts = parts_of(self._given.enclosed)
        self._box.add(f"{INDEX_AT}.csv", index_lines(records, files, places(records)))
        if self._given.with_pdf:
            printed = []
            for path, paper in index_papers(records, self._cover.name):
                self._box.add(path, self._printer.paper(paper))
                printed.append(path)
            parts.append(Part("Index to print", tuple(printed)))
        parts.append(Part("Index as a table", (f"{INDEX_AT}.csv",)))
        self._box.add(INDEX, summary_page(self._answer, self._cover, records, parts))
        return parts

    def _search(self, records: Sequence[Released]) -> None:
        """The question and its counts, what was searched, and what the archive may be missing."""
        answer, cover = self._answer, self._cover
        runs = list(runs_of(self._archive, answer))
        with self._archive.books.connect() as connection:
            announced = key_entries(connection)
        keys = [key.sentence() for key in register_of(entry for entry, _ in announced).keys]
        self._box.add(COVERAGE, coverage_page(answer, cover, runs, keys))
        self._box.add(_LIMITS, _pretty(_made_by(cover) | coverage(answer, runs)))
        scopes = self._given.scopes or (answer.scope,)
        more = {"scopes": msgspec.to_builtins(scopes), "released": told(records)}
        self._box.add(_SEARCH, _pretty(answer.summary() | _made_by(cover) | more))
        for entry, said in announced:
            sha256 = hashlib.sha256(said.encode()).hexdigest()
            name = ledger_key(entry.sequence, sha256).removeprefix(LEDGER_ENTRIES)
            self._box.add(f"{KEYS}{name}", said.encode())

    def _integrity(self, records: Sequence[Released]) -> None:
        """Each run with the hash of its seal, and the ledger's entry that names it where there is one."""
        entries = {told.seal: told for told in self._given.proofs.entries}
        for run in runs_told(self._archive, self._answer, records):
            told = entries.get(run.seal)
            named = {"entry": told.number, "leaf": told.leaf} if told else {}
            self._box.add(f"{RUNS}{run.sequence:012d}.json", _pretty(msgspec.to_builtins(run) | named))
        add_proofs(self._box, self._given.proofs)


def _unplaced(records: Sequence[Released]) -> Sequence[Released]:
    """Records without the names of the archive's files where something of the same run is kept back: such a
    name is the hash of a file that holds what is redacted, too.
    """
    runs = {record.hit.sequence for record in records if record.is_redacted}
    return [
        msgspec.structs.replace(
            record, hit=msgspec.structs.replace(record.hit, part="", row=-1, exchange_key=None)
        )
        if record.hit.sequence in runs
        else record
        for record in records
    ]


def _without_payload(record: Released, kept_back: Collection[str]) -> Released:
    if record.hit.payload_sha256 not in kept_back:
        return record
    hit = msgspec.structs.replace(
        record.hit, payload_sha256="", exchange_key=None, exchange_offset=None, payload_position=None
    )
    return msgspec.structs.replace(record, hit=hit)


def _made_by(cover: Cover) -> dict[str, object]:
    return {"searched_by": cover.searched_by, "built_by": cover.built_by, "software": cover.software}


def _pretty(value: object) -> bytes:
    """JSON that people can read too, always the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
