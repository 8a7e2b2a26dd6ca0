"""The database, filled again from the seals into another file, must say the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paloverde.archive.rebuild import rebuild
from paloverde.archive.vault import Vault
from paloverde.errors import PaloverdeError
from paloverde.settings import Settings
from paloverde.state.books import open_books


def rebuilt_otherwise(vault: Vault, settings: Settings, home: Path) -> Iterator[str]:
    """In what the rebuilt database differs from the one in use, in words."""
    second = home / "again.db"
    books = open_books(settings.database.set(database=str(second)))
    try:
        rebuild(vault.store, books, lambda _: None)
    except PaloverdeError as error:
        yield f"the database cannot be rebuilt: {error}"
    finally:
        books.dispose()
    for table in ("items", "runs", "parts", "ledger"):
        if _table(home / "paloverde.db", table) != _table(second, table):
            yield f"the table {table} is not what the seals say"


def _table(path: Path, table: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as books:
        rows = books.execute(f"SELECT * FROM {table}").fetchall()
    books.close()
    return sorted(rows, key=repr)
