"""What was shown and waits to be confirmed, for whoever asked for it, for a day.

What somebody confirms is a file by its hash, so that it is what was seen: not what came to be meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from paloverde.errors import BadQuestion

_LASTS = 24 * 3600  # seconds
_ID = re.compile(r"[0-9a-f]{32}")
_GONE = "What was shown is not kept any more: it waits for a day, and for whoever asked for it. Begin again."
T = TypeVar("T", bound=msgspec.Struct)


class Done(BadQuestion):
    """What is asked for was confirmed and is done; `path` is the page of the desk on which it is seen."""

    def __init__(self, path: str) -> None:
        super().__init__("This was confirmed already, and it is done: here is what came of it.")
        self.path = path


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
            raise self._gone(id_, username)
        return msgspec.json.decode(body, type=type_), hashlib.sha256(body).hexdigest()

    def of(self, username: str, type_: type[T]) -> Iterator[tuple[str, T]]:
        """All of somebody's drafts, each with its id."""
        for path in sorted(self._folder.glob(f"*{_whose(username)}")):
            with suppress(BadQuestion):  # it went, or is too old
                id_ = path.name.removesuffix(_whose(username))
                yield id_, self.get(id_, username, type_)[0]

    def seen(self, id_: str, username: str, type_: type[T], sha256: str) -> T:
        """The same where it is what somebody saw; `BadQuestion` where it is not."""
        draft, now = self.get(id_, username, type_)
        if now != sha256:
            raise BadQuestion(
                "This is not what was shown: open the page again, and confirm what stands there."
            )
        return draft

    def drop(self, id_: str, username: str) -> None:
        if _ID.fullmatch(id_):
            self._file(id_, username).unlink(missing_ok=True)
            self._done(id_, username).unlink(missing_ok=True)

    def done(self, id_: str, username: str, path: str) -> None:
        """What was confirmed is done, and is seen on that page of the desk: so whoever goes back is told."""
        self._done(id_, username).write_text(path, encoding="utf-8")
        self._file(id_, username).unlink(missing_ok=True)

    def _gone(self, id_: str, username: str) -> BadQuestion:
        """Why a draft is not there."""
        try:
            path = self._done(id_, username).read_text(encoding="utf-8") if _ID.fullmatch(id_) else ""
        except FileNotFoundError:
            path = ""
        return Done(path) if path else BadQuestion(_GONE)

    def _done(self, id_: str, username: str) -> Path:
        return self._file(id_, username).with_suffix(".done")

    def _file(self, id_: str, username: str) -> Path:
        return self._folder / f"{id_}{_whose(username)}"


def _whose(username: str) -> str:
    """How the name of a file ends."""
    return f"-{hashlib.sha256(username.encode()).hexdigest()[:16]}.json"
