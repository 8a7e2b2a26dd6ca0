"""A real PostgreSQL of the tests' own: started once, with a fresh database for each test that asks.

It listens on a unix socket in a folder of its own and forgets everything at the end. Where PostgreSQL is not
installed, the tests that need it are skipped, and pytest's header says so.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from paloverde.orchestration.tether import follow_parent

USER = "paloverde"
NOT_INSTALLED = "PostgreSQL is not installed on this machine (its programs initdb and postgres)"
_START_SECONDS = 30


def programs() -> Path | None:
    """The folder of PostgreSQL's own programs: the newest of Debian's folders, else the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("postgres")
    folders = [*reversed(debian), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class PostgreSQL:
    """One server. `url` of a database, `kill` it in mid-work, `start` it again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._bin = folder, programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _unprivileged()
        if self._account:
            os.chown(folder, self._account, -1)
        self._run("initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "-U", USER)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", self._data, "-k", self.folder, *_QUICK],
                cwd=self.folder,
                user=self._account,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own: `kill` ends the server's children with it
                preexec_fn=follow_parent,  # noqa: PLW1509 - nothing survives a killed test run
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop as an administrator does: sessions are ended, everything is written down."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop as a power cut does, in the middle of whatever it is doing."""
        self._end(signal.SIGKILL)

    def make_database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{uuid.uuid4().hex}"
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as session:
            session.execute(statement)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _program(self, name: str) -> Path:
        assert self._bin is not None
        return self._bin / name

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._program(name), "-D", self._data, *arguments],
            cwd=self.folder,
            user=self._account,
            check=True,
            capture_output=True,
        )

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if number is signal.SIGKILL:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)
        self._process.wait(timeout=_START_SECONDS)
        self._process = None


# Nothing here must outlive a power cut of the machine; only the server's own death is played.
_QUICK = [
    f"-c{setting}"
    for setting in ("listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=32MB")
]


def _unprivileged() -> int | None:
    """PostgreSQL refuses to run as root: another account of this machine, where we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    return None


@pytest.fixture(scope="session")
def _server() -> Iterator[PostgreSQL]:
    if programs() is None:
        pytest.skip(NOT_INSTALLED)
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 characters
    server = PostgreSQL(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def postgres(_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """The server, up; a test that stops or kills it finds it up again in the next one."""
    yield _server
    if _server._process is None:
        _server.start()


@pytest.fixture(params=["sqlite", "postgres"])
def books_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state.db"
    server: PostgreSQL = request.getfixturevalue("postgres")
    return server.make_database()


def pytest_report_header() -> str:
    return f"PostgreSQL: {programs() or 'absent, its tests are skipped'}"
