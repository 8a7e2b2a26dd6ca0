"""An import that dies as a power cut kills it, at an object that it stores:

    python tests/dying.py FOLDER BOOKS PREFIX before|after FILE

The object is the first whose key begins with PREFIX; `after` dies when it is kept and nothing more is done.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from exports import Office
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault


class DeadlyStore:
    """A store at which its process dies; all else is the real one's."""

    def __init__(self, store: Store, prefix: str, when: str) -> None:
        self._store, self._prefix, self._when = store, prefix, when

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, key: str, body: bytes | Path, **more: Any) -> Stored:
        self._die(key, "before")
        stored = self._store.put(key, body, **more)
        self._die(key, "after")
        return stored

    def _die(self, key: str, when: str) -> None:
        if key.startswith(self._prefix) and when == self._when:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    folder, books, prefix, when, file = sys.argv[1:]
    office = Office(Path(folder), books_url=books)
    real = office.vault
    deadly: Any = DeadlyStore(real.store, prefix, when)
    office.vault = Vault(deadly, real.books, real.signer, real.clock, real.lock_years)
    office.take("x", Path(file))
