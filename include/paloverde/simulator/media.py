"""Small real pictures and films, the same bytes for the same name, and signed addresses for them."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.wire import Ask, Reply

DAY = 86400
SIDE = 48


def png(name: str) -> bytes:
    """A 48 x 48 picture whose colors come from the name."""
    seed = hashlib.sha256(name.encode()).digest()
    rows = (
        b"\0"
        + b"".join(
            bytes((seed[0] ^ (x * 5), seed[1] ^ (y * 5), seed[(x // 8 + y // 8) % 32])) for x in range(SIDE)
        )
        for y in range(SIDE)
    )
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", header) + _part(b"IDAT", body) + _part(b"IEND", b"")


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def mp4(name: str) -> bytes:
    """A minimal MP4 file: file type, an empty movie header, and data (ISO/IEC 14496-12 boxes)."""
    movie = struct.pack(">IIIIIIH10x", 0, 0, 0, 1000, 8000, 0x10000, 0x100)
    movie += (
        struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000) + bytes(24) + struct.pack(">I", 1)
    )
    data = hashlib.shake_256(name.encode()).digest(4096)
    return (
        _box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + _box(b"moov", _box(b"mvhd", movie)) + _box(b"mdat", data)
    )


def _box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + kind + data


def address(root: str, platform: str, name: str, city: City, *, signed: bool) -> str:
    """The address of a file. A signed one lives until the end of the next UTC day."""
    url = f"{root}/media/{platform}/{name}"
    if not signed:
        return url
    expires = f"{(int(city.clock.now().timestamp()) // DAY + 2) * DAY:x}".upper()
    return f"{url}?_nc_cat=1&oh={_signature(city, platform, name, expires)}&oe={expires}"


def answer(city: City, ask: Ask) -> Reply:
    """GET /media/<platform>/<name>: 404 where unknown, 403 where the signature is wrong or has expired."""
    platform, _, name = ask.path.strip("/").partition("/")
    presence = city.presences.get(platform)
    known = presence is not None and (name in presence.media or name.startswith("profile"))
    if presence is None or not known:
        return _refused(404, b"Content not found")
    if presence.settings["signed_media"] and not _valid(city, platform, name, ask.query):
        return _refused(403, b"URL signature expired" if "oe" in ask.query else b"Bad URL signature")
    body, kind = (mp4(name), "video/mp4") if name.endswith(".mp4") else (png(name), "image/png")
    expires = city.clock.now() + timedelta(days=14)
    headers = {"Content-Type": kind, "Cache-Control": "max-age=1209600", "Expires": http_date(expires)}
    return Reply(200, body=body, headers=headers)


def _refused(status: int, word: bytes) -> Reply:
    return Reply(status, body=word, headers={"Content-Type": "text/plain"})


REFUSALS: dict[str, Callable[[City, Ask, dict[str, Any]], Reply]] = {
    "expired_media": lambda *_: _refused(403, b"URL signature expired"),
    "server_error": lambda _, __, options: _refused(int(options.get("status", 503)), b"Service Unavailable"),
}


def http_date(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _signature(city: City, platform: str, name: str, expires: str) -> str:
    return hmac.new(f"{city.seed}".encode(), f"{platform}/{name}/{expires}".encode(), "md5").hexdigest()


def _valid(city: City, platform: str, name: str, query: dict[str, str]) -> bool:
    expires = query.get("oe", "")
    if not hmac.compare_digest(query.get("oh", ""), _signature(city, platform, name, expires)):
        return False
    return int(expires or "0", 16) > city.clock.now().timestamp()
