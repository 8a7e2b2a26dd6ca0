"""The forms that a setting's value can have: each parser takes the text and gives the value.

A parser raises `WrongValue`, whose text says what is allowed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Never
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


class Secret:
    """A text that never prints: `str`, `repr` and formatting show dots. `reveal()` gives the text.

    It cannot be pickled either, so that it cannot travel through a queue, a cache or an XCom.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "••••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> Never:
        raise TypeError("A secret is not written anywhere; pass the name of its setting instead.")


class WrongValue(ValueError):
    """A value that a setting does not take. Its text says what is allowed."""


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise WrongValue(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise WrongValue(f"{', '.join(words[:-1])} or {words[-1]}")
        return text

    return parse


def encryption(text: str) -> str:
    """How an S3 server encrypts; `archive.store.encryption` reads it."""
    if not re.fullmatch(r"none|SSE-S3|SSE-KMS:[A-Za-z0-9:/_.=+@-]{1,500}", text):
        raise WrongValue("none, SSE-S3, or SSE-KMS: and the name of a key, as in SSE-KMS:city-archive")
    return text


def flag(text: str) -> bool:
    return one_of("true", "false")(text) == "true"


def line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise WrongValue("one line of text")
    return text.strip()


def path(text: str) -> Path:
    # The folder's name becomes part of file:// and sqlite:// addresses, where these have a meaning.
    if not text.isprintable() or set(text) & set("?#%"):
        raise WrongValue("the path of a file or folder, without ? # %")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise WrongValue("a path whose home folder (~) is known") from None


def store(text: str) -> str:
    bucket = re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text)
    folder = text.startswith("file:///") and text.isprintable() and not set(text) & set("?#%")
    if not (bucket or folder):
        raise WrongValue("file:///absolute/folder or s3://bucket")
    return text


def address(text: str) -> str:
    """An address of a host: scheme, host and port, no path, no user, no question."""
    if urlsplit(api(text)).path:
        raise WrongValue("an address such as https://host or https://host:port, without a path")
    return text.rstrip("/")


def api(text: str) -> str:
    """An address that requests go below: scheme, host, port and maybe a path; no user, no question."""
    allowed = "an address such as https://host or https://host:port/path, without a user or password"
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        raise WrongValue(allowed) from None
    if (
        not good
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
        or not text.isprintable()
        or " " in text
    ):
        raise WrongValue(allowed)
    return text.rstrip("/")


def issuer(text: str) -> str:
    """An address that is compared letter by letter with what an issuer calls itself: nothing is taken off."""
    api(text)
    return text


def pairs(text: str) -> tuple[str, ...]:
    """Names and what each stands for: `clerks=clerk,attorneys=counsel`."""
    found = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
    if not found or not all(name.strip() and re.fullmatch(r"[a-z_]+", value) for name, _, value in found):
        raise WrongValue("pairs such as clerks=clerk,attorneys=counsel")
    return tuple(f"{name.strip()}={value}" for name, _, value in found)


def addresses(text: str) -> tuple[str, ...]:
    """Addresses with commas between them; none where the text is empty."""
    return tuple(api(part.strip()) for part in text.split(",") if part.strip())


def witnesses(text: str) -> tuple[str, ...]:
    """Witnesses with commas between them: each its verifier key and its address, a space between."""
    found = []
    for part in text.split(","):
        key, _, address = part.strip().partition(" ")
        if part.strip():
            if not re.fullmatch(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*", key) or not address.strip():
                raise WrongValue("a verifier key (name+digits+key) and an address, with a space between them")
            found.append(f"{key} {api(address.strip())}")
    return tuple(found)


def origin(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+(/[A-Za-z0-9._-]+)*", text):
        raise WrongValue("a host name and a path such as archive.city.example/ledger")
    return text


def database(text: str) -> URL:
    allowed = (
        "a database address such as postgresql+psycopg://user:password@host/name or sqlite:////folder/file.db"
    )
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise WrongValue(allowed) from None
    database = url.database or ""
    # A relative file would be another one for each process that starts in another folder.
    known = {"postgresql": bool(database), "sqlite": database.startswith("/")}
    if not known.get(url.get_backend_name()):
        raise WrongValue(allowed)
    return url


def version(text: str) -> str:
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", text):
        raise WrongValue("a version such as v26.0")
    return text


def month(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}(0[1-9]|1[0-2])", text):
        raise WrongValue("a year and month such as 202608")
    return text


def host_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower().lstrip(".") for name in text.split(","))
    if not all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name) for name in names):
        raise WrongValue("host names with commas between them, such as fbcdn.net,twimg.com")
    return names


def mail_address(text: str) -> str:
    """One address of a mailbox. It goes into the head of a letter, so that no line may end in it."""
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text.strip()):
        raise WrongValue("a mail address such as it@city.example")
    return text.strip()


def mail_addresses(text: str) -> tuple[str, ...]:
    """Addresses of mailboxes with commas between them."""
    return tuple(mail_address(part) for part in text.split(","))


def host_and_port(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", text)
    if not found or not 0 < int(found[2]) < 65_536:
        raise WrongValue("a host and its port, such as mail.city.example:587")
    return found[1].strip("[]"), int(found[2])


def secret_address(text: str) -> Secret:
    """An address that may hold a token of its own, in its path or its question."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or not text.isprintable() or " " in text or "@" in text:
        raise WrongValue("an address such as https://host/path")
    return Secret(text)


def long_token(text: str) -> Secret:
    if not re.fullmatch(r"[A-Za-z0-9_-]{32,}", text):
        raise WrongValue("32 letters and digits or more")
    return Secret(text)


def lineage(text: str) -> str:
    return text if text.startswith("file:///") and path(text.removeprefix("file://")) else api(text)


def is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
