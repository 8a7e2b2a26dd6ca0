"""The search index of one city as the command line and the DAG work with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from paloverde.archive.reader import Archive
from paloverde.search.index.asking import Asking
from paloverde.search.index.layout import Damaged
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.upkeep import Refreshed, coverage, damaged_files, rebuild, refresh, throw_away
from paloverde.settings import Settings
from paloverde.wording import some

_AGAIN = "`paloverde index refresh` builds it again."


class SearchIndex:
    """Derived from the sealed records, on this machine's own disk; safe to throw away."""

    def __init__(self, settings: Settings, archive: Archive) -> None:
        self._settings, self._archive = settings, archive
        self._asking: Asking | None = None

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._settings.index_folder

    def open(self, before: Index | None = None) -> Index | None:
        """The index as it stands; None where none can be read, and a search reads everything."""
        try:
            return open_index(self.folder, before)
        except Damaged:
            return None

    def asking(self) -> Asking | None:
        """The index beside the archive, kept open until a refresh puts another in its place."""
        if self._asking is None or not self._asking.index.is_current:
            index = self.open(self._asking.index if self._asking else None)
            self._asking = None if index is None else Asking(self._archive, index)
        return self._asking

    def refresh(self, say: Callable[[str], None] = lambda _: None) -> Refreshed:
        """Add what is new, write out what is gone; `TryAgain` where another refresh is at work."""
        return refresh(self._archive, self.folder, say)

    def rebuild(self, say: Callable[[str], None] = lambda _: None) -> Refreshed:
        """Throw it away and build it again."""
        return rebuild(self._archive, self.folder, say)

    def status(self) -> list[str]:
        """What it covers, and where it lies, in plain words."""
        try:
            index = open_index(self.folder)
        except Damaged as error:
            return [f"The search index cannot be read: {error}. {_AGAIN}"]
        told = [coverage(self._archive, index).sentence()]
        if index is not None:
            size = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
            told.append(
                f"It lies in {self.folder} ({size / 1024**2:,.0f} MiB, "
                f"{some(len(index.segments), 'segment')}). Private messages are in it: only the user of this "
                "program may read that folder, and no backup needs it."
            )
        return told

    def check(self) -> list[str]:
        """Read the whole index and compare it with what was written; what is damaged is taken out of it."""
        index = open_index(self.folder)
        damaged = [] if index is None else damaged_files(index)
        if damaged:
            throw_away(self.folder, sorted({path.parent.name for path in damaged}))
        return [
            f"{path} is not what was written, and its segment was taken out. {_AGAIN}" for path in damaged
        ]
