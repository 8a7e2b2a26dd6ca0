"""The zip of a sealed bundle, read so that every byte of it belongs to a named file or to its directory.

Part of the verifier (see `program.py`): Python 3.9 and its standard library alone.
"""

from __future__ import annotations

import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

_LONGEST_LINE, _LARGEST_DIRECTORY = 256 << 20, 256 << 20
_CHUNK = 1 << 20
Entry = tuple[int, int, bool]  # where a file begins in the zip, its packed size, is it deflated
_FILE = (0, 8)  # the kinds of file that are plain; the others are links and devices
_LARGE = 2**31 - 1  # from here on a zip says sizes and places in wide fields


class CannotRead(Exception):
    """The file is no bundle that can be read at all."""


class Altered(Exception):
    """One file of the bundle is not what it should be; the message names it."""


class Box:
    """An open zip whose bytes all belong to a named file or to the zip's own directory.

    Files are named as in the folder `base` that holds them all (RFC 8493, section 4.1). `most` is how many
    bytes any of them may have.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.most = file, sys.maxsize
        self.size = file.seek(0, 2)
        start, stop = self._directory()
        try:
            with zipfile.ZipFile(file) as box:
                infos = box.infolist()
        except (zipfile.BadZipFile, OverflowError, NotImplementedError, ValueError) as error:
            raise CannotRead(f"its directory of files is damaged ({error})") from error
        self.wrong: list[str] = []
        if self._at(start, stop - start) != b"".join(map(_line, infos)):
            self.wrong.append("The directory of the zip was changed, or has bytes hidden in it.")
        tail = self._at(max(self.size - 98, 0), 98)
        if not any(tail.endswith(end) for end in _ends(len(infos), start, self.size)):
            self.wrong.append("The end record of the zip was changed: it does not fit the files in it.")
        self.names = [info.orig_filename for info in infos]
        self.entries: dict[str, Entry] = {}
        end = 0
        for info in sorted(infos, key=lambda info: info.header_offset):
            end = self._entry(info, end)
        if end != start:
            self.wrong.append("The zip holds bytes that belong to no file, before its directory.")
        self.base = self.names[0].partition("/")[0] + "/" if self.names else ""
        self.entries = {name.removeprefix(self.base): entry for name, entry in self.entries.items()}

    def _directory(self) -> tuple[int, int]:
        """Where the directory begins and ends; its size is bounded before it is read."""
        if self.size < 22:
            raise CannotRead("it is too short to be a zip file")
        tail = self._at(self.size - 22, 22)
        if tail[:4] != b"PK\x05\x06" or tail[20:] != b"\0\0":
            raise CannotRead("it is no zip file, was cut short, or has something added behind its end")
        size, start = struct.unpack("<LL", tail[12:20])
        end = self.size - 22
        if self._at(max(end - 20, 0), 4) == b"PK\x06\x07":  # as large bundles end
            end -= 20 + 56
            wide = self._at(max(end, 0), 56)
            if end < 0 or wide[:4] != b"PK\x06\x06":
                raise CannotRead("its directory of files is damaged")
            size, start = struct.unpack("<QQ", wide[40:56])
        if size > _LARGEST_DIRECTORY or start + size != end:
            raise CannotRead("its directory is not where it should be: something was put before or behind it")
        return int(start), int(end)

    def _entry(self, info: zipfile.ZipInfo, end: int) -> int:
        """Note an entry, and give the place where the next must begin."""
        name, at = info.orig_filename, info.header_offset
        expected = _heads(info)
        found = self._at(at, len(expected[1])) if at < self.size else b""
        head = next((head for head in expected if found.startswith(head)), b"")
        if found[:4] != b"PK\x03\x04":
            raise CannotRead(f"the beginning of {shown(name)} in it is damaged")
        if at != end or info.external_attr >> 28 not in _FILE or info.flag_bits & 0x09 or not head:
            why = "(hidden or encrypted bytes, two names, or no plain file)"
            self.wrong.append(f"{shown(name)} is not stored in the zip as it was sealed {why}.")
        is_deflated = info.compress_type == zipfile.ZIP_DEFLATED
        if not is_deflated and info.compress_type != zipfile.ZIP_STORED:
            self.wrong.append(f"{shown(name)} is packed in a way that no sealed bundle uses.")
        begin = at + (len(head) or 30 + sum(struct.unpack("<HH", found[26:30])))
        self.entries[name] = (begin, info.compress_size, info.compress_type == zipfile.ZIP_DEFLATED)
        return int(begin + info.compress_size)

    def _at(self, where: int, length: int) -> bytes:
        self.file.seek(where)
        return self.file.read(length)

    def chunks(self, name: str, limit: int) -> Iterator[bytes]:
        """The bytes of a file, never more than `limit`: a longer one is `Altered` before it fills memory."""
        limit = min(limit, self.most)
        if name not in self.entries:
            raise Altered(f"{name} is missing.")
        at, left, is_deflated = self.entries[name]
        unpack, total = zlib.decompressobj(-15) if is_deflated else None, 0
        while left:
            piece = self._at(at, min(_CHUNK, left))
            if not piece:
                raise Altered(f"{shown(name)} is cut short.")
            at, left = at + len(piece), left - len(piece)
            for chunk in _unpacked(unpack, piece, name) if unpack else (piece,):
                total += len(chunk)
                if total > limit:
                    raise Altered(f"{shown(name)} is longer than the {limit:,} bytes that were sealed.")
                yield chunk
            if unpack is not None and unpack.eof and left:
                raise Altered(f"{shown(name)} has hidden bytes behind its end.")
        if unpack is not None and (not unpack.eof or unpack.unused_data):
            raise Altered(f"{shown(name)} is cut short or has hidden bytes behind its end.")

    def lines(self, name: str, limit: int) -> Iterator[bytes]:
        """The lines of a file, without their ends."""
        rest = b""
        for chunk in self.chunks(name, limit):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise Altered(f"{shown(name)} has a line that is too long to be a record.")
            yield from whole
        if rest:
            yield rest


def _ends(count: int, start: int, size: int) -> Iterator[bytes]:
    """The ends, short and for large files, of a zip of so many bytes and files, its directory at `start`."""
    if count <= 0xFFFF and size <= 0xFFFFFFFF:
        yield struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size - 22 - start, start, 0)
    at, few = size - 98, min(count, 0xFFFF)
    if at >= start:
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, at - start, start)
        wide += struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
        narrow = (min(at - start, 0xFFFFFFFF), min(start, 0xFFFFFFFF), 0)
        yield wide + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, *narrow)


def _heads(info: zipfile.ZipInfo) -> list[bytes]:
    """The two ways in which the head of a file may repeat what the directory says: short, for large files."""
    name, fixed = info.orig_filename.encode("utf-8", "replace"), _stamp(info, b"PK\3\4", info.extract_version)
    packed, size = info.compress_size, info.file_size
    large = struct.pack("<HHQQ", 1, 16, size, packed)
    short = struct.pack("<4s5HLLLHH", *fixed, min(packed, 0xFFFFFFFF), min(size, 0xFFFFFFFF), len(name), 0)
    wide = struct.pack("<4s5HLLLHH", *fixed, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(large))
    return [short + name, wide + name + large]


def _line(info: zipfile.ZipInfo) -> bytes:
    """What the directory says of a file, and nothing more; who packed it and its rights are free."""
    name, at = info.orig_filename.encode("utf-8", "replace"), info.header_offset
    sizes = [info.file_size, info.compress_size] if max(info.file_size, info.compress_size) > _LARGE else []
    large = sizes + [at] * (at > _LARGE)
    extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    made = info.create_version | info.create_system << 8
    short = [0xFFFFFFFF] * 2 if sizes else [info.compress_size, info.file_size]
    place = 0xFFFFFFFF if at > _LARGE else at
    rest = (*short, len(name), len(extra), 0, 0, 0, info.external_attr, place)
    fixed = _stamp(info, b"PK\1\2", made, info.extract_version)
    return struct.pack("<4s6H3L5H2L", *fixed, *rest) + name + extra


def _stamp(info: zipfile.ZipInfo, *first: Any) -> tuple[Any, ...]:
    """What stands in both the head of a file and the directory."""
    year, month, day, hour, minute, second = info.date_time
    time, date = hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
    return (*first, info.flag_bits, info.compress_type, time, date, info.CRC)


def _unpacked(unpack: Any, piece: bytes, name: str) -> Iterator[bytes]:
    try:
        while piece:
            yield unpack.decompress(piece, _CHUNK)
            piece = unpack.unconsumed_tail
    except zlib.error as error:
        raise Altered(f"{shown(name)} cannot be unpacked: its bytes were changed.") from error


def shown(text: str) -> str:
    """A name from the bundle as it may be printed: what could mislead a terminal is written out."""
    plain = (one if one.isascii() and one.isprintable() else f"\\u{ord(one):04x}" for one in str(text)[:200])
    return "".join(plain)
