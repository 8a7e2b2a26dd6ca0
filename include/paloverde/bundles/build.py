"""Building a sealed bundle from an answer: the same answer, name, time and key give the same bytes.

records.html, records/  to read          records.csv .jsonl .parquet  as data
media/ raw/             exact bytes       coverage.html .json          limits of the search
seals/ keys/            signed runs, keys search.json                  question and counts
README.txt verify.py    how to check      manifest.json .sig.json      what was sealed, and by whom
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from paloverde import __version__
from paloverde.archive.keys import key_entries, register_of
from paloverde.archive.layout import LEDGER_ENTRIES, ledger_key, run_key
from paloverde.archive.reader import Archive
from paloverde.archive.seal import RunKind, Seal
from paloverde.archive.signing import Signer
from paloverde.bundles import verify
from paloverde.bundles.box import Box, digest_of, sealed_file
from paloverde.bundles.media import fetched, kept_media
from paloverde.bundles.pages import Cover, coverage_page, readme, summary_page, volume_pages
from paloverde.bundles.tables import csv_lines, json_lines, payload_lines, write_parquet
from paloverde.errors import ArchiveDamaged, BadQuestion
from paloverde.search.answer import Answer

Progress = Callable[[str], None]
_CHUNK = 1 << 20
_SOFTWARE = f"Paloverde {__version__}"


class BuiltBundle(msgspec.Struct, frozen=True):
    """A bundle on disk. `key` is the public key that sealed it; `counts` are files, records, media,
    limits.
    """

    path: Path
    sha256: str
    size: int
    key: str
    counts: dict[str, int]


class RunsOf(msgspec.Struct, frozen=True):
    """What the runs of one account came to, for the coverage page."""

    account: str
    runs: int
    first: date | None
    last: date | None
    complete: int
    unfinished: int
    gaps: int


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
) -> BuiltBundle:
    """Build and seal the bundle of an answer at `out`, which must not be there yet.

    `name` is the number of the request or its title, `now` the time of sealing (aware). `actor` is who builds
    it; `searched_by` is who made the search, where that was somebody else. Raises `BadQuestion` where nothing
    was there to be searched, `ArchiveDamaged` where a record's bytes or a picture are not what the archive
    says, `BadSetting` where `out` cannot be written.
    """
    _refuse_nothing_searched(answer)
    seals = _seals(archive, answer)
    cover = Cover(
        name=name,
        agency=agency,
        now=now,
        key=signer.public_key,
        file=out.name,
        software=_SOFTWARE,
        built_by=actor,
        searched_by=searched_by or actor,
    )
    with sealed_file(out) as box:
        _fill(box, answer, archive, cover, seals, progress)
        files = list(box.files)
        _seal(box, signer, cover)
    counts = {
        "files": len(files) + 2,
        "records": len(answer.hits),
        "media": sum(file.path.startswith("media/") for file in files),
        "limits": len(answer.limits),
    }
    progress(f"Sealed {out}.")
    return BuiltBundle(out, digest_of(out), out.stat().st_size, signer.public_key, counts)


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


def _fill(
    box: Box, answer: Answer, archive: Archive, cover: Cover, seals: list[Seal], progress: Progress
) -> None:
    """All files but the manifest, in the order of their names."""
    progress(f"{len(answer.hits):,} records: gathering pictures, videos and attachments.")
    runs = list(_runs(archive, answer))
    with archive.books.connect() as connection:
        announced = key_entries(connection)
    keys = [key.sentence() for key in register_of(entry for entry, _ in announced).keys]
    box.add("README.txt", readme(answer, cover))
    box.add("coverage.html", coverage_page(answer, cover, runs, keys))
    box.add("coverage.json", _pretty(_coverage(answer, cover, runs)))
    files = _media(box, answer, archive)
    for entry, said in announced:
        sha256 = hashlib.sha256(said.encode()).hexdigest()
        box.add(f"keys/{ledger_key(entry.sequence, sha256).removeprefix(LEDGER_ENTRIES)}", said.encode())
    progress("Writing what each record was read from, byte for byte.")
    box.add(verify.RAW, payload_lines(archive, answer.hits, answer.searched.accounts))
    progress("Writing the records as pages and tables.")
    box.add("records.csv", csv_lines(answer.hits, files))
    box.add("records.html", summary_page(answer, cover))
    box.add(verify.RECORDS, json_lines(answer.hits, files))
    box.add("records.parquet", _parquet(answer), packed=False)
    for path, page in volume_pages(answer, cover, files):
        box.add(path, page)
    for seal in seals:
        body = msgspec.json.encode(seal, order="sorted")
        sha256 = hashlib.sha256(body).hexdigest()
        box.add(f"seals/{run_key(seal.sequence, sha256).removeprefix('runs/')}", body)
    box.add("search.json", _pretty(answer.summary() | _made_by(cover)))
    box.add("verify.py", Path(verify.__file__).read_bytes())


def _media(box: Box, answer: Answer, archive: Archive) -> dict[str, str]:
    """Add every kept picture, video and attachment; by hash, its path in the bundle."""
    files: dict[str, str] = {}
    for sha256 in kept_media(answer.hits):
        with fetched(archive, sha256) as (path, pieces):
            added = box.add(path, pieces, packed=False)
        if added.sha256 != sha256:
            raise ArchiveDamaged(
                f"The media file {sha256} does not have its SHA-256: repair it from a copy first."
            )
        files[sha256] = path
    return files


def _seal(box: Box, signer: Signer, cover: Cover) -> None:
    """The manifest of all files so far, and the City's signature over its bytes."""
    manifest = _pretty(
        {
            "format": verify.FORMAT,
            "name": cover.name,
            "agency": cover.agency,
            "sealed_at": cover.now.astimezone(UTC).isoformat(),
            **_made_by(cover),
            "files": [msgspec.to_builtins(file) for file in sorted(box.files, key=lambda file: file.path)],
        }
    )
    statement = {
        "algorithm": "Ed25519 (RFC 8032) over the bytes of manifest.json",
        "public_key": signer.public_key,
        "signature": signer.sign(manifest),
    }
    box.add(verify.MANIFEST, manifest)
    box.add(verify.SIGNATURE, _pretty(statement))


def _seals(archive: Archive, answer: Answer) -> list[Seal]:
    """The seals of the runs that the records come from, and the last one searched."""
    wanted = {hit.sequence for hit in answer.hits} | {answer.searched.last_seal}
    return [seal for seal in archive.seals() if seal.sequence in wanted]


def _runs(archive: Archive, answer: Answer) -> Iterator[RunsOf]:
    by_account: dict[str, list[Seal]] = {account: [] for account in answer.searched.accounts}
    for seal in archive.seals(answer.searched.accounts) if by_account else ():
        if seal.sequence <= answer.searched.last_seal:
            by_account[seal.run.account].append(seal)
    for account, seals in by_account.items():
        nights = [seal.run.day for seal in seals if seal.run.kind is RunKind.NIGHT]
        listings = [listing for seal in seals for listing in seal.run.coverage.listings]
        complete = sum(listing.complete for listing in listings)
        gaps = sum(len(seal.run.coverage.gaps) for seal in seals)
        first, last = min(nights, default=None), max(nights, default=None)
        yield RunsOf(account, len(seals), first, last, complete, len(listings) - complete, gaps)


def _made_by(cover: Cover) -> dict[str, object]:
    return {"searched_by": cover.searched_by, "built_by": cover.built_by, "software": cover.software}


def _coverage(answer: Answer, cover: Cover, runs: list[RunsOf]) -> object:
    return {
        **_made_by(cover),
        "searched": msgspec.to_builtins(answer.searched),
        "runs": msgspec.to_builtins(runs),
        "limits": msgspec.to_builtins(answer.limits),
        "limits_in_words": [str(limit) for limit in answer.limits],
        "standing": msgspec.to_builtins(answer.standing),
        "standing_in_words": [str(limit) for limit in answer.standing],
    }


def _parquet(answer: Answer) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.parquet"
        write_parquet(answer.hits, path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _pretty(value: object) -> bytes:
    """JSON that people can read too, always the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
