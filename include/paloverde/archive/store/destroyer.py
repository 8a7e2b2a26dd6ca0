"""Destroying one stored version, for good. The only deleting code in the product beside the probe's.

It is no part of a store: it is opened with credentials of its own, and asks for a permission that only the
module that carries out lawful orders can make. It lifts no lock and no legal hold, whatever its keys could.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from paloverde.archive.store.interface import Standing, Stored
from paloverde.errors import PersonNeeded

DESTRUCTIBLE = ("records/", "exchanges/", "removed/", "media/")


class NotPermitted(PersonNeeded):
    """Something was to be destroyed that no order permits, or that a lock or a hold keeps."""


class Maker:
    """What makes permissions. There is one in a process: whoever takes it second is refused."""

    _is_taken = False

    def __init__(self) -> None:
        if Maker._is_taken:
            raise NotPermitted("Permissions to destroy are made in one place only; this is another one.")
        Maker._is_taken = True

    def permit(self, order: str, objects: Collection[Stored]) -> Permission:
        """A permission to destroy exactly these versions."""
        return Permission(self, order, objects)


class Permission:
    """Which versions an order destroys, each by key, version and SHA-256."""

    def __init__(self, maker: Maker, order: str, objects: Collection[Stored]) -> None:
        if type(maker) is not Maker or not order:
            raise NotPermitted("A permission to destroy names its order, and is made by what carries it out.")
        self.order = order
        self._objects = frozenset((one.key, one.version_id, one.sha256) for one in objects)

    def check(self, stored: Stored) -> None:
        """Raise `NotPermitted` unless exactly this version is named."""
        if not stored.key.startswith(DESTRUCTIBLE) or ".." in stored.key:
            raise NotPermitted(f"{stored.key} is no object that can ever be destroyed; nothing was.")
        if (stored.key, stored.version_id, stored.sha256) not in self._objects:
            raise NotPermitted(f"{self.order} does not name this version of {stored.key}; it stays.")


class Destroyer(Protocol):
    """Destroys versions of one store."""

    @property
    def description(self) -> str:
        """The store, in one phrase for people."""

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
