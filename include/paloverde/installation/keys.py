"""The City's signing keys: which there are, and a new one in place of the old or the lost."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from paloverde.archive.copies import SAYING, copy_all
from paloverde.archive.keys import Cause, KeyRegister, KnownKey, key_register, register_key
from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.signing import open_signer
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion, Suspicious, TryAgain, Unreachable
from paloverde.retention.hold_marks import changing_holds
from paloverde.settings import Settings


class Keys:
    """The register of keys, and what may be done with it."""

    def __init__(self, settings: Settings, vault: Vault, ledger: Ledger, cabinet: Cabinet) -> None:
        self._path, self._vault, self._ledger, self._cabinet = (
            settings.signing_key_file, vault, ledger, cabinet,
        )  # fmt: skip

    def register(self) -> KeyRegister:
        """The keys that the ledger tells of."""
        with self._vault.books.connect() as connection:
            return key_register(connection)

    def begin(self, actor: str) -> None:
        """Register the first key, where none is registered yet."""
        if not self.register().keys:
            try:
                self._file(Cause.FIRST, "The archive begins.", actor)
            except Suspicious:  # another process has just begun the same archive with the same key
                if not self.register().keys:
                    raise

    def replace(self, said: str, actor: str) -> KnownKey:
        """A new key, announced by the old one, which stays beside it. Interrupted, the next finishes it.

        It comes into use when its announcement lies in the second copy, too: a first store that is lost then
        takes it along no more. Processes that still work with the old key may finish: what it signs is
        believed as before.
        """
        following = self._path.with_name(f"{self._path.name}.next")
        signer = open_signer(following)
        if not any(key.public_key == signer.public_key for key in self.register().keys):
            register_key(self._cabinet, self._vault.books, signer, Cause.ROTATED, said, actor)
        self._secure()
        _set_aside(self._path, self._vault.signer.public_key)
        following.replace(self._path)
        _sync(self._path.parent)
        return self._named(signer.public_key)

    def replace_lost(self, said: str, actor: str) -> KnownKey:
        """Register the new key that this installation was opened with, stating the loss of the one before it.

        `BadQuestion` where the key is not lost.
        """
        public_key = self._vault.signer.public_key
        self.register().refuse_given_up(public_key, f"in {self._path}")
        if self.register().knows(public_key):
            raise BadQuestion(
                f"The key {public_key} is here and registered, so it is not lost: `paloverde keys new` puts "
                "a new one in its place. To give up a key that others may have, move its file away first."
            )
        self._file(Cause.LOST, said, actor)
        self._secure()
        return self._named(public_key)

    def _file(self, cause: Cause, said: str, actor: str) -> None:
        register_key(self._cabinet, self._vault.books, self._vault.signer, cause, said, actor)

    def _secure(self) -> None:
        """Copy what announces a key, and the ledger before it, into the second copy, where there is one."""
        if self._vault.second is None:
            return
        try:
            report = copy_all(self._vault, lambda _: None, partial(changing_holds, self._vault), SAYING)
        except (Unreachable, TryAgain) as error:
            raise type(error)(
                "The new key is announced, and its announcement could not be copied into the second copy: "
                f"{error} Run `paloverde copies copy` before anything else, then the same again if this was "
                "`paloverde keys new`: until then the old key stays in use."
            ) from error
        if report.failed:
            raise ArchiveDamaged(report.sentence())

    def _named(self, public_key: str) -> KnownKey:
        return next(key for key in self.register().keys if key.public_key == public_key)


def _set_aside(path: Path, public_key: str) -> None:
    """Keep the old key's file under a name of its own: what it signed may be asked about."""
    kept = path.with_name(f"{path.stem}-{public_key[:16]}{path.suffix}")
    if not kept.exists():
        os.link(path, kept)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
