"""Making the buckets that the settings name: with versions and Object Lock, closed to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.archive.store import make_bucket
from paloverde.archive.store.strangers import refuse_an_open_bucket
from paloverde.installation.place import Access, place_of, second_place_of
from paloverde.settings import Settings

_S3 = "s3://"


def make_buckets(settings: Settings) -> Iterator[str]:
    """Make what is not there yet of the first and the second place, and say what was done, one by one.

    StoreCannotPromise where a bucket is there without Object Lock, or shows itself to strangers.
    """
    second = second_place_of(settings)
    for url, access in [place_of(settings), *([second] if second else [])]:
        yield _made(url, access)


def _made(url: str, access: Access) -> str:
    if not url.startswith(_S3):
        return f"{url} is a directory: nothing is to be made, the first command that writes begins it."
    made = make_bucket(
        url,
        endpoint=access["endpoint"],
        region=access["region"],
        access_key=access["access_key"],
        secret_key=access["secret_key"],
    )
    refuse_an_open_bucket(url.removeprefix(_S3), access["endpoint"], access["region"])
    did = "was made" if made else "was there already"
    return f"The bucket {url} {did}: versions and Object Lock are on, and strangers are refused."
