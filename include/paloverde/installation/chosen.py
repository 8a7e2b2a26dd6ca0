"""The records that a production chose, kept beside the database so that they need not be looked for again.

    <home>/chosen/PROD-2026-0001/<hash of an order and its choice>.msgpack

A choice is bounded by the sealed run through which it was made, so that the same comes as long as no object
of these runs was written again or destroyed. The files are derived, and for this user alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from paloverde.archive.seal import Role
from paloverde.archive.vault import Vault
from paloverde.productions.choosing import Choice
from paloverde.productions.order import Terms
from paloverde.state.tables import PARTS


class _Kept(msgspec.Struct, frozen=True):
    """`standing` says which objects there were of the runs that the choice covers."""

    standing: tuple[int, int]
    choices: list[Choice]


class KeptChoices:
    """The choices of productions, on this machine's disk."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder, self._vault = folder, vault

    def get(self, number: str, terms: Terms, through: int) -> list[Choice] | None:
        """What was chosen by these terms; None where it is not kept, or stands no longer."""
        try:
            kept = msgspec.msgpack.decode(self._file(number, terms, through).read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None  # never kept, cut short, or of another release: it is chosen again
        return kept.choices if kept.standing == self._standing(through) else None

    def put(self, number: str, terms: Terms, through: int, choices: list[Choice]) -> None:
        """Keep a choice, in place of what was kept of it before."""
        file = self._file(number, terms, through)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        body = msgspec.msgpack.encode(_Kept(self._standing(through), choices))
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(body)
        draft.replace(file)

    def forget(self, number: str) -> None:
        """Take away what was kept of a production."""
        shutil.rmtree(self._folder / number, ignore_errors=True)

    def _file(self, number: str, terms: Terms, through: int) -> Path:
        said = msgspec.json.encode((terms, through), order="sorted")
        return self._folder / number / f"{hashlib.sha256(said).hexdigest()}.msgpack"

    def _standing(self, through: int) -> tuple[int, int]:
        """How many objects hold what was observed up to a run, and the last run that wrote one."""
        query = select(func.count(), func.coalesce(func.max(PARTS.c.sequence), 0)).where(
            PARTS.c.of_run <= through, PARTS.c.role.in_([Role.RECORDS.value, Role.REMOVED.value])
        )
        with self._vault.books.connect() as connection:
            number, last = connection.execute(query).one()
        return number, last
