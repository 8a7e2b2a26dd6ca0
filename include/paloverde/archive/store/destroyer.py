"""Destroying one stored version, for good. The only deleting code in the product beside the probe's.

It is no part of a store: it is opened with credentials of its own, and asks for a permission that only the
module that carries out lawful orders can make. It lifts no lock and no legal hold, whatever its keys could.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn, Protocol

from paloverde.archive.store.interface import Standing, Stored
from paloverde.errors import PersonNeeded

DESTRUCTIBLE = ("records/", "exchanges/", "removed/", "media/")


class NotPermitted(PersonNeeded):
    """Something was to be destroyed that no order permits, or that a lock or a hold keeps."""


class Permission:
    """Stands for the versions that an order destroys, while it is carried out.

    What it names is written down where it was made, not in it: altered, copied or made up, it is nothing.
    """

    __slots__ = ()


class Maker:
    """What makes permissions. There is one in a process: a second one is refused, and a copy makes none."""

    _only: Maker | None = None

    def __init__(self) -> None:
        if Maker._only is not None:
            raise NotPermitted("Permissions to destroy are made in one place only; this is another one.")
        Maker._only = self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise NotPermitted("What makes permissions to destroy cannot be copied or written down.")

    @contextmanager
    def permit(self, order: str, objects: Collection[Stored]) -> Iterator[Permission]:
        """A permission to destroy exactly these versions, each by key, version and SHA-256; it ends here."""
        if self is not Maker._only or type(self) is not Maker or not order:
            raise NotPermitted("A permission to destroy names its order, and is made by what carries it out.")
        permission = Permission()
        _OPEN[permission] = (order, frozenset((one.key, one.version_id, one.sha256) for one in objects))
        try:
            yield permission
        finally:
            del _OPEN[permission]


# Of each permission that has not ended, its order and the versions that it names.
_OPEN: dict[Permission, tuple[str, frozenset[tuple[str, str, str]]]] = {}


def refuse_unnamed(stored: Stored, permission: Permission) -> None:
    """Raise `NotPermitted` unless a permission that has not ended names exactly this version."""
    if not stored.key.startswith(DESTRUCTIBLE) or ".." in stored.key:
        raise NotPermitted(f"{stored.key} is no object that can ever be destroyed; nothing was.")
    if type(permission) is not Permission or permission not in _OPEN:
        raise NotPermitted(f"No order that is being carried out permits to destroy {stored.key}; it stays.")
    order, named = _OPEN[permission]
    if (stored.key, stored.version_id, stored.sha256) not in named:
        raise NotPermitted(f"{order} does not name this version of {stored.key}; it stays.")


class Destroyer(Protocol):
    """Destroys versions of one store."""

    @property
    def description(self) -> str:
        """The store, in one phrase for people."""

    def versions(self, key: str) -> list[Stored]:
        """Everything that the store holds under a key, also the damaged versions that a repair left."""

    def destroy(self, stored: Stored, permission: Permission, now: datetime) -> None:
        """Destroy exactly this version and see that it is gone. One that is gone already is no error.

        `NotPermitted` where the permission does not name it, where its lock has not ended at `now`, or where
        it bears a legal hold. `StoreCannotPromise` where the store says that it went and still has it.
        """


def refuse_kept(stored: Stored, standing: Standing, now: datetime, where: str) -> None:
    """Raise `NotPermitted` where a lock or a legal hold keeps a version."""
    if standing.legal_hold:
        raise NotPermitted(f"{stored.key} in {where} is under a legal hold; it was not destroyed.")
    if standing.locked_until is not None and standing.locked_until > now:
        until = standing.locked_until.isoformat()
        raise NotPermitted(f"{stored.key} in {where} is locked until {until}; it was not destroyed.")
