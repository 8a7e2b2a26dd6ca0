"""Timestamps of a head by authorities outside of the City (RFC 3161): it was there at that time, they say.

A token is verified when it comes, at the time that it states itself; one that does not hold is not kept.
What an authority did not give is asked for again with the next publication. The newest head is stamped: as
every head continues the ones before it, its token covers all of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from paloverde.archive.layout import timestamp_key
from paloverde.archive.log.notes import Head
from paloverde.archive.log.outside import Asked, ask_each, short_name
from paloverde.archive.log.shelf import Shelf, What
from paloverde.errors import BadSetting, Suspicious, Unreachable
from paloverde.platforms.conversation import Clock
from paloverde.platforms.network import post

EXPECTED = 2  # authorities: one alone can be wrong, or gone
_LARGEST = 256 * 1024  # bytes of an answer
_GOOD = 200
_GRANTED = 1  # 0 granted, 1 granted with changes; everything above is a refusal (RFC 3161 section 2.4.2)


class Rules(msgspec.Struct, frozen=True):
    """How authorities are asked. `deadline` and `skew` in seconds; `roots` is a PEM file."""

    roots: Path | None
    deadline: float
    skew: float
    clock: Clock


def stamp(shelf: Shelf, head: Head, authorities: Sequence[str], rules: Rules) -> Asked:
    """Have a head stamped by each authority that has not stamped it yet, and keep the tokens."""
    kept = {stored.key for stored in shelf.of(What.TIMESTAMP, head.size)}

    def ask(address: str) -> str | None:
        name = short_name(address)
        if any(f"-{name}-" in key for key in kept):
            return None
        token, at = timestamp(address, head.whole().encode(), rules)
        key = timestamp_key(head.size, name, hashlib.sha256(token).hexdigest())
        shelf.note([shelf.put(key, token, What.TIMESTAMP, head.size)])
        _compare_clocks(address, at, rules)
        return f"{address} states that this head was there at {at:%d %B %Y %H:%M:%S} UTC."

    asked = ask_each(authorities, ask)
    return Asked(_too_few(authorities) + asked.sentences, asked.troubles)


def timestamp(address: str, body: bytes, rules: Rules) -> tuple[bytes, datetime]:
    """A verified answer of an authority about `body`, and the time in it.

    Raises `Unreachable` where it did not answer or refused, `Suspicious` where its token does not hold,
    `BadSetting` where there is no root to verify it against.
    """
    roots = _roots(rules.roots)
    builder = TimestampRequestBuilder().data(body).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    answer = post(address, request.as_bytes(), "application/timestamp-query", rules.deadline, _LARGEST)
    if answer.status != _GOOD:
        raise Unreachable(
            f"The timestamp authority {address} answered {answer.status} {answer.reason}; it is asked again "
            "with the next publication."
        )
    return answer.body, _time_in(answer.body, address, request, roots, body)


def verify_token(token: bytes, body: bytes, roots: Path) -> datetime:
    """The time at which an authority saw `body`, by a kept token; `Suspicious` where it does not hold."""
    return _time_in(token, "that made this token", None, _roots(roots), body)


def _time_in(
    answer: bytes,
    address: str,
    request: TimeStampRequest | None,
    roots: list[x509.Certificate],
    body: bytes,
) -> datetime:
    verifier = VerifierBuilder(nonce=request.nonce if request else None, roots=roots).build()
    try:
        response = decode_timestamp_response(answer)
    except ValueError as error:
        raise Unreachable(f"What the timestamp authority {address} answered is no timestamp.") from error
    if response.status > _GRANTED:
        why = "; ".join(response.status_string) or "it gave no reason"
        raise Unreachable(
            f"The timestamp authority {address} refused ({why}); it is asked again with the next publication."
        )
    try:
        verifier.verify_message(response, body)
    except (VerificationError, ValueError) as error:
        raise Suspicious(
            f"The answer of the timestamp authority {address} does not hold ({_plain(error)}), and was not "
            "kept. Compare its root certificate with PALOVERDE_TIMESTAMP_ROOTS_FILE; if that fits, ask it."
        ) from error
    at: datetime = response.tst_info.gen_time
    return at


def _roots(path: Path | None) -> list[x509.Certificate]:
    if path is None:
        raise BadSetting(
            "PALOVERDE_TIMESTAMP_AUTHORITIES is set and PALOVERDE_TIMESTAMP_ROOTS_FILE is not: without the "
            "root certificates no timestamp can be verified, and none is asked for."
        )
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no certificates in PEM form"
        raise BadSetting(f"PALOVERDE_TIMESTAMP_ROOTS_FILE, {path}, cannot be used: {why}.") from error


def _compare_clocks(address: str, at: datetime, rules: Rules) -> None:
    apart = abs(at - rules.clock())
    if apart > timedelta(seconds=rules.skew) + timedelta(seconds=rules.deadline):
        raise Suspicious(
            f"{address} states {at:%d %B %Y %H:%M:%S} UTC, and the clock of this machine says "
            f"{rules.clock():%d %B %Y %H:%M:%S}. The timestamp was kept; find out which clock is wrong."
        )


def _too_few(authorities: Sequence[str]) -> list[str]:
    if len(authorities) >= EXPECTED:
        return []
    there = "Only one timestamp authority is set" if authorities else "No timestamp authority is set"
    shown = "rests on its word alone" if authorities else "is shown by nobody outside of the City"
    return [f"{there} (PALOVERDE_TIMESTAMP_AUTHORITIES; two are expected): when a head was there {shown}."]


def _plain(error: Exception) -> str:
    """The reason without the names that OpenSSL gives to its own files."""
    text = " ".join(str(error).split())
    found = re.search(r'Verify error: ([^"]+)', text) or re.search(r'reason: "([^"]+)"', text)
    return found[1] if found else text.rstrip(".")
