"""Faults of an SQLite database: one statement or one commit of a run goes wrong.

SQLite is a file and has no wire, so that of the ten faults these have a meaning: an error before the statement is
done (the disk refuses to read or write: "drop before" and "500"), an error though it was done ("drop after"), a full
disk ("503"), a lock that another process holds for longer than is waited ("hang" and "429"), and death before and
after. An answer cannot be cut short or bent on a way that it does not take: what damage does to the file itself is
played by the suite of corruption.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from paloverde.errors import Unreachable

FAULTS = ("error before", "error after", "disk full", "locked", "kill before", "kill after")
PATIENCE_MS = 200  # of a writer that waits for another; the product waits 60 seconds
_SAID = {
    "error before": "disk I/O error",
    "error after": "disk I/O error",
    "disk full": "database or disk is full",
}


@dataclass
class Script:
    """What goes wrong: the `nth` statement or commit. `seen` are those that came, in order."""

    nth: int = 0
    fault: str = ""
    tell: Callable[[str], None] = lambda _: None
    count: int = 0
    other: list[sqlite3.Connection] = field(default_factory=list)

    def next(self, words: str) -> str:
        self.count += 1
        self.tell(words)
        return self.fault if self.count == self.nth else ""


def listen(engine: Engine, script: Script) -> None:
    """Counts every statement and commit of an engine, and lets one of them fail."""

    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        fault = script.next(_words(statement))
        return _strike(fault, script, engine, lambda: cursor.execute(statement, parameters or ()))

    def execute_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        fault = script.next(f"many {_words(statement)}")
        return _strike(fault, script, engine, lambda: cursor.executemany(statement, parameters))

    def commit(connection: Connection) -> None:
        fault = script.next("COMMIT")
        raw: Any = connection.connection.dbapi_connection
        try:
            _strike(fault, script, engine, raw.commit)
        except (
            sqlite3.OperationalError
        ) as error:  # SQLAlchemy translates errors of statements, not of listeners
            raise Unreachable(f"The database does not answer as it should: {error}") from error

    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}"))
    event.listen(engine, "do_execute", execute)
    event.listen(engine, "do_executemany", execute_many)
    event.listen(engine, "commit", commit)


def _strike(fault: str, script: Script, engine: Engine, do: Callable[[], object]) -> bool | None:
    """Plays a fault; True where the statement was done here, None where it is still to be done."""
    if not fault:
        return None
    if fault == "kill before":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "locked":
        script.other.append(_hold(engine))
        return None
    if fault in ("error after", "kill after"):
        do()
    if fault == "kill after":
        os.kill(os.getpid(), signal.SIGKILL)
    raise sqlite3.OperationalError(_SAID[fault])


def _hold(engine: Engine) -> sqlite3.Connection:
    """Another process takes the write lock and keeps it; where this run has it already, the other does not get it."""
    other = sqlite3.connect(
        str(engine.url.database), timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        other.close()
    return other


def _words(statement: str) -> str:
    """A statement in the words that are the same each time: what it does, to which table."""
    words = statement.replace(",", " ").split()
    verb = words[0].upper()
    at = {"SELECT": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE", "DELETE": "FROM"}.get(verb, "")
    upper = [word.upper() for word in words]
    return f"{verb} {words[upper.index(at) + 1]}" if at in upper[:-1] else " ".join(words[:2])
