"""The kept timestamps of a log as an outsider finds them: over which head, and the time that each states.

Only what a token says is read, and that it is about that very head. Whether the authority has signed it takes
its root certificate: OpenSSL checks it, as docs/guide/proof.md shows.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib import import_module

import msgspec

from paloverde.archive.layout import LOG_STAMPS
from paloverde.archive.log.walk import Report, Source
from paloverde.errors import ArchiveDamaged, PaloverdeError, Unreadable

_READER = (
    "rfc3161_client"  # whoever checks a copy elsewhere may not have it, and checks the rest all the same
)
UNREAD = (
    "The timestamps were not looked at: the Python package rfc3161-client is not installed here. "
    "OpenSSL reads them too: openssl ts -reply -in FILE.tsr -text."
)
UNSIGNED = (
    "The timestamps are listed with the times that they state; each was verified when it came. To verify "
    "them yourself, with the authority's root certificate: openssl ts -verify (docs/guide/proof.md)."
)


class Stamp(msgspec.Struct, frozen=True, order=True):
    """A timestamp: over how many entries the head is that it stamps, when, and by whom."""

    size: int
    at: datetime
    authority: str

    def sentence(self) -> str:
        at = f"{self.at:%d %B %Y %H:%M:%S} UTC"
        return f"{self.authority}: the head over {self.size:,} entries was there on {at}."


def list_stamps(source: Source, kept: int, report: Report) -> None:
    """Tell the times of the newest stamped head and of the one over `kept` entries; count the others."""
    heads = {key.rpartition("-")[2] for key in source.heads()}
    stamps: list[Stamp] = []
    for key in source.stamps():
        try:
            stamps.append(_stamp(key, source.read(key), heads))
        except ModuleNotFoundError:
            report.limits.append(UNREAD)
            return
        except PaloverdeError as error:
            report.blame(str(error))
    if not stamps:
        return
    stamps.sort()
    told = [stamp for stamp in stamps if stamp.size in (kept, stamps[-1].size)]
    report.stamps = [stamp.sentence() for stamp in told]
    if rest := len(stamps) - len(told):
        first = min(stamps, key=lambda stamp: stamp.at)
        report.stamps.append(f"{rest:,} others are over other heads, the first of {first.at:%d %B %Y} UTC.")
    report.limits.append(UNSIGNED)


def _stamp(key: str, token: bytes, heads: set[str]) -> Stamp:
    size, _, rest = key.removeprefix(LOG_STAMPS).partition("-")
    if hashlib.sha256(token).hexdigest() != rest.rpartition("-")[2].removesuffix(".tsr"):
        raise ArchiveDamaged(f"{key} was changed: its bytes are not those that its name tells.")
    # Without the hashes of its address and the token; a dot of a host cannot stand in a key.
    authority = rest.rpartition("-")[0].rpartition("-")[0].replace("_", ".")
    at, imprint = _read(key, token)
    if imprint not in heads:
        raise ArchiveDamaged(f"{key} is a timestamp of something else than a head that lies here.")
    return Stamp(int(size) if size.isdigit() else 0, at, authority or "an authority")


def _read(key: str, token: bytes) -> tuple[datetime, str]:
    """The time that a token states, and the SHA-256 of what it stamps."""
    try:
        said = import_module(_READER).decode_timestamp_response(token).tst_info
        return said.gen_time, said.message_imprint.message.hex()
    except ValueError as error:
        raise Unreadable(f"{key} is no timestamp that can be read.") from error
