#!/usr/bin/env python3
"""Write every secret that docker-compose.yaml names, once, before the first start. Standard library only.

    python3 ops/make_secrets.py secrets

The folder is its owner's alone (0700), and the files in it can be read by all (0444): the engine shows each
container only the files that its service names, and the containers read them under different user numbers,
so that root need not give any away. What is there is not written over: a second run writes what is missing.

Passwords are 48 letters and digits of the system's random source, since some become part of an address.
Backups are encrypted to `backup_recipient`; the key that opens them is written beside the folder, as
`backup-key.txt`, and must leave this machine: take it to a safe, then delete it here.

A secret that the City has from elsewhere, such as the password of its mail server, is put beside them, into
the folder `city`, and a setting names it (`PALOVERDE_MAIL_PASSWORD_FILE=/run/city/mail_password` in .env):

    python3 ops/make_secrets.py secrets --add mail_password
"""

from __future__ import annotations

import argparse
import base64
import getpass
import os
import re
import secrets
import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

LETTERS = string.ascii_letters + string.digits
AGE = "age-keygen"
KEY_FILE = "backup-key.txt"
CITY = "city"  # the folder of what is added; the parts see it as /run/city


class CannotMakeError(Exception):
    """The secrets cannot be made here; the sentence says why and what to do."""


def password() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(48))


def database(name: str) -> Callable[[Path], str]:
    """The address of one of the two databases, with the password that was written before it."""
    return lambda folder: (
        f"postgresql+psycopg://paloverde:{read(folder, 'postgres_password')}@postgres/{name}"
    )


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").strip()


# In this order: the addresses hold passwords that are written before them.
MADE: dict[str, Callable[[Path], str]] = {
    "postgres_password": lambda _: password(),
    "redis_password": lambda _: password(),
    "s3_access_key": lambda _: password()[:20],
    "s3_secret_key": lambda _: password()[:40],
    "airflow_secret_key": lambda _: password(),
    "airflow_jwt_secret": lambda _: secrets.token_hex(64),  # HS512 wants 64 bytes or more
    "airflow_fernet_key": lambda _: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "airflow_database": database("airflow"),
    "paloverde_database": database("paloverde"),
    "celery_broker": lambda folder: f"redis://:{read(folder, 'redis_password')}@redis:6379/0",
}
RECIPIENT = "backup_recipient"


def make(folder: Path, recipient: str | None) -> list[str]:
    """Write what is missing; the names of what was written."""
    make_folders(folder)
    folder.chmod(0o700)
    written = [name for name, value in MADE.items() if keep(folder / name, lambda: value(folder))]  # noqa: B023
    if keep(folder / RECIPIENT, lambda: recipient or new_recipient(folder.absolute().parent / KEY_FILE)):
        written.append(RECIPIENT)
    return written


def make_folders(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / CITY).mkdir(exist_ok=True)
    (folder / CITY).chmod(0o755)  # a container sees this folder alone, under a user number of its own


def add(folder: Path, name: str) -> str:
    """Keep a secret that is typed, or comes by standard input; the setting that takes it, as .env says it."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise CannotMakeError(f"{name!r} is no name for a secret: take small letters, digits and _.")
    make_folders(folder)
    file = folder / CITY / name
    if file.exists():
        raise CannotMakeError(f"{file} is there already: delete it first, if it is to be another.")
    asked = f"{name} (it is not shown): "
    value = (getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.read()).strip()
    if not value:
        raise CannotMakeError(f"nothing was given for {name}, and nothing was written.")
    keep(file, lambda: value)
    return f"PALOVERDE_{name.upper()}_FILE=/run/{CITY}/{name}"


def keep(file: Path, value: Callable[[], str]) -> bool:
    """Write a file that is not there, whole or not at all; False where it is there."""
    if file.exists():
        if not file.read_text(encoding="utf-8").strip():
            raise CannotMakeError(f"{file} is there and empty: delete it, and run this again.")
        return False
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as stream:
        stream.write(value())
        stream.flush()
        os.fsync(stream.fileno())
    draft.chmod(0o444)  # whatever the umask took away
    draft.rename(file)
    return True


def new_recipient(key_file: Path) -> str:
    """Make a key for backups, and give its public half."""
    if key_file.exists():
        raise CannotMakeError(f"{key_file} is there already: move it to its safe place, and run this again.")
    if not shutil.which(AGE):
        raise CannotMakeError(
            f"{AGE} was not found, which makes the key of the backups: run `apt-get install age` as root, "
            "then this again; or make the key on another machine, and give its public half with --recipient."
        )
    done = subprocess.run([AGE, "--output", key_file], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMakeError(f"{AGE} made no key: {done.stderr.strip()}")
    key_file.chmod(0o600)
    told = subprocess.run([AGE, "-y", key_file], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the files go, such as secrets")
    parser.add_argument("--recipient", help="the public half (age1...) of a key for backups that you have")
    parser.add_argument(
        "--add",
        metavar="NAME",
        help="keep one secret that you type, such as mail_password; nothing else is written",
    )
    options = parser.parse_args(words)
    try:
        if options.add:
            setting = add(options.folder, options.add)
            print(f"secrets: {options.folder / CITY / options.add} written. In .env it is named by")
            print(setting)
            return 0
        written = make(options.folder, options.recipient)
    except (CannotMakeError, OSError) as reason:
        print(f"secrets: {reason}", file=sys.stderr)
        return 1
    for name in written:
        print(f"secrets: {options.folder / name} written")
    print(f"secrets: {len(MADE) + 1} files are in {options.folder}; keep a copy where you keep passwords.")
    key = options.folder.absolute().parent / KEY_FILE
    if key.exists():
        print(f"secrets: {key} opens every backup. Take it to a safe, and delete it on this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
