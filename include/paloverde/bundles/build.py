"""Building a sealed bundle from what is released: the same inputs, name, time and key give the same bytes.

00_cover_letter  01_index (html, csv, pdf)  02_records (html, pdf, json, csv, parquet, raw)  03_media
04_withholding_log  05_search_certificate (question, counts, limits, gaps)  06_cost_sheet
07_integrity (runs, keys, proofs of the ledger), all in `data/` of a bag (RFC 8493); beside it README.txt,
verify.py, the lists of files and the City's signature. A bundle without a request has fewer parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde import __version__
from paloverde.archive.layout import name_of
from paloverde.archive.reader import Archive
from paloverde.archive.signing import Signer
from paloverde.bundles.articles import volume_pages
from paloverde.bundles.bag import About, add_lists, query_digest, sign
from paloverde.bundles.box import Box, digest_of, sealed_file
from paloverde.bundles.contents import Contents, commonplace, handed_whole, needles_of, shown_by, texts_of
from paloverde.bundles.enclosed import INDEX_AT, add_enclosed, papers_of, parts_of
from paloverde.bundles.leak_standing import refuse_standing, sorted_out
from paloverde.bundles.leaks import Search
from paloverde.bundles.media import PICTURES, kept_media, on_disk, path_of
from paloverde.bundles.pages import (
    INDEX,
    PER_VOLUME,
    Cover,
    Part,
    places,
    readme,
    summary_page,
    visible,
)
from paloverde.bundles.payloads import Payloads, payload_lines, unplaced
from paloverde.bundles.pdf import Cover as PdfCover
from paloverde.bundles.pdf import pages_of, press, volumes_set
from paloverde.bundles.printable import refuse_unprintable
from paloverde.bundles.printing import Printing
from paloverde.bundles.prints import Printer, index_set
from paloverde.bundles.program import program
from paloverde.bundles.scratch import scratch
from paloverde.bundles.searched import add_runs, add_search
from paloverde.bundles.tables import csv_lines, index_lines, json_lines, write_parquet
from paloverde.bundles.verify import PAYLOAD, RAW, RECORDS
from paloverde.bundles.wording import person_in_words
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer
from paloverde.search.limits import told_outside
from paloverde.wording import some

Progress = Callable[[str], None]
_TOLD_EACH, _FILES_EACH = 8, 200  # volumes of pages, and files, between two lines of progress
_SOFTWARE = f"Paloverde {__version__}"
_PDF = f"{PAYLOAD}02_records/pdf/"
_CSV, _PARQUET = f"{PAYLOAD}02_records/csv/records.csv", f"{PAYLOAD}02_records/parquet/records.parquet"
_SMALL = "Pictures are printed small, at 150 dots an inch; 03_media has each file in full."


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
    says, `BadSetting` where `out` cannot be written or no font has a character, `Suspicious` where redacted
    words would be in it.
    """
    _refuse_nothing_searched(answer)
    answer = msgspec.structs.replace(answer, limits=told_outside(answer.limits))
    given = contents or Contents()
    records = handed_whole(answer.hits, name) if given.records is None else given.records
    refuse_unprintable(given, records)
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
        file=given.file or f"{name_of(name)}.zip",
        software=_SOFTWARE,
        built_by=person_in_words(actor),
        searched_by=person_in_words(searched_by or actor),
    )
    with sealed_file(out, name_of(name), search.look) as box:
        with scratch() as folder:
            work = _Work(box, answer, archive, cover, given, folder, progress)
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
        description="Public records from the City's archive of its social media: "
        f"{some(count, 'record version')}",
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
        self._progress(f"{some(len(records), 'record')}: gathering pictures, videos and attachments.")
        files, pictures = self._media(records)
        with press() as pool:
            papers = {
                path: pool.submit(self._printer.paper, paper)
                for path, paper in papers_of(self._given.enclosed)
            }
            volumes = self._volumes(pool, records, files, pictures)
            index = (
                index_set(pool, self._printer, records, self._cover.name, self._folder)
                if self._given.with_pdf
                else []
            )
            self._progress("Writing what each record was read from, byte for byte.")
            records = unplaced(self._raw(records, search))
            self._progress("Writing the records as tables and pages.")
            self._records(records, files, volumes)
            self._progress("Writing the index, the certificate of the search and the seals.")
            add_enclosed(self._box, self._given.enclosed, self._printer, papers)
            parts = self._index(records, files, index)
        scopes = self._given.scopes or (self._answer.scope,)
        add_search(self._box, self._archive, self._answer, self._cover, records, scopes)
        add_runs(self._box, self._archive, self._answer, records, self._given.proofs)
        self._box.add("README.txt", readme(self._answer, self._cover, records, parts))
        self._box.add("verify.py", program())
        return {"records": len(records), "media": len(files), "limits": len(self._answer.limits)}

    def _media(self, records: Sequence[Released]) -> tuple[dict[str, str], dict[str, Path]]:
        """Every file that is given: by hash its path in the bundle, and on disk while pages are printed."""
        files: dict[str, str] = {}
        pictures: dict[str, Path] = {}
        wanted = kept_media(record.hit for record in records)
        for number, sha256 in enumerate(wanted, 1):
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
            if number % _FILES_EACH == 0:
                self._progress(f"{number:,} of {some(len(wanted), 'file is', 'files are')} gathered.")
        return files, pictures

    def _raw(self, records: Sequence[Released], search: Search) -> Sequence[Released]:
        """Exact texts; the records, those without one whose text may not go."""
        payloads = Payloads(search.holding, records)
        self._box.add(RAW, payload_lines(self._archive, records, self._answer.searched.accounts, payloads))
        return payloads.without_kept_back(records)

    def _records(
        self, records: Sequence[Released], files: Mapping[str, str], prints: Iterator[tuple[Path, int]]
    ) -> None:
        self._box.add(_CSV, csv_lines(records, files))
        self._box.add(RECORDS, json_lines(records, files))
        table = self._folder / "records.parquet"
        write_parquet(records, table)
        self._box.add(_PARQUET, table)
        self._progress("The tables are written.")
        for number, (path, page) in enumerate(volume_pages(records, self._cover, files)):
            self._box.add(path, page)
            if number and number % _TOLD_EACH == 0:
                self._progress(
                    f"{number * PER_VOLUME:,} of {some(len(records), 'record is', 'records are')} written "
                    "as pages."
                )
        for file, done in prints:
            self.pages += pages_of(file)
            self._box.add(f"{_PDF}{file.name}", file)
            file.unlink()
            self._progress(f"{done:,} of {some(len(records), 'record is', 'records are')} printed.")

    def _volumes(
        self,
        pool: Executor,
        records: Sequence[Released],
        files: Mapping[str, str],
        pictures: Mapping[str, Path],
    ) -> Iterator[tuple[Path, int]]:
        """The records being set as PDF, while other parts are written."""
        if not self._given.with_pdf or not records:
            return iter(())
        cover = self._cover
        return volumes_set(
            pool,
            Printing(records, files, pictures),
            PdfCover(cover.name, cover.agency, cover.now, f"{_SMALL} Sealed with the key {cover.key}."),
            self._folder / "pdf",
            fonts_folder=self._given.fonts_folder,
            by_name=True,  # what no font has was refused before, unless it is wanted so
        )

    def _index(
        self,
        records: Sequence[Released],
        files: Mapping[str, str],
        printed: Sequence[tuple[str, Future[Path]]],
    ) -> list[Part]:
        parts = parts_of(self._given.enclosed)
        self._box.add(f"{INDEX_AT}.csv", index_lines(records, files, places(records)))
        for number, (path, file) in enumerate(printed, 1):
            self._box.add(path, file.result())
            file.result().unlink()
            self._progress(f"Part {number} of {len(printed)} of the printed index is written.")
        if printed:
            parts.append(Part("Index to print", tuple(path for path, _ in printed)))
        parts.append(Part("Index as a table", (f"{INDEX_AT}.csv",)))
        self._box.add(INDEX, summary_page(self._answer, self._cover, records, parts))
        return parts
