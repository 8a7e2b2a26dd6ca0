"""Counsel's advice and memos: attorney-client privileged, and so kept apart from all that may be disclosed.

Evidence Code 954; policy V.B.5; rulebook P-43. Each piece is a paper under `papers/privileged/`, and each
memo that released a hold one under `papers/hold-memos/`, sealed with a key that lies outside of the archive.
A ledger entry says that one was filed or read, about what and by whom, and never a word of it. Nothing that
is searched, bundled, moved out or exported reads these papers.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import BadSetting

SERIES = "privileged"
MEMOS = "hold-memos"
FILED, READ = "privileged advice filed", "privileged advice read"
ANSWERED = "privileged finding answered"
# The kinds of ledger entries that say, by being there, that there is advice, or something that a check of the
# policy found for counsel: for counsel alone.
ENTRIES = frozenset({FILED, READ, ANSWERED})


class Advice(msgspec.Struct, frozen=True):
    """What counsel said, and about what."""

    about: str
    text: str


class Privileged:
    """The sealed papers and their key. Whoever calls it notes each look in the ledger."""

    def __init__(self, cabinet: Cabinet, key_file: Path) -> None:
        self._cabinet, self._key_file = cabinet, key_file

    def file(self, subject: str, text: str, actor: str) -> Filed:
        """Seal and file a piece of advice. The first ever makes the key, readable by this user alone."""
        body = self._sealed(msgspec.json.encode(Advice(subject, text)))
        return self._cabinet.file(SERIES, subject, body, what=FILED, actor=actor, about={"item": subject})

    def file_memo(self, hold: str, memo: bytes, actor: str) -> Filed:
        """Seal and file the memo by which counsel releases a hold. It is kept for ever, as the release is."""
        body, what = self._sealed(memo), "release memo filed"
        return self._cabinet.file(
            MEMOS, hold, body, what=what, actor=actor, about={"hold": hold}, for_ever=True
        )

    @property
    def key_made(self) -> str:
        """What to tell whoever was the first to file something privileged."""
        return (
            f"A key was made for what is privileged: {self._key_file}. Keep a copy of it apart from the "
            "archive and from its backup: without the key nobody can ever read this again."
        )

    def any(self) -> bool:
        """Whether anything privileged is filed."""
        return any(True for series in (SERIES, MEMOS) for _ in self._cabinet.newest(series))

    def filed(self, subject: str) -> list[Filed]:
        """What is filed about a subject, still sealed."""
        return self._cabinet.history(SERIES, subject)

    def read(self, filed: Filed) -> str:
        """The words of a piece of advice. `BadSetting` where the key is lost or another one."""
        return msgspec.json.decode(self.opened(filed), type=Advice).text

    def opened(self, filed: Filed) -> bytes:
        """The plain bytes of a sealed paper. `BadSetting` where the key is lost or another one."""
        try:
            return self._fernet().decrypt(self._cabinet.bytes_of(filed))
        except InvalidToken:
            raise BadSetting(
                f"The key in {self._key_file} does not open the privileged papers about {filed.subject}: put "
                "the right key back from the backup."
            ) from None

    def box(self) -> Fernet:
        """What seals, also for what only some may read and is no paper: findings of the watch.

        The first ever makes the key.
        """
        return self._fernet(may_make_key=not self.any())

    def _sealed(self, body: bytes) -> bytes:
        return self.box().encrypt(body)

    def _fernet(self, *, may_make_key: bool = False) -> Fernet:
        if may_make_key and not self._key_file.exists():
            _write_once(self._key_file, Fernet.generate_key())
        try:
            return Fernet(self._key_file.read_bytes().strip())
        except OSError as error:
            raise BadSetting(
                f"The key of privileged advice, {self._key_file}, cannot be read ({error.strerror}). Put it "
                "back from the backup, or name its place with PALOVERDE_PRIVILEGED_KEY_FILE; without it what "
                "counsel wrote cannot be read any more."
            ) from None
        except ValueError:
            raise BadSetting(
                f"{self._key_file} holds no key of privileged advice. Put it back from the backup."
            ) from None


def _write_once(path: Path, key: bytes) -> None:
    """Write a new key whole and on disk, and never over one that another process has just made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
