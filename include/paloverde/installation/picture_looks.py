"""How the pictures of the archive look: each is read and looked at once, and the database keeps it.

Derived from the sealed pictures (decision 0052): a lost row costs one more look, and where the picture was
lawfully destroyed its row goes, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from paloverde.archive.layout import media_key
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Stored
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import LOOKS, PARTS
from paloverde.watch.looks import VERSION, look_of

_AT_ONCE = 100  # pictures that are looked at before what was seen is written: a killed round loses so many
_NONE = ""  # of what is no photograph


class PictureLooks:
    """The looks of an archive's pictures."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, sha256s: Iterable[str]) -> Mapping[str, int]:
        """How those of these pictures look that are photographs and that the archive holds."""
        asked, found = sorted(set(sha256s)), dict[str, int]()
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            known = self._known(some)
            looked = self._looked([one for one in some if one not in known])
            self._keep(looked)
            found |= {one: int(look, 16) for one, look in (known | looked).items() if look != _NONE}
        return found

    def _known(self, sha256s: Sequence[str]) -> dict[str, str]:
        by_key = {media_key(one): one for one in sha256s}
        query = select(LOOKS.c.key, LOOKS.c.look).where(LOOKS.c.key.in_(by_key), LOOKS.c.version == VERSION)
        with self._archive.books.connect() as connection:
            return {by_key[row.key]: row.look for row in connection.execute(query)}

    def _looked(self, sha256s: Sequence[str]) -> dict[str, str]:
        """What a look at the pictures themselves says of them; nothing of what the archive does not hold."""
        by_key = {media_key(one): one for one in sha256s}
        query = select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size).where(
            PARTS.c.role == Role.MEDIA.value, PARTS.c.key.in_(by_key)
        )
        with self._archive.books.connect() as connection:
            stored = {row.key: Stored(*row) for row in connection.execute(query)}
        looks = {by_key[key]: look_of(self._archive.store.get(one)) for key, one in stored.items()}
        return {one: _NONE if look is None else f"{look:x}" for one, look in looks.items()}

    def _keep(self, looked: Mapping[str, str]) -> None:
        if not looked:
            return
        rows = [{"key": media_key(one), "version": VERSION, "look": look} for one, look in looked.items()]
        insert = insert_into(self._archive.books, LOOKS)
        told = {name: insert.excluded[name] for name in ("version", "look")}
        with changing(self._archive.books) as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=told), rows)


def forget_destroyed_looks(connection: Connection) -> None:
    """Take out the looks of pictures that the archive holds no more."""
    held = select(PARTS.c.key).where(PARTS.c.role == Role.MEDIA.value)
    connection.execute(LOOKS.delete().where(LOOKS.c.key.not_in(held)))
