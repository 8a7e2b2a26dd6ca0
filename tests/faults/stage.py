"""The evening before the broken night, built once and played upon again and again.

An archive in a bucket cannot be copied: its seals name the versions that the server gave. So it is built once, each
case is played in a fork of the process that holds it, and afterwards what the case has added is taken out of the
bucket again; folder and database are copies each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from faults.city import FaultyCity, forked
from faults.places import copy_of, drop, fresh_bucket, fresh_database, fresh_home, take_out
from postgres import PostgreSQL
from stores import Place

R = TypeVar("R")


class Stage:
    """A city on the evening before its broken night."""

    def __init__(self, city: FaultyCity, home: Path, server: PostgreSQL | None, url: str | None) -> None:
        self._city, self._home, self._server, self._url = city, home, server, url
        self._well = home.parent / f"{home.name}-well"
        city.first_night()
        city.a_day()
        if city.mirror is not None:
            city.mirror.refresh()
        city.installation.vault.books.dispose()
        shutil.copytree(home, self._well)

    def play(self, case: Callable[[FaultyCity, str | None], R]) -> R:
        """Plays a case in a fork, given the city and the address of its own copy of the database.

        `RuntimeError` where the case itself fails.
        """
        url = copy_of(self._server, self._url) if self._server and self._url else None

        def work() -> R:
            self._city._log.close()  # it opens again, in the folder as it is now
            self._city._database = url
            try:
                return case(self._city, url)
            finally:
                self._city.installation.vault.books.dispose()

        ended = forked(work).join()
        if self._server and url:
            drop(self._server, url)
        self._clear()
        if ended.killed or ended.raised:
            raise RuntimeError(f"{ended.raised or 'killed'}: {ended.words}")
        found: R = ended.value
        return found

    def _clear(self) -> None:
        """The folder and the bucket as they were."""
        for path in self._home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._well, self._home, dirs_exist_ok=True)
        mirror = self._city.mirror
        if mirror is not None:
            mine = {(key, id_) for key, versions in mirror.versions.items() for id_ in versions}
            take_out(mirror.client, mirror.bucket, keep=frozenset(mine))

    def close(self) -> None:
        self._city.close()
        shutil.rmtree(self._well, ignore_errors=True)


@contextmanager
def stage(
    access: dict[str, str] | None, way: str, server: PostgreSQL | None, plant: Callable[[FaultyCity], None]
) -> Iterator[Stage]:
    """A stage in a bucket that is reached by `way`, or in a directory where there is no access; on a database."""
    with fresh_home() as home, _bucket(access) as place, fresh_database(server) as url:
        city = FaultyCity(home, place.behind(way) if place else None, url, audited=place)
        plant(city)
        built = Stage(city, home, server, url)
        try:
            yield built
        finally:
            built.close()


@contextmanager
def _bucket(access: dict[str, str] | None) -> Iterator[Place | None]:
    if access is None:
        yield None
        return
    with fresh_bucket(access) as place:
        yield place
