"""Changes of the settings and of who may sign in: noticed whenever the archive is opened for work.

What was in force is a paper (series `settings` and `people`), so an opening that finds nothing changed costs
four short queries and writes nothing. A secret is never written: only a fingerprint made with the signing
key tells that it changed. An archive that has not begun (no signing key is registered) tells nothing yet.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import platform
import pwd
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

import msgspec
from sqlalchemy.engine import URL

from paloverde.archive import keys
from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.signing import Signer
from paloverde.archive.vault import Vault
from paloverde.errors import Suspicious
from paloverde.settings import Secret, Settings

SETTINGS, PEOPLE = "settings", "people"
_NAMED = 100  # changes in one ledger entry; the paper that it names holds them all
_LONGEST = 120  # characters of a value in a ledger entry
_LONGEST_SUBJECT = 200  # characters, as the table of papers has it
_NONE = "none"
T = TypeVar("T", bound=msgspec.Struct)


class InForce(msgspec.Struct, frozen=True):
    """The settings that a user of this machine worked with. `secrets` are fingerprints made with `key`."""

    who: str
    key: str  # the public half of the signing key
    settings: dict[str, str]
    secrets: dict[str, str]


class MaySignIn(msgspec.Struct, frozen=True):
    """Somebody of the users file. `stamp` changes with the password, and tells nothing of it."""

    username: str
    name: str
    role: str
    stamp: str
    accounts: list[str] = []


class SignIns(msgspec.Struct, frozen=True):
    """The users file. `trouble` says that it could not be understood: then nobody can sign in."""

    people: list[MaySignIn]
    trouble: str = ""


class _Line(msgspec.Struct, frozen=True):
    """Somebody as `desk.people` writes it, whatever a hand has made of it since."""

    username: str
    name: str
    role: str
    password: str
    accounts: list[str] = []


class Changes:
    """Tells the ledger what has changed since it was told last."""

    def __init__(self, settings: Settings, vault: Vault, cabinet: Cabinet) -> None:
        self._settings, self._vault, self._cabinet = settings, vault, cabinet
        self._home = str(settings.home)

    def notice(self) -> None:
        """Compare the settings and the users file with what was filed last; file what is different."""
        self._notice_settings()
        self._notice_people()

    def tell(self, what: str, actor: str, **about: str) -> None:
        """File the users file after somebody has changed it: `about` says whose sign-in, and how.

        It is filed even where an opening has just noticed the same: only this entry says who did it.
        """
        if self._has_begun():
            found = self._sign_ins() or SignIns([])
            subject = _subject(self._home)
            self._cabinet.file(PEOPLE, subject, found, what=what, actor=actor, about=_shown(about))

    def _notice_settings(self) -> None:
        """Settings are compared for each user and home.

        A shell and Airflow under one user and with one home, but with different settings, are told at every
        turn: whoever reads the ledger should know. The machine's name is told and not compared, because a
        container has a new one each time.
        """
        who = _who()
        subject = _subject(f"{who} {self._home}")
        last, now = self._cabinet.last(SETTINGS, subject), self._in_force(who)
        before = self._said(last, InForce)
        if before != now:
            what = "settings changed" if before else "settings in force"
            changed = _settings_changed(before, now) if before else {}
            self._file(SETTINGS, subject, now, last, what, changed)

    def _notice_people(self) -> None:
        subject = _subject(self._home)
        last, now = self._cabinet.last(PEOPLE, subject), self._sign_ins()
        before = self._said(last, SignIns)
        if now is not None and now != (before or SignIns([])):
            what = "sign-ins changed" if before else "sign-ins in force"
            self._file(PEOPLE, subject, now, last, what, _people_changed(before or SignIns([]), now))

    def _file(
        self,
        series: str,
        subject: str,
        now: InForce | SignIns,
        last: Filed | None,
        what: str,
        changed: Mapping[str, str],
    ) -> None:
        """File what is in force now, once the archive has begun."""
        if not self._has_begun():
            return
        seen = last.number if last else 0
        actor = f"noticed at an opening ({_who()} on {platform.node()})"
        try:
            self._cabinet.file(
                series, subject, now, what=what, actor=actor, about=_shown(changed), after=seen
            )
        except Suspicious:
            # Another process noticed it at the same moment, and once is enough. Had that one other settings,
            # the next opening of each tells of them.
            newest = self._cabinet.last(series, subject)
            if newest is None or newest.number == seen:
                raise

    def _has_begun(self) -> bool:
        return self._cabinet.last(keys.SERIES, keys.SUBJECT) is not None

    def _said(self, filed: Filed | None, type_: type[T]) -> T | None:
        return self._cabinet.read(filed, type_) if filed else None

    def _in_force(self, who: str) -> InForce:
        values = {field.name: getattr(self._settings, field.name) for field in fields(self._settings)}
        shown = {name: _text(value) for name, value in values.items() if not isinstance(value, Secret)}
        secret = {name: _secret_of(value) for name, value in values.items()}
        key = _fingerprint_key(self._vault.signer)
        prints = {name: _fingerprint(key, name, text) for name, text in secret.items() if text}
        return InForce(who, self._vault.signer.public_key, shown, prints)

    def _sign_ins(self) -> SignIns | None:
        """The users file as it is; None where this process may not read it: another one will."""
        try:
            body = (self._settings.home / "users.json").read_bytes()
        except FileNotFoundError:
            return SignIns([])
        except PermissionError:
            return None
        try:
            lines = msgspec.json.decode(body, type=list[_Line])
        except msgspec.MsgspecError:
            return SignIns([], "users.json is no list of users, so nobody can sign in")
        return SignIns([_may_sign_in(line) for line in sorted(lines, key=lambda line: line.username)])


def _who() -> str:
    """The user of this process; what the environment says of it could be said by anybody."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _subject(text: str) -> str:
    """What is too long for a subject ends with its hash."""
    if len(text) <= _LONGEST_SUBJECT:
        return text
    return f"{text[: _LONGEST_SUBJECT - 33]} {hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _text(value: object) -> str:
    """A setting as the ledger says it. Of the database's address, no password and no options."""
    if isinstance(value, URL):
        bare = URL.create(
            value.drivername, value.username, host=value.host, port=value.port, database=value.database
        )
        return bare.render_as_string(hide_password=False)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or _NONE
    return _NONE if value is None else str(value)


def _secret_of(value: object) -> str:
    """What of a setting's value is told by its fingerprint only; empty where nothing is."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, URL) and (value.password or value.query):
        return value.render_as_string(hide_password=False)
    return ""


def _fingerprint_key(signer: Signer) -> bytes:
    """A key that only the holder of the signing key can make: Ed25519 signs the same text the same way."""
    return hashlib.sha256(bytes.fromhex(signer.sign(b"paloverde: key of fingerprints of secrets"))).digest()


def _fingerprint(key: bytes, name: str, text: str) -> str:
    return hmac.new(key, f"{name}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]


def _may_sign_in(line: _Line) -> MaySignIn:
    # A salted hash is hashed once more, so that nobody can try passwords against the stamp; what a hand may
    # have written there instead could be guessed, and lets nobody in.
    is_salted = line.password.startswith("$argon2")
    stamp = hashlib.sha256(line.password.encode()).hexdigest()[:32] if is_salted else "no hash of a password"
    return MaySignIn(line.username, line.name, line.role, stamp, line.accounts)


def _settings_changed(before: InForce, now: InForce) -> dict[str, str]:
    """What each changed setting was and is; of a secret, only that it changed."""
    names = sorted({*before.settings, *now.settings})
    told = ((name, before.settings.get(name, _NONE), now.settings.get(name, _NONE)) for name in names)
    changed = {name: _became(old, new) for name, old, new in told if old != new}
    if before.key != now.key:
        changed["signing key"] = _became(before.key, now.key)
    return changed | dict(_secrets_changed(before, now))


def _secrets_changed(before: InForce, now: InForce) -> Iterator[tuple[str, str]]:
    """Fingerprints that two keys made cannot be compared: then only what came or went is told."""
    for name in sorted({*before.secrets, *now.secrets}):
        old, new = before.secrets.get(name), now.secrets.get(name)
        if old is None or new is None:
            yield f"secret {name}", "set" if old is None else "taken out"
        elif old != new and before.key == now.key:
            yield f"secret {name}", "changed"


def _people_changed(before: SignIns, now: SignIns) -> dict[str, str]:
    """What became of each person whose line is another one."""
    old, new = _by_name(before.people), _by_name(now.people)
    told = {f"user {name}": _fate(old.get(name), new.get(name)) for name in sorted({*old, *new})}
    changed = {name: fate for name, fate in told.items() if fate}
    return changed | ({"trouble": now.trouble} if now.trouble else {})


def _by_name(people: Iterable[MaySignIn]) -> dict[str, MaySignIn]:
    return {person.username: person for person in people}


def _fate(old: MaySignIn | None, new: MaySignIn | None) -> str:
    if old is None or new is None:
        return f"added as {new.role}" if new else f"removed, was {old.role}" if old else ""
    told = {
        _became(old.role, new.role): old.role != new.role,
        "another password": old.stamp != new.stamp,
        "another name": old.name != new.name,
        f"sees {', '.join(new.accounts) or 'all accounts'}": old.accounts != new.accounts,
    }
    return ", ".join(words for words, is_so in told.items() if is_so)


def _became(old: str, new: str) -> str:
    return f"{_short(old)} -> {_short(new)}"


def _shown(changed: Mapping[str, str]) -> dict[str, str]:
    """As much of it as one ledger entry holds."""
    shown = {_short(name): text for name, text in list(changed.items())[:_NAMED]}
    more = len(changed) - len(shown)
    return shown | ({"more": f"{more:,} more are in the paper"} if more else {})


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
