"""Backups of what the stores do not hold: both databases and the City's folder, in one encrypted file.

A backup is a tar file, encrypted by age (age-encryption.org/v1) to a public key. The key that opens it is not
on this machine: who steals the backups, or the machine, opens none of them. Without this program:

    age --decrypt --identity backup-key.txt BACKUP.tar.age | tar --extract

In it: `databases/paloverde.dump` and `databases/airflow.dump` (pg_dump, custom format), and `home/`:
PALOVERDE_HOME without the search index, which is derived. The archive's records are not in it: they are in
the store and its second copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from paloverde.errors import BadSetting, PersonNeeded, Unreachable
from paloverde.settings import Settings

ENDING = ".tar.age"
_BEGINS = "paloverde-"
_MOMENT = "%Y%m%dT%H%M%SZ"
_HOURS = 6 * 3600.0  # what one dump or one restore may take, in seconds
Databases = Mapping[str, URL]  # "paloverde" and, where it is told, "airflow"


def name_of(moment: datetime) -> str:
    """The file of a backup that was begun at `moment`; names sort by time."""
    return f"{_BEGINS}{moment.astimezone(UTC).strftime(_MOMENT)}{ENDING}"


def moment_of(name: str) -> datetime | None:
    """When the backup of that name was begun; None for a file that is no backup."""
    if not (name.startswith(_BEGINS) and name.endswith(ENDING)):
        return None
    try:
        return datetime.strptime(name.removeprefix(_BEGINS).removesuffix(ENDING), _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def too_old(names: Sequence[str], keep: int) -> list[str]:
    """Which backups go, so that the newest `keep` stay; files that are no backups are left alone."""
    backups = sorted(name for name in names if moment_of(name))
    return backups[:-keep]


def is_late(names: Sequence[str], now: datetime, at_most: timedelta) -> bool:
    """Whether there is no backup that is younger than `at_most`."""
    moments = [moment for name in names if (moment := moment_of(name))]
    return not moments or now - max(moments) > at_most


def listed(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first. BadSetting where the folder is not there."""
    if not folder.is_dir():
        raise BadSetting(
            f"The folder {folder} for backups is not there: make it, or mount it, and try again."
        )
    return sorted(path for path in folder.iterdir() if moment_of(path.name))


def make(settings: Settings, databases: Databases, recipient: str, folder: Path, moment: datetime) -> Path:
    """Write one backup, whole or not at all; its file."""
    listed(folder)
    file = folder / name_of(moment)
    draft = folder / f".{file.name}.new"
    with tempfile.TemporaryDirectory(prefix="paloverde-backup-") as scratch:
        for name, url in databases.items():
            _dump(url, Path(scratch) / f"{name}.dump")
        try:
            with _encrypted(draft, recipient) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
                for name in databases:
                    tar.add(Path(scratch) / f"{name}.dump", f"databases/{name}.dump")
                for path in _of_the_home(settings):
                    tar.add(path, f"home/{path.relative_to(settings.home)}", recursive=False)
            draft.rename(file)
        finally:
            draft.unlink(missing_ok=True)
    return file


def prune(folder: Path, keep: int) -> list[str]:
    """Take the oldest backups away, so that `keep` stay; their names."""
    gone = too_old([path.name for path in listed(folder)], keep)
    for name in gone:
        (folder / name).unlink()
    return gone


def restore(settings: Settings, databases: Databases, file: Path, key_file: Path) -> list[str]:
    """Put a backup back into empty places; the names of what came back.

    PersonNeeded where a database has tables already, or the City's folder another file of that name:
    nothing is written then.
    """
    for path in (key_file, file):
        _refuse_the_unreadable(path)
    with tempfile.TemporaryDirectory(prefix="paloverde-restore-") as name:
        scratch = Path(name)
        with _decrypted(file, key_file) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            tar.extractall(scratch, filter="data")
        dumps = sorted((scratch / "databases").glob("*.dump"))
        if not dumps:
            raise PersonNeeded(f"{file} holds no backup of Paloverde, and nothing was put back.")
        for dump in dumps:
            if dump.stem not in databases:
                raise BadSetting(
                    f"{file.name} holds the database {dump.stem}, and this command was not told where that "
                    "one is: name the file of its address with `paloverde backup restore "
                    "--also-database-file`."
                )
            _refuse_a_filled_database(databases[dump.stem], dump.stem)
        files = [path for path in (scratch / "home").rglob("*") if path.is_file()]
        for path in files:
            _refuse_another(settings.home / path.relative_to(scratch / "home"), path)
        for dump in dumps:
            _load(databases[dump.stem], dump)
        for path in files:
            _put_back(path, settings.home / path.relative_to(scratch / "home"))
    return [*(f"the database {dump.stem}" for dump in dumps), f"{settings.home}"]


def _of_the_home(settings: Settings) -> Iterator[Path]:
    """Files and folders of the City's folder; not the search index, nor what is being written."""
    for path in sorted(settings.home.rglob("*")):
        if settings.index_folder in (path, *path.parents) or not (path.is_dir() or path.is_file()):
            continue
        if not path.is_symlink():
            yield path


def _refuse_a_filled_database(url: URL, name: str) -> None:
    asked = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    count = _run(url, ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", asked]).strip()
    if count != "0":
        raise PersonNeeded(
            f"The database {name} is not empty, and nothing was put back. A backup goes into empty places "
            "only: make the databases and the City's folder anew (docs/guide/installing.md, Backups), then "
            "start again."
        )


def _refuse_the_unreadable(file: Path) -> None:
    """In a container another user reads than the one who brought the file there."""
    try:
        file.open("rb").close()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadSetting(
            f"{file} cannot be read ({why}), and nothing was put back: see that it is there, and that user "
            f"{os.geteuid()} may read it."
        ) from None


def _refuse_another(there: Path, new: Path) -> None:
    if there.exists() and there.read_bytes() != new.read_bytes():
        raise PersonNeeded(
            f"{there} is there already and is another one than in the backup, and nothing was put back: move "
            "the City's folder away, then start again."
        )


def _put_back(path: Path, there: Path) -> None:
    there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = there.with_name(f".{there.name}.restored")
    shutil.copy2(path, draft)
    draft.replace(there)


def _dump(url: URL, file: Path) -> None:
    _run(url, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(file)])


def _load(url: URL, file: Path) -> None:
    words = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname"]
    _run(url, ["pg_restore", *words, str(url.database), str(file)])


def _run(url: URL, words: Sequence[str]) -> str:
    """What one of PostgreSQL's programs says. The password goes by the environment: all see arguments."""
    if url.get_backend_name() != "postgresql":
        raise BadSetting(
            "`paloverde backup` is for PostgreSQL, and PALOVERDE_DATABASE names another kind: copy "
            "the database's file with PALOVERDE_HOME while nothing runs (docs/guide/it.md, Backup)."
        )
    host = url.host or url.query.get("host")
    told = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    environ = os.environ | {name: str(value) for name, value in told.items() if value}
    environ |= {"PGDATABASE": str(url.database)}
    done = _called(words, environ)
    if done.returncode:
        raise Unreachable(f"{words[0]} could not do its work: {done.stderr.strip()[-500:]}")
    return done.stdout


def _called(words: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - named programs of PostgreSQL, no shell
            words, env=dict(environ), capture_output=True, text=True, timeout=_HOURS, check=False
        )
    except FileNotFoundError:
        raise _not_installed(words[0]) from None


def _not_installed(program: str) -> BadSetting:
    return BadSetting(
        f"The program {program} is not installed here: `apt-get install postgresql-client age`."
    )


@contextmanager
def _encrypted(file: Path, recipient: str) -> Iterator[IO[bytes]]:
    """A stream into age; at its end the file is whole, on the disk, and readable by this user alone."""
    try:
        file.touch(mode=0o600)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadSetting(
            f"Nothing can be written into {file.parent} ({why}), and no backup was made: give the folder to "
            f"user {os.geteuid()}, with `chown {os.geteuid()}` as root."
        ) from None
    with _age("--encrypt", "--recipient", recipient, "--output", str(file)) as age:
        assert age.stdin is not None  # _age asks for it
        with suppress(BrokenPipeError):  # it ended early, and says why
            yield age.stdin
        _close(age, "No backup was written")
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


@contextmanager
def _decrypted(file: Path, key_file: Path) -> Iterator[IO[bytes]]:
    with _age("--decrypt", "--identity", str(key_file), str(file)) as age:
        assert age.stdout is not None  # _age asks for it
        with suppress(tarfile.ReadError):  # age gave nothing, or not all of it, and says why
            yield age.stdout
        _close(age, f"{file} was not opened, and nothing was put back")


def _close(age: subprocess.Popen[bytes], otherwise: str) -> None:
    _, said = age.communicate()
    if age.returncode:
        raise PersonNeeded(f"{otherwise}: {said.decode(errors='replace').strip()[:300]}")


def _age(*words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(["age", *words], stdin=pipe, stdout=pipe, stderr=pipe)  # noqa: S603, S607
    except FileNotFoundError:
        raise _not_installed("age") from None
