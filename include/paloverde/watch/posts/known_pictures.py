"""Which entries of a register speak of a picture: by the item that shows it, by its bytes, by how it looks.

A site writes every picture anew, so that the same photograph has other bytes on each of them. Looking at one
costs some 4 ms and a reading from the archive, once: then it is known how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from paloverde.watch.looks import PHOTOS, look_the_same
from paloverde.watch.now import Now
from paloverde.watch.posts.published import reproduced
from paloverde.watch.registers.media import item_of
from paloverde.watch.seen import Seen, SeenMedium


class Looks:
    """How pictures look, as far as somebody has asked for them."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._known: dict[str, int] = {}
        self._asked: set[str] = set()

    def of(self, medium: SeenMedium) -> int | None:
        """None for what is no photograph, and for a picture whose bytes are not kept."""
        return self.of_file(medium.sha256) if _is_photo(medium) else None

    def of_file(self, sha256: str) -> int | None:
        self._ask([sha256])
        return self._known.get(sha256)

    def ready(self, media: Iterable[SeenMedium]) -> None:
        """Ask for many at once: one by one, each takes a question of its own to the database."""
        self._ask(medium.sha256 for medium in media if _is_photo(medium))

    def _ask(self, sha256s: Iterable[str]) -> None:
        if new := {*sha256s} - self._asked:
            self._known |= self._now.looks(new)
            self._asked |= new


def _is_photo(medium: SeenMedium) -> bool:
    """Whether the site calls it a photograph, and the archive has its bytes."""
    return bool(medium.sha256) and medium.type in PHOTOS


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

    def ready(self, posts: Iterable[Seen]) -> None:
        """Ask for the looks of all that will be compared with pictures that are known by theirs."""
        if self._named_looks:
            shown = ((post, medium) for post in posts for medium in reproduced(post))
            self._looks.ready(medium for post, medium in shown if not self._exactly(post, medium))

    def entries_of(self, seen: Seen, medium: SeenMedium) -> list[str]:
        """The ids of the entries that speak of a picture of an item; none where nobody has named it."""
        if exactly := self._exactly(seen, medium):
            return list(dict.fromkeys(exactly))
        look = self._looks.of(medium) if self._named_looks else None
        if look is None:
            return []
        alike = (ids for other, ids in self._named_looks if look_the_same(look, other))
        return list(dict.fromkeys(id_ for ids in alike for id_ in ids))

    def _exactly(self, seen: Seen, medium: SeenMedium) -> list[str]:
        """The entries that name the item or the very bytes."""
        return [*self._of_item.get(seen.item, ()), *self._files.get(medium.sha256, ())]

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """The entries by file: those named by the file, and those by an item that shows it."""
        files = {sha256: list(ids) for sha256, ids in self._of_file.items()}
        for shown in self._now.newest_of(self._of_item):
            for medium in reproduced(shown):
                if medium.sha256:
                    files.setdefault(medium.sha256, []).extend(self._of_item[shown.item])
        return files

    @cached_property
    def _named_looks(self) -> list[tuple[int, list[str]]]:
        found = []
        for sha256, ids in self._files.items():
            alike = [id_ for id_ in ids if id_ in self._to_look]
            if alike and (look := self._looks.of_file(sha256)) is not None:
                found.append((look, alike))
        return found
