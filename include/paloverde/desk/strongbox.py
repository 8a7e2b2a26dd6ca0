"""What the desk keeps for a day and nobody else reads: sealed with a key of its own, which is made at need.

A lost key costs what was typed and not sent, and nothing else.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from paloverde.errors import BadSetting

LASTS = 24 * 3600  # seconds


class Strongbox:
    """Seals and opens; its key is the file `key` of the desk's folder."""

    def __init__(self, folder: Path) -> None:
        self._key_file = folder / "key"

    def seal(self, body: bytes) -> str:
        return self._fernet().encrypt(body).decode()

    def open(self, sealed: str) -> bytes | None:
        """What was sealed within a day; None for anything else."""
        try:
            return self._fernet().decrypt(sealed.encode(), ttl=LASTS)
        except InvalidToken:
            return None

    def _fernet(self) -> Fernet:
        try:
            if not self._key_file.exists():
                self._make_key()
            return Fernet(self._key_file.read_bytes().strip())
        except (OSError, ValueError) as error:
            raise BadSetting(
                f"The key of the desk, {self._key_file}, cannot be used ({error}). Take the file away: the "
                "desk makes another one, and only what was typed and not sent is lost."
            ) from None

    def _make_key(self) -> None:
        """Whole or not at all, and only one, though several processes begin at once."""
        self._key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._key_file.with_name(f"key-{os.getpid()}-{os.urandom(4).hex()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        with suppress(FileExistsError):
            os.link(beside, self._key_file)
        beside.unlink()
