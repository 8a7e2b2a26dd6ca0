"""The Iceberg tables of one city, as the command line and the DAG keep them."""

from __future__ import annotations

from collections.abc import Callable

from paloverde.archive.reader import Archive
from paloverde.archive.store.shelf import Shelf, open_shelf
from paloverde.errors import BadSetting
from paloverde.installation.place import place_of
from paloverde.lake.publish import Published, behind, publish
from paloverde.settings import Settings

_PRIVATE = (
    "Each sealed file holds whatever its run saw, private messages and lists of subscribers among it, so "
    "whoever may read the bucket or the tables reads these too."
)


class Lake:
    """Derived from the sealed records; safe to throw away and to publish again."""

    def __init__(self, settings: Settings, archive: Archive) -> None:
        self._archive = archive
        self._at = settings.store
        self._shelf = _shelf_of(settings)

    def publish(self, say: Callable[[str], None] = lambda _: None, *, anew: bool = False) -> list[Published]:
        """Bring the tables up to date with the sealed runs; with `anew`, make them from nothing."""
        return publish(self._archive, self._at, self._shelf, say, anew=anew)

    def status(self) -> list[str]:
        """What the tables hold, and what whoever is let at them should know, in plain words."""
        return [*behind(self._archive, self._shelf), _PRIVATE]


def _shelf_of(settings: Settings) -> Shelf:
    """Where the metadata goes: on the same server or machine as the archive, in a place of its own."""
    url, store = settings.lake, settings.store
    if url is None:
        raise BadSetting(
            "PALOVERDE_LAKE is not set, so there is no place for the metadata of Iceberg tables: name a "
            "bucket without Object Lock on the archive's server, or a folder where the archive lies in one."
        )
    if url.partition(":")[0] != store.partition(":")[0]:
        raise BadSetting(
            f"PALOVERDE_LAKE is {url} and PALOVERDE_STORE is {store}: tables and records must both lie in "
            "buckets of one server, or both in folders."
        )
    if f"{url}/".startswith(f"{store}/"):
        raise BadSetting(
            f"PALOVERDE_LAKE ({url}) lies within PALOVERDE_STORE: what is derived goes into a place of its "
            "own, which nothing locks."
        )
    _, access = place_of(settings)
    return open_shelf(
        url,
        endpoint=access["endpoint"],
        region=access["region"],
        access_key=access["access_key"],
        secret_key=access["secret_key"],
    )
