"""The people who may sign in: one small file, mode 0600, with a hash of each password, never a password.

Passwords are hashed with Argon2id (RFC 9106). The file is `users.json` in the city's home.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from paloverde.errors import BadSetting, Unreachable
from paloverde.settings import Settings

# A password that stands alone needs 15 characters (NIST SP 800-63B-4, 3.1.1.2); no other rule helps.
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 1024
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class Role(StrEnum):
    """What somebody does for the city; what a role may do is written in `desk.rights` and, for
    Airflow's own pages, in `orchestration.roles`.
    """

    CLERK = "clerk"
    COUNSEL = "counsel"
    PUBLIC_AFFAIRS = "public_affairs"
    IT = "it"
    APPROVER = "approver"
    AUDITOR = "auditor"
    EMPLOYEE = "employee"  # reports content, and sees their own reports alone

    @property
    def words(self) -> str:
        """The role as a sentence of a page names it."""
        return "IT" if self is Role.IT else self.value.replace("_", " ")


# Who may see to the nights of all cities of an installation, without a part in the records of any.
FOR_ALL_CITIES = (Role.IT, Role.AUDITOR)


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in. `password` is the Argon2id hash, in the PHC form; with `accounts` the person
    sees records of these accounts alone, without any those of all. `name` and `title` are as letters and
    papers print them. With `temporary` the password is one that IT gave: it opens nothing but the page on
    which the person chooses their own.
    """

    username: str
    name: str
    role: Role
    password: str
    accounts: tuple[str, ...] = ()
    title: str = ""
    temporary: bool = False

    def __repr__(self) -> str:
        return f"Person({self.username!r}, {self.role.value!r})"

    @property
    def in_full(self) -> str:
        """As Airflow notes whoever acts: the username tells two people of one name apart."""
        return f"{self.name} ({self.username})"

    @property
    def is_listed(self) -> bool:
        """Whether it is somebody of the users file: usernames of single sign-on alone hold an @."""
        return "@" not in self.username


def stamp_of(person: Person) -> str:
    """Changes with the password, and tells nothing of it (the hash itself is salted)."""
    return hashlib.sha256(person.password.encode()).hexdigest()[:16]


def generate_password() -> str:
    """A password of five groups of five letters and digits: 125 bits, no look-alikes."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))


class People:
    """The users file.

    It is read again whenever it changed, so that whoever is taken out is out at once.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seen: tuple[int, int, int] | None = None
        self._people: dict[str, Person] = {}

    def all(self) -> list[Person]:
        """Everybody, by username.

        Raises BadSetting where the file cannot be trusted or read.
        """
        return [person for _, person in sorted(self._read().items())]

    def find(self, username: str) -> Person | None:
        return self._read().get(username)

    def check(self, username: str, password: str) -> Person | None:
        """The person whose username and password these are, or None.

        An unknown username costs the same time as a wrong password, so that nobody learns who works here.
        """
        person = self.find(username)
        stored = person.password if person else _nobodys_hash()
        try:
            _hasher().verify(stored, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return person

    def put(
        self,
        username: str,
        name: str,
        role: Role,
        password: str,
        title: str = "",
        accounts: tuple[str, ...] | None = None,
        *,
        temporary: bool = False,
    ) -> Person:
        """Add somebody, or give somebody a new name, title, role and password; open sessions of theirs end.
        With `accounts` left out, whoever is limited to some stays so; with none in it they see all. One who
        is not the person gives a `temporary` password.

        Raises BadSetting with the reason in one sentence.
        """
        person = _new_person(username, name, role, password)
        with self._changing() as people:
            if accounts is None:
                accounts = people[username].accounts if username in people else ()
            people[username] = msgspec.structs.replace(
                person, title=title.strip(), accounts=accounts, temporary=temporary
            )
            return people[username]

    def choose(self, person: Person, password: str) -> Person:
        """Give somebody, who is as they signed in, the password of their own choice; open sessions of theirs
        end.

        Raises BadSetting where they were removed or had another password given meanwhile.
        """
        hashed = _hashed(person.username, password)
        with self._changing() as people:
            now = people.get(person.username)
            if now is None or now.password != person.password:
                raise BadSetting(
                    f"IT has changed the sign-in of {person.username} just now: ask IT for the password."
                )
            people[person.username] = msgspec.structs.replace(now, password=hashed, temporary=False)
            return people[person.username]

    def remove(self, username: str) -> None:
        """Take somebody's sign-in away, at once, sessions included."""
        with self._changing() as people:
            if people.pop(username, None) is None:
                raise BadSetting(
                    f"Nobody signs in as {username!r}: see who does with `paloverde users list`."
                )

    def _read(self) -> dict[str, Person]:
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return {}
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            self._people = self._load(status)
            self._seen = seen
        return self._people

    def _load(self, status: os.stat_result) -> dict[str, Person]:
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise BadSetting(
                f"{self.file} can be read by others on this machine: run `chmod 600 {self.file}`."
            )
        try:
            people = msgspec.json.decode(self.file.read_bytes(), type=list[Person])
        except msgspec.DecodeError as error:
            raise BadSetting(
                f"{self.file} is not a list of users ({error}): restore it from a backup, "
                "or move it away and add the users again with `paloverde users add`."
            ) from None
        strange = next((one.username for one in people if not _USERNAME.fullmatch(one.username)), None)
        if strange is not None:  # with an @ it could pass for somebody of single sign-on
            raise BadSetting(
                f"{self.file} names {strange!r}, which cannot be a username: take that entry out, and add "
                "the person with `paloverde users add`."
            )
        return {person.username: person for person in people}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Person]]:
        """Hold the file alone, and replace it whole when the change is done."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.file.with_name(self.file.name + ".lock")):
            people = dict(self._read())
            yield people
            _replace(self.file, msgspec.json.format(msgspec.json.encode(list(people.values()))))


def people_of(settings: Settings) -> People:
    """The users file of the city."""
    return People(settings.home / "users.json")


def people_of_all(cities: Path) -> People:
    """The users file of those who see to the nights of many cities, in the folder of the cities."""
    return People(cities / "users.json")


def _new_person(username: str, name: str, role: Role, password: str) -> Person:
    if not _USERNAME.fullmatch(username):
        raise BadSetting(
            f"{username!r} cannot be a username: use 2 to 64 small letters, digits, dots, dashes "
            "or underscores, beginning with a letter."
        )
    return Person(username, name.strip() or username, role, _hashed(username, password))


def _hashed(username: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadSetting(
            f"The password of {username!r} needs at least {SHORTEST_PASSWORD} characters "
            f"and at most {LONGEST_PASSWORD}: a few words will do."
        )
    return _hasher().hash(password)


def _replace(file: Path, content: bytes) -> None:
    """Put `content` where `file` is, whole or not at all, readable by its owner alone."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Unreachable(
            f"{file} could not be written ({error.strerror}): nobody was added or removed."
        ) from error


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2-cffi's defaults: RFC 9106, low-memory profile


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))
