"""What the searches of a request found, kept beside the database so that it need not be searched again.

    <home>/found/PRA-2026-0042/<hash of a search>.msgpack

A search of a request is bounded by the sealed run through which it was made, so that the same comes as long
as no object of these runs was written again or destroyed. The files are derived, for this user alone, and go
when the request is closed: while it is open, its hold keeps everything that is in them. A page of fifty
records out of ten thousand reads fifty: each is read when it is first looked at.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from paloverde.archive.seal import Role
from paloverde.archive.vault import Vault
from paloverde.installation.journal import private_or_not
from paloverde.requests.events import Searched
from paloverde.requests.request import Request
from paloverde.requests.reviewing import Version
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.state.tables import PARTS

_AGAIN = "a search of a request again"  # the reason that the ledger gives
_DIGEST = 32  # bytes of the SHA-256 before what is kept


_SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(Hit), order="sorted")).hexdigest()
_READ = msgspec.msgpack.Decoder(Hit)


class _Kept(msgspec.Struct, frozen=True):
    """The hits of one search. `standing` says which objects there were of the runs that it covers, `shape`
    what a hit was made of in that release.
    """

    shape: str
    standing: tuple[int, int]
    versions: list[Version]
    hits: list[msgspec.Raw]


class Records(Mapping[Version, Hit]):
    """Found records by their versions, in the order in which they were found."""

    def __init__(self, records: Mapping[Version, Hit | msgspec.Raw]) -> None:
        self._records = dict(records)

    def __getitem__(self, version: Version) -> Hit:
        record = self._records[version]
        if isinstance(record, msgspec.Raw):
            record = self._records[version] = _READ.decode(record)
        return record

    def __iter__(self) -> Iterator[Version]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, version: object) -> bool:
        return version in self._records


class Found:
    """The records that requests have found. `search` is that of the installation, `tell` its journal's."""

    def __init__(
        self, folder: Path, vault: Vault, search: Callable[..., Answer], tell: Callable[..., None]
    ) -> None:
        self._folder, self._vault, self._search, self._tell = folder, vault, search, tell

    def of(self, request: Request, actor: str) -> Records:
        """Everything that the searches of a request found, each version once. A search that has to be made
        again is noted in the ledger as one, a look at private records that are kept as that.
        """
        found: dict[Version, Hit | msgspec.Raw] = {}
        is_private = False
        for event in request.searches:
            records = self._kept(request.number, event)
            if records is not None:
                is_private |= event.scope.include_private
            else:
                hits = self.again(event, actor).hits
                records = {_version(hit): hit for hit in hits}
                if request.is_open:
                    self.keep(request.number, event, hits)
            found = {**found, **records, **found}  # in the order of the searches, the first of each version
        if is_private:
            about = {"request": request.number, "records": str(len(found))}
            about["scope"] = private_or_not(include_private=True)
            self._tell("found records looked at", actor, **about)
        return Records(found)

    def again(self, event: Searched, actor: str) -> Answer:
        """The answer of a search again, as its event bounds it."""
        bounds = msgspec.structs.asdict(event.scope)
        return self._search(event.question, actor, reason=_AGAIN, **bounds)

    def keep(self, number: str, event: Searched, hits: list[Hit]) -> None:
        """Keep what a search found, in place of what was kept of it before."""
        file = self._file(number, event)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        versions, records = [*map(_version, hits)], [msgspec.Raw(msgspec.msgpack.encode(hit)) for hit in hits]
        body = msgspec.msgpack.encode(_Kept(_SHAPE, self._standing(event), versions, records))
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(hashlib.sha256(body).digest() + body)
        draft.replace(file)

    def forget(self, number: str) -> None:
        """Take away what was kept of a request."""
        shutil.rmtree(self._folder / number, ignore_errors=True)

    def _kept(self, number: str, event: Searched) -> dict[Version, Hit | msgspec.Raw] | None:
        """The hits of a search, where they are kept and still stand. None of them is read yet."""
        try:
            told = self._file(number, event).read_bytes()
            body = memoryview(told)[_DIGEST:]
            if hashlib.sha256(body).digest() != told[:_DIGEST]:
                return None
            kept = msgspec.msgpack.decode(body, type=_Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None  # never kept, cut short, or of another release: it is searched again
        stands = (kept.shape, kept.standing) == (_SHAPE, self._standing(event))
        return dict(zip(kept.versions, kept.hits, strict=True)) if stands else None

    def _file(self, number: str, event: Searched) -> Path:
        asked = msgspec.json.encode((event.question, event.scope), order="sorted")
        return self._folder / number / f"{hashlib.sha256(asked).hexdigest()}.msgpack"

    def _standing(self, event: Searched) -> tuple[int, int]:
        """How many objects hold what was observed up to the search's run, and the last run that wrote one:
        otherwise as soon as one of them is written again or destroyed.
        """
        query = select(func.count(), func.coalesce(func.max(PARTS.c.sequence), 0)).where(
            PARTS.c.of_run <= event.through, PARTS.c.role.in_([Role.RECORDS.value, Role.REMOVED.value])
        )
        with self._vault.books.connect() as connection:
            number, last = connection.execute(query).one()
        return number, last


def _version(hit: Hit) -> Version:
    return (*hit.item, hit.version_sha256)
