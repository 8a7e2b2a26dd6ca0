"""A look at a page of the City's own website: whether it answers, what hash its bytes have, or the bytes.

Only the City's own names are asked, over http or https, and no redirect is followed off them: an address may
come from what somebody wrote. A name that leads to a private address (of the City's network, or of this
machine) is asked only where the setting names that address, too. The name is looked up once more when the
page is asked for; whoever could change that answer in between holds the City's own names already.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from paloverde.errors import BadQuestion, Unreachable
from paloverde.platforms.hosts import is_under
from paloverde.platforms.network import Http, Limits, Transport

LIMITS = Limits(deadline=20.0, attempts=1)
MOST = 8 * 1024 * 1024  # bytes of a page
_OK = 200
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Paloverde (the City's own archive)"}


class Looked(NamedTuple):
    """What a page answered. `status` is 0, with the reason in `said`, where no whole answer came."""

    status: int
    sha256: str = ""
    said: str = ""


def look(url: str, names: Sequence[str], transport: Transport | None = None) -> Looked:
    """Ask for a page. `names` are those of the City's website, with all names under them, and addresses.

    Raises `BadQuestion` for an address that is not under one of them.
    """
    try:
        status, body, said = _asked(url, names, transport)
    except Unreachable as error:
        return Looked(0, said=str(error))
    return Looked(status, hashlib.sha256(body).hexdigest() if body is not None else "", said)


def read(url: str, names: Sequence[str], transport: Transport | None = None) -> bytes:
    """The bytes of a page that is there. Raises as `look` does, and `Unreachable` where none came."""
    status, body, said = _asked(url, names, transport)
    if status != _OK or body is None:
        raise Unreachable(f"{url} did not answer with a page (status {status}). {said}".rstrip())
    return body


def _asked(url: str, names: Sequence[str], transport: Transport | None) -> tuple[int, bytes | None, str]:
    """The status, the bytes (None where the last answer was not taken), and what is to be said of it."""
    _refuse_elsewhere(url, names)
    line = transport or Http(LIMITS)
    try:
        return _followed(line, url, names)
    finally:
        line.close()


def _followed(line: Transport, url: str, names: Sequence[str]) -> tuple[int, bytes | None, str]:
    for _ in range(_MOST_REDIRECTS):
        _refuse_private(url, names)
        got = line.fetch(url, dict(_HEADERS), MOST)
        if got.status not in _REDIRECTS:
            return got.status, got.body, ""
        url = urljoin(url, got.headers.get("location", ""))
        if not _is_page(url, names):
            return got.status, None, "It leads away from the City's website, and was not followed."
    return (0, None, f"It leads from one address to the next, more than {_MOST_REDIRECTS} times.")


def _refuse_elsewhere(url: str, names: Sequence[str]) -> None:
    if not names:
        raise BadQuestion(
            f"{url} was not asked for: the setting PALOVERDE_CITY_DOMAINS, which names the City's website, "
            "is not set."
        )
    if not _is_page(url, names):
        raise BadQuestion(
            f"{url} is no page of the City's own website: PALOVERDE_CITY_DOMAINS names {', '.join(names)}."
        )


def _is_page(url: str, names: Sequence[str]) -> bool:
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme in _PORTS and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return is_fit and is_under(parts.hostname or "", names)


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global


def _refuse_private(url: str, names: Sequence[str]) -> None:
    """`Unreachable` where a name leads to a private address that the setting does not name."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or _PORTS[parts.scheme], proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise Unreachable(f"{host} did not answer properly: its name is not known (DNS)") from None
    for address in sorted({str(one[4][0]) for one in found}):
        if address not in names and not _is_public(address):
            raise Unreachable(
                f"{host} was not asked: it leads to the private address {address}, which "
                "PALOVERDE_CITY_DOMAINS does not name"
            )
