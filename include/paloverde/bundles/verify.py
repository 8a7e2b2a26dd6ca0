"""Checks a sealed bundle of records. It needs Python 3.9 or newer and nothing else, no network either.

    python verify.py BUNDLE.zip
    python verify.py BUNDLE.zip --key HEX      also: was it sealed with this key?

It ends with 0 where the bundle is whole, 1 where it was altered (each file concerned is named), 2 where it or
the key cannot be read, 3 where it is unaltered and the given key cannot vouch for it. Take this file from a
place you trust rather than from the bundle that you doubt: who can alter that can alter the copy inside.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig.json"
RECORDS, RAW = "records.jsonl", "raw/payloads.jsonl"
FORMAT = "paloverde-bundle-1"
WHOLE, ALTERED, UNREADABLE, UNVOUCHED = 0, 1, 2, 3
_LONGEST_LINE, _LARGEST_MANIFEST, _LARGEST_DIRECTORY = 256 << 20, 512 << 20, 256 << 20
_CHUNK, _EVER = 1 << 20, float("inf")
Files = dict[str, tuple[int, str]]  # by path, size and SHA-256
Entry = tuple[int, int, bool]  # where a file begins in the zip, its packed size, is it deflated
Keys = dict[str, tuple[int, float]]  # by key, the run after which and the one up to which it may sign
_FILE = (0, 8)  # the kinds of file that are plain; the others are links and devices
_LARGE = 2**31 - 1  # from here on a zip says sizes and places in wide fields
_PATH = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*")


class CannotRead(Exception):
    """The file is no bundle that can be read at all."""


class NoKey(CannotRead):
    """What was given as a key is none."""


class Altered(Exception):
    """One file of the bundle is not what it should be; the message names it."""


class Report:
    """What was found, sentences. `wrong` speaks against the bundle, `unvouched` leaves open whose it is."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.wrong: list[str] = []
        self.unvouched: list[str] = []
        self.key = ""


class Box:
    """An open zip whose bytes all belong to a named file or to the zip's own directory."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
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
                    raise Altered(f"{shown(name)} is longer than its sealed size of {limit:,} bytes.")
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


def verify(path: Path, key: str | None = None) -> Report:
    """Check the bundle at `path`; `CannotRead` where it is none, `NoKey` where `key` is none."""
    if key is not None and not re.fullmatch("[0-9A-Fa-f]{64}", key.strip()):
        raise NoKey("That is no key: a key has 64 digits from 0 to 9 and a to f. Copy it again, all of it")
    report = Report()
    try:
        with path.open("rb") as file:
            box = Box(file)
            report.wrong += box.wrong
            if MANIFEST not in box.entries and SIGNATURE not in box.entries:
                raise CannotRead("it is a zip file, and not a sealed bundle: it has no manifest")
            _check_names(box, report)
            files = _check_manifest(box, report)
            if files is not None:
                _check_files(box, files, report)
                _check_records(box, files, report, key)
    except OSError as error:
        raise CannotRead(error.strerror or str(error)) from error
    return report


def _check_names(box: Box, report: Report) -> None:
    for name, times in Counter(box.names).items():
        if times > 1:
            report.wrong.append(f"{shown(name)} is in the zip {times} times.")
        if not _PATH.fullmatch(name):
            report.wrong.append(f"{shown(name)} is a name that may lead outside of the folder of the bundle.")
    small = Counter(name.lower() for name in set(box.names))
    twice = [(name, times) for name, times in small.items() if times > 1]
    report.wrong += [f"{shown(name)} is there {n} times, in capital and small letters." for name, n in twice]


def _check_manifest(box: Box, report: Report) -> Files | None:
    """By path, (size, sha256) of every sealed file; None where the manifest says nothing that can be used."""
    try:
        parts = [b"".join(box.chunks(name, _LARGEST_MANIFEST)) for name in (MANIFEST, SIGNATURE)]
    except Altered as error:
        report.wrong.append(str(error))
        return None
    _check_signature(parts[0], parts[1], report)
    try:
        manifest = json.loads(parts[0])
        listed = [(str(one["path"]), (int(one["size"]), str(one["sha256"]))) for one in manifest["files"]]
        known = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        report.wrong.append(f"{MANIFEST} is not a manifest that this program understands.")
        return None
    twice = [path for path, times in Counter(path for path, _ in listed).items() if times > 1]
    report.wrong += [f"{MANIFEST} names {shown(path)} twice." for path in twice]
    return dict(listed)


def _check_signature(manifest: bytes, statement: bytes, report: Report) -> None:
    try:
        said = json.loads(statement)
        public, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        report.wrong.append(f"{SIGNATURE} cannot be read, so nothing shows who sealed this bundle.")
        return
    report.key = public.hex()
    if not signature_holds(public, manifest, signature):
        report.wrong.append(f"{MANIFEST} does not bear the signature in {SIGNATURE}: one was changed.")
        return
    report.checked.append(f"The list of files ({MANIFEST}) bears a valid Ed25519 signature.")


def _check_files(box: Box, files: Files, report: Report) -> None:
    present = set(box.entries) - {MANIFEST, SIGNATURE}
    before = len(report.wrong)
    report.wrong += [f"{shown(name)} is missing." for name in sorted(files.keys() - present)]
    added = sorted(present - files.keys())
    report.wrong += [f"{shown(name)} was added: no list of files names it." for name in added]
    for name in sorted(files.keys() & present):
        size, sha256 = files[name]
        digest, total = hashlib.sha256(), 0
        try:
            for chunk in box.chunks(name, size):
                digest.update(chunk)
                total += len(chunk)
        except Altered as error:
            report.wrong.append(str(error))
            continue
        if total != size or digest.hexdigest() != sha256:
            report.wrong.append(f"{shown(name)} was changed: its bytes are not those that were sealed.")
    if len(report.wrong) == before:
        whole = f"All {len(files):,} files have their sealed size and SHA-256"
        report.checked.append(f"{whole}; none is missing, none was added.")


def _check_records(box: Box, files: Files, report: Report, key: str | None) -> None:
    """Each record leads to the exact text that it was read from, and to a sealed run that names its file."""
    if not {RECORDS, RAW} <= files.keys() & box.entries.keys():
        report.wrong.append(f"{RECORDS} or {RAW} is missing, so the records cannot be checked one by one.")
        return
    before, records = len(report.wrong), 0
    try:
        raw = set(_payloads(box, files[RAW][0], report))
        keys = _known_keys(box, files, key.strip().lower() if key else report.key, report)
        parts = _sealed_parts(box, files, keys, report)
        for number, line in enumerate(box.lines(RECORDS, files[RECORDS][0]), 1):
            record, records = json.loads(line), number
            if record["payload_sha256"] not in raw:
                report.wrong.append(f"{RECORDS}, line {number}: what it was read from is not in {RAW}.")
            if record["part"] not in parts.get(int(record["sequence"]), ()):
                report.wrong.append(f"{RECORDS}, line {number}: no seal in seals/ names the file it is from.")
    except Altered as error:
        report.wrong.append(str(error))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        report.wrong.append(f"{RECORDS} or {RAW} or a seal cannot be read: it is not what Paloverde writes.")
    if len(report.wrong) == before:
        whose = "the same key" if len(keys) == 1 else "keys that the archive knew then"
        texts = f"The exact text of each of the {records:,} records, from a site or handed in, is there"
        report.checked.append(f"{texts} and has its SHA-256.")
        report.checked.append(f"The {len(parts):,} seals of runs in it bear valid signatures by {whose}.")


def _payloads(box: Box, limit: int, report: Report) -> Iterator[str]:
    for number, line in enumerate(box.lines(RAW, limit), 1):
        said = json.loads(line)
        try:
            body = base64.b64decode(said["base64"], validate=True)
        except binascii.Error:
            body = b""
        if hashlib.sha256(body).hexdigest() != said["payload_sha256"]:
            report.wrong.append(f"{RAW}, line {number}: the text in it does not have its SHA-256.")
        yield str(said["payload_sha256"])


def _signed(box: Box, files: Files, folder: str, report: Report) -> Iterator[tuple[str, Any]]:
    """The seals or ledger entries in a folder, in their order, their signatures checked."""
    for name in sorted(one for one in files.keys() & box.entries.keys() if one.startswith(folder)):
        body = b"".join(box.chunks(name, files[name][0]))
        said = json.loads(body)
        public, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
        unsigned = body.replace(b'"signature":"' + said["signature"].encode() + b'"', b'"signature":""')
        if not signature_holds(public, unsigned, signature):
            report.wrong.append(f"{shown(name)} does not bear its signature.")
        yield name, said


def _known_keys(box: Box, files: Files, given: str, report: Report) -> Keys:
    """The keys that the ledger entries in keys/ announce. Says how the bundle's key came after `given`."""
    keys: Keys = {}
    heirs, lost_on = {given: ""}, ""  # by key that `given` vouches for, the day on which it was announced
    for name, said in _signed(box, files, "keys/", report):
        about, by, day = said["event"]["about"], str(said["public_key"]), shown(said["event"]["at"])[:10]
        key, runs, lost = str(about["public_key"]), int(about["runs"]), about["cause"] == "lost"
        alone = by == key and lost == bool(keys)
        if not alone and (by == key or lost or keys.get(by, (0, 0))[1] < _EVER):
            report.wrong.append(f"{shown(name)} announces a key, and was not signed by one that could.")
        if lost:
            told = f"A signing key was LOST after run {runs:,}; the next, {shown(key)}, announced itself"
            report.checked.append(f"{told} ({shown(about['said'])}): ask the City whether that is so.")
            keys = {one: (first, min(last, runs)) for one, (first, last) in keys.items()}
            lost_on = lost_on or day * (given in keys)
        heirs = {key: day, **heirs} if by in heirs else heirs
        keys[key] = (runs if keys else 0, _EVER)
    keys = keys or {report.key: (0, _EVER)}
    made = f"{SIGNATURE} was made with the key {report.key}"
    if report.key not in heirs and lost_on:
        why = f"The key that you gave, or one after it, was given up as lost on {lost_on}: the City alone"
        ask = "Ask it, by another way than this file, if that is so and which key it uses; give that one"
        report.unvouched.append(f"{made}. {why} says so, and yours cannot vouch for this bundle. {ask}.")
    elif report.key not in heirs:
        report.wrong.append(f"{made}, not with the one you gave.")
    elif heirs[report.key]:
        how = f"which took the place of the key that you gave on {heirs[report.key]}, announced by it"
        report.checked.append(f"{made}, {how} or by one that it had announced. Keep that key from now on.")
    if keys.get(report.key, (0, 0))[1] < _EVER:
        report.wrong.append(f"{SIGNATURE} was made with a key that the archive in it does not know.")
    return keys


def _sealed_parts(box: Box, files: Files, keys: Keys, report: Report) -> dict[int, list[str]]:
    """By sequence number, the keys of the files that the run sealed."""
    parts: dict[int, list[str]] = {}
    for name, seal in _signed(box, files, "seals/", report):
        (first, last), run = keys.get(str(seal["public_key"]), (0, 0)), int(seal["sequence"])
        if not first < run <= last:
            report.wrong.append(f"{shown(name)} was signed with another key, {shown(seal['public_key'])}.")
        parts[run] = [part["key"] for part in seal["run"]["parts"]]
    return parts


# Ed25519 (RFC 8032, section 5.1), the checking half. Slow, plain, and without secrets to protect.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the key whose public half is `public`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    minus = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    return _encoded(_sum(_times(scalar, _BASE), _times(challenge, minus))) == signature[:32]


def _sum(a: Point, b: Point) -> Point:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    cross, double = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, double - cross, double + cross, right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _sum(total, point)
        point, scalar = _sum(point, point), scalar >> 1
    return total


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


def shown(text: str) -> str:
    """A name from the bundle as it may be printed: what could mislead a terminal is written out."""
    plain = (one if one.isascii() and one.isprintable() else f"\\u{ord(one):04x}" for one in str(text)[:200])
    return "".join(plain)


def _tell(path: Path, report: Report) -> None:
    if report.wrong:
        more = [f"and {len(report.wrong) - 200:,} more."] * (len(report.wrong) > 200)
        told = [f"ALTERED: {path} is not the bundle that was sealed.", *report.wrong[:200], *more]
        print("\n  - ".join(told))
        return
    begun = f"WHOLE: {path} is unaltered since it was sealed."
    if report.unvouched:
        begun = f"NOT VOUCHED FOR: {path} fits itself, and the key that you gave cannot speak for it."
    print("\n  - ".join([begun, *report.unvouched, *report.checked]))
    print(f"It was sealed with the key {report.key}.")
    print("What this check cannot tell:")
    print("  - Whether that key is the City's: compare it with the one the City publishes, or give --key.")
    print("  - Whether the search was wide enough, and what the sites never gave: read coverage.html.")


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; the exit status is the answer."""
    parser = argparse.ArgumentParser("verify", description="Check that a sealed bundle of records is whole.")
    parser.add_argument("bundle", type=Path, help="the zip file")
    parser.add_argument("--key", help="the public key that should have sealed it, in hexadecimal")
    chosen = parser.parse_args(argv)
    try:
        report = verify(chosen.bundle, chosen.key)
    except CannotRead as error:
        print(f"{error}." if isinstance(error, NoKey) else f"CANNOT BE READ: {chosen.bundle}: {error}.")
        return UNREADABLE
    _tell(chosen.bundle, report)
    return ALTERED if report.wrong else UNVOUCHED if report.unvouched else WHOLE


if __name__ == "__main__":
    sys.exit(main())
