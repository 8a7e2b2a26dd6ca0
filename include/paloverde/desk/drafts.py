"""What was shown and waits to be confirmed, for whoever asked for it, for a day.

What somebody confirms is a file by its hash, so that it is what was seen: not what came to be meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from paloverde.errors import BadQuestion

_LASTS = 24 * 3600  # seconds
_ID = re.compile(r"[0-9a-f]{32}")
_GONE = "What was shown is not kept any more: it waits for a day, and for whoever asked for it. Begin again."
T = TypeVar("T", bound=msgspec.Struct)


class Drafts:
    """Drafts of one kind, in a folder that only the server reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, id_: str, username: str, draft: msgspec.Struct) -> None:
        """Keep a draft for somebody, and throw away what is old."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # somebody else's page was as quick
                if path.stat().st_mtime < time.time() - _LASTS:
                    path.unlink()
        with os.fdopen(
            os.open(self._file(id_, username), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as file:
            file.write(msgspec.json.encode(draft, order="sorted"))

    def get(self, id_: str, username: str, type_: type[T]) -> tuple[T, str]:
        """Somebody's draft, and its SHA-256. `BadQuestion` where there is none any more."""
        try:
            body = self._file(id_, username).read_bytes() if _ID.fullmatch(id_) else None
        except FileNotFoundError:
            body = None
        if body is None:
            raise BadQuestion(_GONE)
        return msgspec.json.decode(body, type=type_), hashlib.sha256(body).hexdigest()

    def seen(self, id_: str, username: str, type_: type[T], sha256: str) -> T:
        """The same where it is what somebody saw; `BadQuestion` where it is not."""
        draft, now = self.get(id_, username, type_)
        if now != sha256:
            raise BadQuestion(
                "This is not what was shown: open the page again, and confirm what stands there."
            )
        return draft

    def drop(self, id_: str, username: str) -> None:
        self._file(id_, username).unlink(missing_ok=True)

    def _file(self, id_: str, username: str) -> Path:
        return self._folder / f"{id_}-{hashlib.sha256(username.encode()).hexdigest()[:16]}.json"
