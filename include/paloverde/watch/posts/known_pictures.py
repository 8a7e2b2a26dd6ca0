"""Which entries of a register speak of a picture: by the item that shows it, by its bytes, by how it looks.

A site writes every picture anew, so that the same photograph has other bytes on each of them. Looking at one
costs some 4 ms and a reading from the archive: pictures are looked at only where their bytes are not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import ClassVar

from paloverde.watch.now import Now
from paloverde.watch.posts.looks import look_of, look_the_same
from paloverde.watch.posts.published import reproduced
from paloverde.watch.registers.media import item_of
from paloverde.watch.seen import Seen, SeenMedium

_MOST_KNOWN = 100_000  # pictures: some 15 MB
PHOTOS = frozenset(("photo", "album", "cover_photo", "profile_media"))  # the sites' words for photographs


class Looks:
    """How the pictures of the archive look. The same bytes look the same for ever: they are kept in mind."""

    _known: ClassVar[dict[str, int | None]] = {}

    def __init__(self, now: Now) -> None:
        self._now = now

    def of(self, medium: SeenMedium) -> int | None:
        """None for what is no photograph, and for a picture whose bytes are not kept."""
        return self.of_file(medium.sha256) if medium.sha256 and medium.type in PHOTOS else None

    def of_file(self, sha256: str) -> int | None:
        if sha256 in self._known:
            return self._known[sha256]
        body = self._now.picture(sha256)
        if body is None:
            return None
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        return self._known.setdefault(sha256, look_of(body))


class KnownPictures:
    """The pictures that entries of a register name, ready to be compared with those of an item.

    `pictures` are those of each entry, by its id; `to_look` the entries whose pictures are known by their
    looks, too.
    """

    def __init__(
        self, now: Now, looks: Looks, pictures: Mapping[str, Sequence[str]], to_look: AbstractSet[str]
    ) -> None:
        self._now, self._looks, self._to_look = now, looks, to_look
        self._of_item: dict[str, list[str]] = {}
        self._of_file: dict[str, list[str]] = {}
        for id_, names in pictures.items():
            for name in names:
                (self._of_item if item_of(name) else self._of_file).setdefault(name, []).append(id_)

    def entries_of(self, seen: Seen, medium: SeenMedium) -> list[str]:
        """The ids of the entries that speak of a picture of an item; none where nobody has named it."""
        exactly = [*self._of_item.get(seen.item, ()), *self._files.get(medium.sha256, ())]
        if exactly:
            return list(dict.fromkeys(exactly))
        look = self._looks.of(medium) if self._named_looks else None
        if look is None:
            return []
        alike = (ids for other, ids in self._named_looks if look_the_same(look, other))
        return list(dict.fromkeys(id_ for ids in alike for id_ in ids))

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """The entries by file: those named by the file, and those by an item that shows it."""
        files = {sha256: list(ids) for sha256, ids in self._of_file.items()}
        for item, ids in self._of_item.items():
            shown = self._now.newest(item)
            for medium in reproduced(shown) if shown is not None else ():
                if medium.sha256:
                    files.setdefault(medium.sha256, []).extend(ids)
        return files

    @cached_property
    def _named_looks(self) -> list[tuple[int, list[str]]]:
        found = []
        for sha256, ids in self._files.items():
            alike = [id_ for id_ in ids if id_ in self._to_look]
            if alike and (look := self._looks.of_file(sha256)) is not None:
                found.append((look, alike))
        return found
