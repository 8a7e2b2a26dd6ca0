"""Completing what was decided and not yet stored, before anybody acts on what the archive says."""

from __future__ import annotations

from paloverde.archive.commit import settle_pending
from paloverde.archive.vault import Vault
from paloverde.records import archive_day


def complete_pending(vault: Vault) -> None:
    """Store and apply a seal that somebody decided and did not store: a destruction may be half decided."""
    settle_pending(vault.store, vault.books, vault.locked_until(archive_day(vault.clock())))
