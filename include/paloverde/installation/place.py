"""Where the archive of a city lies: the store's address and how to open it, from the settings."""

from __future__ import annotations

from typing import TypedDict

from paloverde.archive.store.interface import Grade, Store
from paloverde.settings import Secret, Settings

_KEPT = {
    Grade.APPLICATION: "this program refuses to delete there, an administrator still can",
    Grade.GOVERNANCE: "the server refuses to delete there, a specially privileged user still can",
    Grade.COMPLIANCE: "the server refuses to delete there, for everybody, until the lock ends",
}


def promise(store: Store) -> str:
    """What a store promises, in one sentence."""
    return f"The archive lies in {store.description} ({store.grade.value}): {_KEPT[store.grade]}."


class Access(TypedDict):
    """How to open a store."""

    endpoint: str | None
    region: str | None
    access_key: str | None
    secret_key: str | None
    mode: Grade
    encryption: str | None


def place_of(settings: Settings) -> tuple[str, Access]:
    """The address, and what `open_store` needs beside it."""
    access = Access(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=_reveal(settings.s3_access_key),
        secret_key=_reveal(settings.s3_secret_key),
        mode=Grade(settings.lock_mode),
        encryption=settings.s3_encryption,
    )
    return settings.store, access


def second_place_of(settings: Settings) -> tuple[str, Access] | None:
    """The same of the second copy; None where the settings name none."""
    if settings.second_store is None:
        return None
    access = Access(
        endpoint=settings.second_s3_endpoint,
        region=settings.second_s3_region,
        access_key=_reveal(settings.second_s3_access_key),
        secret_key=_reveal(settings.second_s3_secret_key),
        mode=Grade.GOVERNANCE if settings.second_store.startswith("file:") else Grade(settings.lock_mode),
        encryption=settings.second_s3_encryption,
    )
    return settings.second_store, access


def destroy_place_of(settings: Settings) -> tuple[str, Access]:
    """How to open what destroys in the store: with keys of its own."""
    url, access = place_of(settings)
    keys = settings.destroy_s3_access_key, settings.destroy_s3_secret_key
    return url, Access({**access, "access_key": _reveal(keys[0]), "secret_key": _reveal(keys[1])})


def second_destroy_place_of(settings: Settings) -> tuple[str, Access] | None:
    """The same of the second copy; None where the settings name none."""
    place = second_place_of(settings)
    if place is None:
        return None
    keys = settings.second_destroy_s3_access_key, settings.second_destroy_s3_secret_key
    return place[0], Access({**place[1], "access_key": _reveal(keys[0]), "secret_key": _reveal(keys[1])})


def _reveal(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()
