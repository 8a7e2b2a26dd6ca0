"""What the ways to search are built from, in processes of their own: the archive, the index, the copies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from bounded import TooLong, at_most
from corpus import add, corpus
from measured import size_of
from paloverde.search.index.upkeep import refresh
from searchers import flat, open_archive

NIGHT = 10_000
SEED = 5
PATIENCE = 3_600.0  # seconds that a copy for a peer may take
_OURS = ("store", "index", "state.db", "fts5.db", "records.jsonl", "numbers")


def build(step: str, folder: Path) -> dict[str, Any]:
    """Build it, and how long that took; `over`, the seconds after which it was given up."""
    took = _clock()
    try:
        said = STEPS[step][1](folder)
    except TooLong as error:
        said = {"over": error.seconds, "bytes": 0}
    return said | took()


def night(folder: Path) -> dict[str, Any]:
    """A night more, in a copy of archive and index of which only what is new takes room."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        copy = Path(name)
        shutil.copytree(folder / "store", copy / "store", copy_function=os.link)
        shutil.copytree(folder / "index", copy / "index", copy_function=os.link)
        shutil.copy(folder / "state.db", copy)
        archive = open_archive(copy)
        add(archive, NIGHT, SEED + 1, per_part=NIGHT // 20)
        took = _clock()
        done = refresh(archive, copy / "index")
        assert done.records >= NIGHT, done
        return took() | {"segments": done.segments}


def _clock() -> Callable[[], dict[str, float]]:
    """Seconds of wall and of processor (children included) from now on, without what starting Python took."""
    started, before = perf_counter(), sum(os.times()[:4])
    return lambda: {"wall": perf_counter() - started, "cpu": sum(os.times()[:4]) - before}


def _corpus(folder: Path) -> dict[str, Any]:
    for old in [*(folder / name for name in _OURS), *folder.glob("*.json")]:
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    corpus(folder, int(folder.name), SEED)
    return {"bytes": size_of(folder / "store")}


def _index(folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder / "index", ignore_errors=True)
    done = refresh(open_archive(folder), folder / "index")
    return {"bytes": size_of(folder / "index"), "records": done.records, "segments": done.segments}


def _fts5(folder: Path) -> dict[str, Any]:
    path = folder / "fts5.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        with at_most(PATIENCE, connection.interrupt):
            _fill(connection, folder)
    except TooLong:
        connection.close()
        path.unlink()
        raise
    connection.close()
    return {"bytes": size_of(path)}


def _fill(connection: sqlite3.Connection, folder: Path) -> None:
    connection.executescript(
        """PRAGMA journal_mode = off; PRAGMA synchronous = off;
        CREATE TABLE records (id, account, kind, posted, observed, month, poster, media, text, described);
        CREATE VIRTUAL TABLE fts USING fts5(text, described, content = 'records',
          tokenize = 'unicode61 remove_diacritics 2');
        CREATE VIRTUAL TABLE words USING fts5vocab(fts, 'row');"""
    )
    for table in flat(folder):
        rows = table.drop_columns(["day"])
        columns = [column.to_pylist() for column in rows.columns]
        marks = ",".join("?" * len(columns))
        connection.executemany(f"INSERT INTO records VALUES ({marks})", zip(*columns, strict=True))
    connection.executescript(
        """INSERT INTO fts (fts) VALUES ('rebuild');
        CREATE INDEX by_account ON records (account, posted);
        CREATE INDEX by_poster ON records (poster, posted);"""
    )
    connection.commit()


def _jsonl(folder: Path) -> dict[str, Any]:
    path, encoder = folder / "records.jsonl", msgspec.json.Encoder()
    with path.open("wb") as file:
        for table in flat(folder):
            plain = table.select(["id", "account", "kind", "day", "poster", "media"]).to_pylist()
            said = zip(table["text"].to_pylist(), table["described"].to_pylist(), strict=True)
            lines = ({**row, "said": texts} for row, texts in zip(plain, said, strict=True))
            file.write(encoder.encode_lines(list(lines)))
    return {"bytes": size_of(path)}


STEPS: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    "corpus": ("made and sealed (not part of any figure)", _corpus),
    "index": ("index of Paloverde", _index),
    "fts5": ("SQLite FTS5", _fts5),
    "jsonl": ("JSON lines for ripgrep", _jsonl),
}
