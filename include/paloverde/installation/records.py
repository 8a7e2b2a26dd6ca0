"""One record as somebody looks at it: its versions, its conversation, its holds, its files, its exact bytes.

A look at a private record is noted in the ledger with the reason, before anything is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.bundles.media import extension, on_disk
from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.installation.holds import Holds
from paloverde.installation.index import SearchIndex
from paloverde.records import is_kept_private
from paloverde.retention.holds import Hold
from paloverde.search.conversation import Conversation, conversations
from paloverde.search.hits import Hit
from paloverde.search.item import Item, payload, versions
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.state.tables import HELD_ITEMS

_SAY_WHY = "This record is private: say why you look at it. The ledger keeps the reason."
_BEGINNING = 64  # bytes of a file that tell its kind


class ReasonNeeded(PersonNeeded):
    """A private record is opened only for a reason, which the ledger keeps."""


class File(msgspec.Struct, frozen=True):
    """A kept file on this machine's disk. `extension` is by its bytes, whatever anybody calls it."""

    path: Path
    extension: str


class Records:
    """The records of a city, one at a time. `tell` is the journal's."""

    def __init__(
        self, vault: Vault, archive: Archive, index: SearchIndex, holds: Holds, tell: Callable[..., None]
    ) -> None:
        self._vault, self._archive, self._index = vault, archive, index
        self._holds, self._tell = holds, tell

    def versions(
        self, item: Item, actor: str, *, include_private: bool, reason: str = "", look: str = "record"
    ) -> list[Hit]:
        """Every version of an item, oldest first, as far as it may be seen; none where there is none.

        `look` says what is looked at of it. Raises `ReasonNeeded` where a version is private and no reason is
        given.
        """
        index = self._index.asking()
        found = versions(self._archive, item, include_private=include_private, index=index)
        if any(is_private(hit) for hit in found):
            if not reason.strip():
                raise ReasonNeeded(_SAY_WHY)
            about = {"account": item[0], "kind": item[1], "item": item[2], "reason": reason.strip()}
            self._tell(f"private {look} looked at", actor, **about)
        return found

    def is_private(self, item: Item) -> bool:
        """Whether an item is private, by its kind or in any of its versions. It shows nothing of them."""
        if item[1] in PRIVATE_KINDS:
            return True
        found = versions(self._archive, item, include_private=True, index=self._index.asking())
        return any(is_private(hit) for hit in found)

    def conversation(self, hit: Hit, *, include_private: bool) -> Conversation:
        """What was said around a version."""
        index = self._index.asking()
        return conversations(self._archive, [hit], include_private=include_private, index=index)[0]

    def payload(self, hit: Hit) -> bytes:
        """The exact bytes that a version was read from; `ArchiveDamaged` where they are others now."""
        return payload(self._archive, hit)

    def file(self, versions_: Sequence[Hit], sha256: str, folder: Path) -> File:
        """A picture, video or attachment of one of these versions, fetched into a folder and proven by its
        hash; `ArchiveDamaged` where it is not kept.
        """
        if not any(kept.sha256 == sha256 for hit in versions_ for kept in hit.media):
            raise ArchiveDamaged("This record has no such file.")
        path = on_disk(self._archive, sha256, folder)
        with path.open("rb") as opened:
            return File(path, extension(opened.read(_BEGINNING)))

    def holds_on(self, item: Item) -> list[Hold]:
        """The holds in force that keep an item."""
        account, kind, native_id = item
        query = select(HELD_ITEMS.c.hold).where(
            HELD_ITEMS.c.account == account,
            HELD_ITEMS.c.kind == kind,
            HELD_ITEMS.c.native_id == native_id,
        )
        with self._vault.books.connect() as connection:
            ids = connection.execute(query.order_by(HELD_ITEMS.c.hold)).scalars().all()
        found = (self._holds.get(id_) for id_ in ids)
        return [hold for hold in found if self._holds.is_active(hold)]


def is_private(hit: Hit) -> bool:
    """Whether a version is open only to those whose role needs it."""
    return is_kept_private(hit.kind, hit.visibility)
