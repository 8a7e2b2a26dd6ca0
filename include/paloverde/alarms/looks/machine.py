"""The machine: room on its disks, who may read the keys, certificates of the City's addresses."""

from __future__ import annotations

import shutil
import socket
import ssl
import stat
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from cryptography import x509

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.settings import Settings
from paloverde.wording import at_time, some

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WARN_DAYS, _BAD_DAYS = 21, 5  # before a certificate ends: most are renewed 30 days before
_SECONDS = 5.0
_ADDRESSES = ("desk_address", "delivery_address", "s3_endpoint", "second_s3_endpoint", "oidc_issuer")


class Disk(NamedTuple):
    """A folder's disk: bytes in all, and free for this program. `low` is the share in percent."""

    what: str
    folder: str
    total: int
    free: int
    low: int


class KeyFile(NamedTuple):
    """A file of a secret. `mode` are its permissions, None where it is not there."""

    what: str
    path: str
    mode: int | None


class Certificate(NamedTuple):
    """The certificate of an address. `trouble` is why it could not be had, "" where it was."""

    setting: str
    host: str
    until: datetime | None
    now: datetime
    trouble: str


def ask_disks(place: Place) -> list[Disk]:
    settings = place.settings
    folders = {"the home": settings.home, "the search index": settings.index_folder}
    for what, store in (("the archive", settings.store), ("the second copy", settings.second_store)):
        if store is not None and store.startswith("file://"):
            folders[what] = Path(unquote(urlsplit(store).path))
    found = []
    for what, folder in folders.items():
        there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
        usage = shutil.disk_usage(there)
        found.append(Disk(what, str(folder), usage.total, usage.free, settings.disk_low_percent))
    return found


def judge_disks(disks: Sequence[Disk]) -> Iterator[Line]:
    for disk in disks:
        share = 100 * disk.free / max(disk.total, 1)
        level = Level.OK if share >= disk.low else Level.WARN if share >= disk.low / 2 else Level.BAD
        said = f"{disk.free / 1e9:,.1f} GB of {disk.total / 1e9:,.1f} GB are free ({share:.0f} %)."
        todo = "" if level is Level.OK else f"make room on the disk of {disk.folder}, or give it a larger one"
        yield Line(f"disk {disk.what}", f"The disk of {disk.what}", level, said, todo)


def ask_keys(place: Place) -> list[KeyFile]:
    settings = place.settings
    files = {
        "The signing key": settings.signing_key_file,
        "The key of the tokens": settings.credential_key_file,
        "The key of privileged notes": settings.privileged_key_file,
        "The list of people": settings.home / "users.json",
    }
    return [
        KeyFile(what, str(path), stat.S_IMODE(path.stat().st_mode) if path.exists() else None)
        for what, path in files.items()
    ]


def judge_keys(files: Sequence[KeyFile]) -> Iterator[Line]:
    for file in files:
        key = f"key {Path(file.path).name}"
        if file.mode is None:
            told = (
                "It is not there. One that was never used is made at its first use; without one that was lost"
            )
            yield Line(key, file.what, Level.OK, f"{told}, nothing opens until the backup's is back.")
        elif file.mode & _OTHERS:
            said = f"Others than its owner may use {file.path} (its mode is {file.mode:03o})."
            yield Line(key, file.what, Level.BAD, said, f"`chmod 600 {file.path}`, and ask who has read it")
        else:
            yield Line(key, file.what, Level.OK, "Only its owner may read it.")


def ask_certificates(place: Place) -> list[Certificate]:
    return [
        _certificate(name, address, place.now)
        for name in _ADDRESSES
        if (address := _address(place.settings, name)).startswith("https://")
    ]


def judge_certificates(found: Sequence[Certificate]) -> Iterator[Line]:
    for one in found:
        key, subject = f"certificate {one.host}", f"The certificate of {one.host}"
        if one.until is None:
            todo = f"see whether the server behind PALOVERDE_{one.setting.upper()} runs"
            yield Line(key, subject, Level.BAD, f"It could not be had: {one.trouble}.", todo, is_passing=True)
            continue
        days = (one.until - one.now).days
        level = Level.OK if days > _WARN_DAYS else Level.WARN if days > _BAD_DAYS else Level.BAD
        how = "ends" if one.until > one.now else "ended"
        left = f" {some(days, 'day')} are left." if days > 1 else ""
        todo = "" if level is Level.OK else f"renew the certificate of {one.host}"
        yield Line(key, subject, level, f"It {how} on {at_time(one.until)}.{left}", todo)


def _address(settings: Settings, name: str) -> str:
    return getattr(settings, name) or ""


def _certificate(name: str, address: str, now: datetime) -> Certificate:
    """Asked without trust in it: that it is expired, or of nobody's authority, is to be told."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        pem = ssl.get_server_certificate((host, parts.port or 443), timeout=_SECONDS)
        until = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    except socket.gaierror:
        return Certificate(name, host, None, now, "its name is not known (DNS)")
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return Certificate(name, host, None, now, told)
    return Certificate(name, host, until, now, "")


LOOKS = (
    Look("disk", "The disks", ask_disks, judge_disks, needs_city=False),
    Look("key", "The keys", ask_keys, judge_keys, needs_city=False),
    Look("certificate", "The certificates", ask_certificates, judge_certificates, 30.0, needs_city=False),
)
