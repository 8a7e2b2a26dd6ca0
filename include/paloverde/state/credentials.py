"""What opens each account at its site: one row each, sealed with a key that lies outside of the database.

A token is changed by one writer at a time, in a transaction (`Credentials.alone`): some sites give a new
refresh token with every renewal and forget the one that was spent. What a site answers is written to a
private file before the row is changed, so that a database that fails in that moment costs no token; the file
is taken in, or thrown away, by whoever comes next.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, Engine, RowMapping, select

from paloverde.errors import BadSetting, CredentialDead
from paloverde.settings import Secret
from paloverde.state.books import changing
from paloverde.state.tables import CREDENTIALS


@dataclass(frozen=True, kw_only=True)
class Credential:
    """What opens one account. `None` is what is not known, or what the site does not give.

    `expires_at` is the access token's end, `refresh_expires_at` the end of what renews it; `issued_at` is
    when this access token was given. `scopes` are the permissions that the site named.
    """

    access_token: Secret
    issued_at: datetime
    expires_at: datetime | None = None
    refresh_token: Secret | None = None
    refresh_expires_at: datetime | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """A credential as it lies in the table, and when it came there."""

    credential: Credential
    put_at: datetime
    renewed_at: datetime | None


class Credentials:
    """The table, its key file, and the folder of answers that are on their way into it."""

    def __init__(self, books: Engine, key_file: Path, answers: Path) -> None:
        self._books, self._key_file, self._answers = books, key_file, answers

    def holds(self, account: str) -> bool:
        """Whether there is one, without opening it."""
        return account in self.accounts()

    def accounts(self) -> set[str]:
        with self._books.connect() as connection:
            return set(connection.execute(select(CREDENTIALS.c.account)).scalars())

    def get(self, account: str) -> Kept | None:
        """The account's credential; `BadSetting` where the key is lost or another one."""
        with self._books.connect() as connection:
            row = _row(connection, account)
        return None if row is None else self.kept(row)

    def all(self) -> dict[str, Kept]:
        """Every account's credential; `BadSetting` where the key is lost or another one."""
        with self._books.connect() as connection:
            rows = connection.execute(select(CREDENTIALS)).mappings().all()
        return {row["account"]: self.kept(row) for row in rows}

    def put(self, account: str, credential: Credential, now: datetime) -> None:
        """Keep what a person got from the site, in place of what was kept."""
        with changing(self._books) as connection:
            sealed = self.seal(account, credential, may_make_key=not self._any(connection))
            connection.execute(CREDENTIALS.delete().where(CREDENTIALS.c.account == account))
            row = {"account": account, "sealed": sealed, "put_at": now, "renewed_at": None}
            connection.execute(CREDENTIALS.insert().values(row))
        self.forget_answer(account)

    def forget(self, account: str) -> None:
        with changing(self._books) as connection:
            connection.execute(CREDENTIALS.delete().where(CREDENTIALS.c.account == account))
        self.forget_answer(account)

    @contextmanager
    def alone(self, account: str) -> Iterator[Holder]:
        """The account's credential with nobody else changing it until the block ends; then it is written.

        Raises `CredentialDead` where there is none, `Unreachable` where another holds it for a minute.
        """
        self._take_in_what_was_left(account)
        with changing(self._books) as connection:
            row = _row(connection, account, for_change=True)
            if row is None:
                raise CredentialDead(
                    f"The token of {account} is not kept here: `paloverde accounts token {account}` takes it."
                )
            yield Holder(self, connection, row)
        self.forget_answer(account)

    def seal(self, account: str, credential: Credential, *, may_make_key: bool = False) -> str:
        """The credential as the table keeps it."""
        written = json.dumps({"account": account, **_written(credential)})
        return self._fernet(may_make_key=may_make_key).encrypt(written.encode()).decode()

    def note_answer(self, account: str, of: str, sealed: str | None) -> None:
        """Write the answer to the credential `of` beside the database; None notes that one is awaited."""
        note = json.dumps({"of": _digest(of), "sealed": sealed})
        _write_over(self._answers / account, note.encode())

    def awaits_answer(self, account: str, of: str) -> bool:
        """Whether the site was asked to renew this very credential and nothing came of it."""
        left = _left(self._answers / account)
        return left.get("of") == _digest(of) and left.get("sealed") is None

    def forget_answer(self, account: str) -> None:
        (self._answers / account).unlink(missing_ok=True)

    def _take_in_what_was_left(self, account: str) -> None:
        """Write into the table what a site answered to whoever could not write it any more."""
        sealed = _left(self._answers / account).get("sealed")
        if sealed is None:
            return
        renewed = self._open(account, sealed)
        with changing(self._books) as connection:
            row = _row(connection, account, for_change=True)
            if row is not None and _left(self._answers / account).get("of") == _digest(row["sealed"]):
                _update(connection, account, sealed, renewed.issued_at)
        self.forget_answer(account)

    def kept(self, row: RowMapping) -> Kept:
        """A row of the table, opened."""
        return Kept(self._open(row["account"], row["sealed"]), row["put_at"], row["renewed_at"])

    def _open(self, account: str, sealed: str) -> Credential:
        try:
            read = json.loads(self._fernet().decrypt(sealed.encode()))
        except InvalidToken:
            raise BadSetting(
                f"The key in {self._key_file} does not open the kept token of {account}. Put the right key "
                f"back from the backup, or take the token in anew with `paloverde accounts token {account}`."
            ) from None
        if read.pop("account") != account:
            raise BadSetting(f"The token kept for {account} is another account's: take it in anew.")
        return _read(read)

    def _fernet(self, *, may_make_key: bool = False) -> Fernet:
        if may_make_key and not self._key_file.exists():
            _write_once(self._key_file, Fernet.generate_key())
        try:
            return Fernet(self._key_file.read_bytes().strip())
        except OSError as error:
            raise BadSetting(
                f"The key of the kept tokens, {self._key_file}, cannot be read ({error.strerror}). Put it "
                "back from the backup, or name its place with PALOVERDE_CREDENTIAL_KEY_FILE. If it is lost, "
                "take each token off with `paloverde accounts token SLUG --forget` and in again."
            ) from None
        except ValueError:
            raise BadSetting(
                f"{self._key_file} holds no key of kept tokens. Put it back from the backup."
            ) from None

    def _any(self, connection: Connection) -> bool:
        return connection.execute(select(CREDENTIALS.c.account).limit(1)).first() is not None


class Holder:
    """One account's credential, held alone; `replace` changes it.

    `answer_was_lost`: the site was asked to renew this credential before, and its answer never came.
    """

    def __init__(self, table: Credentials, connection: Connection, row: RowMapping) -> None:
        self._table, self._connection, self._sealed = table, connection, row["sealed"]
        self.account: str = row["account"]
        self.credential = table.kept(row).credential
        self.answer_was_lost = table.awaits_answer(self.account, self._sealed)

    def asking(self) -> None:
        """Note that the site is being asked: should its answer get lost, the next one knows why."""
        self._table.note_answer(self.account, self._sealed, None)

    def refused(self) -> None:
        """The site's answer came, and it was no: nothing was lost."""
        self._table.forget_answer(self.account)

    def replace(self, credential: Credential, now: datetime) -> None:
        """What the site answered: on disk first, then in the row, which is committed when the block ends."""
        sealed = self._table.seal(self.account, credential)
        self._table.note_answer(self.account, self._sealed, sealed)
        _update(self._connection, self.account, sealed, now)
        self.credential = credential


def _update(connection: Connection, account: str, sealed: str, now: datetime) -> None:
    where = CREDENTIALS.c.account == account
    connection.execute(CREDENTIALS.update().where(where).values(sealed=sealed, renewed_at=now))


def _row(connection: Connection, account: str, *, for_change: bool = False) -> RowMapping | None:
    query = select(CREDENTIALS).where(CREDENTIALS.c.account == account)
    return connection.execute(query.with_for_update() if for_change else query).mappings().first()


def _left(file: Path) -> dict[str, Any]:
    """What the file says; nothing where there is none, or where it was cut short by a power cut."""
    try:
        read = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _digest(sealed: str) -> str:
    return hashlib.sha256(sealed.encode()).hexdigest()


def _written(credential: Credential) -> dict[str, Any]:
    return {
        "access_token": credential.access_token.reveal(),
        "issued_at": credential.issued_at.isoformat(),
        "expires_at": credential.expires_at and credential.expires_at.isoformat(),
        "refresh_token": credential.refresh_token and credential.refresh_token.reveal(),
        "refresh_expires_at": credential.refresh_expires_at and credential.refresh_expires_at.isoformat(),
        "client_id": credential.client_id,
        "client_secret": credential.client_secret and credential.client_secret.reveal(),
        "scopes": list(credential.scopes),
    }


def _read(written: dict[str, Any]) -> Credential:
    for name in ("issued_at", "expires_at", "refresh_expires_at"):
        written[name] = written[name] and datetime.fromisoformat(written[name])
    for name in ("access_token", "refresh_token", "client_secret"):
        written[name] = written[name] and Secret(written[name])
    return Credential(**{**written, "scopes": tuple(written["scopes"])})


def _write_over(path: Path, content: bytes) -> None:
    """Put `content` where `path` is, whole and on disk, readable by this user alone."""
    draft = _draft(path, content)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_once(path: Path, content: bytes) -> None:
    """The same, but never over what another process has just put there."""
    draft = _draft(path, content)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    return draft
