"""A picture is read and looked at once: what it looks like is kept, and goes when the picture does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from archives import make_archive
from paloverde.archive.layout import media_key
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.errors import ArchiveDamaged
from paloverde.installation.picture_looks import PictureLooks, forget_destroyed_looks
from paloverde.state.books import changing
from paloverde.state.tables import LOOKS, PARTS
from paloverde.watch.looks import VERSION, look_of
from photographs import flyer, jpeg, photograph, sha256

POOL, PARK, NOTICE = jpeg(photograph(1)), jpeg(photograph(2)), jpeg(flyer("Pool closed"))
ALL = [sha256(body) for body in (POOL, PARK, NOTICE)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, media=[POOL, PARK, NOTICE])


def rows(archive: Archive) -> dict[str, tuple[int, str]]:
    with archive.books.connect() as connection:
        return {row.key: (row.version, row.look) for row in connection.execute(select(LOOKS))}


def lose(archive: Archive, folder: Path, sha256: str) -> None:
    """The bytes of a picture are unreadable from now on: whoever reads them fails."""
    (file,) = [one for one in folder.rglob("*") if one.is_file() and sha256 in str(one)]
    file.chmod(0o600)
    file.write_bytes(b"unreadable")


def test_it_says_how_photographs_look_and_nothing_of_flyers_or_what_is_not_there(archive: Archive) -> None:
    found = PictureLooks(archive).of([*ALL, "ab" * 32])
    assert found == {sha256(body): look_of(body) for body in (POOL, PARK)}


def test_each_picture_is_read_once_ever(archive: Archive, tmp_path: Path) -> None:
    before = PictureLooks(archive).of(ALL)
    for one in ALL:
        lose(archive, tmp_path / "store", one)
    assert PictureLooks(archive).of(ALL) == before
    with changing(archive.books) as connection:
        connection.execute(LOOKS.delete())
    with pytest.raises(ArchiveDamaged):
        PictureLooks(archive).of(ALL)


def test_what_another_version_of_the_program_saw_is_looked_at_anew(archive: Archive) -> None:
    with changing(archive.books) as connection:
        connection.execute(
            LOOKS.insert(), [{"key": media_key(ALL[0]), "version": VERSION + 1, "look": "abc"}]
        )
    assert PictureLooks(archive).of(ALL[:1]) == {ALL[0]: look_of(POOL)}
    assert rows(archive)[media_key(ALL[0])][0] == VERSION


def test_what_is_destroyed_is_forgotten_and_nothing_else(archive: Archive) -> None:
    PictureLooks(archive).of(ALL)
    with changing(archive.books) as connection:
        connection.execute(
            PARTS.delete().where(PARTS.c.role == Role.MEDIA.value, PARTS.c.key == media_key(ALL[0]))
        )
        forget_destroyed_looks(connection)
    assert set(rows(archive)) == {media_key(one) for one in ALL[1:]}
