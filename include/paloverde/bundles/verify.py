"""Checks a sealed bundle of records. It needs Python 3.9 or newer and nothing else, no network either.

    python verify.py BUNDLE.zip
    python verify.py BUNDLE.zip --key HEX      also: was it sealed with this key?

It ends with 0 where the bundle is whole, 1 where it was altered (each file concerned is named), 2 where it or
the key cannot be read, 3 where it is unaltered and the given key cannot vouch for it. Take this file from a
place you trust rather than from the bundle that you doubt: who can alter that can alter the copy inside.

A bundle is a BagIt bag (RFC 8493) in a zip; the City's signature is over its list of tag files, which names
the lists of all other files.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from paloverde.bundles.verify_proofs import (
    BadProof,
    head_signed_by,
    proven_entry,
    signature_holds,
    stated_time,
)
from paloverde.bundles.verify_zip import Altered, Box, CannotRead, shown

DECLARED, INFO, TAGS, SIGNATURE = "bagit.txt", "bag-info.txt", "tagmanifest-sha256.txt", "signature.json"
MANIFESTS = {"sha256": "manifest-sha256.txt", "sha512": "manifest-sha512.txt"}
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"  # RFC 8493, section 2.1.1
PAYLOAD = "data/"
RECORDS, RAW = "data/02_records/json/records.jsonl", "data/02_records/raw/payloads.jsonl"
RUNS, KEYS, LOG = (f"data/07_integrity/{name}/" for name in ("runs", "keys", "ledger"))
HEAD = f"{LOG}head.txt"
WHOLE, ALTERED, UNREADABLE, UNVOUCHED = 0, 1, 2, 3
_LARGEST_TAG = 512 << 20
_EVER = float("inf")
Sums = dict[str, list[str]]  # by path, the hexadecimal digests in the order of MANIFESTS
Runs = dict[int, dict[str, Any]]  # by number, what is told of a run
Keys = dict[str, tuple[int, float]]  # by key, the run after which and the one up to which it may sign
_PATH = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*")
_OXUM = re.compile(r"^Payload-Oxum: ([0-9]+)\.([0-9]+)$", re.MULTILINE)


class NoKey(CannotRead):
    """What was given as a key is none."""


class Report:
    """What was found, sentences. `wrong` speaks against the bundle, `unvouched` leaves open whose it is,
    `unshown` says what this check cannot tell.
    """

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.wrong: list[str] = []
        self.unvouched: list[str] = []
        self.unshown: list[str] = []
        self.key = ""


def verify(path: Path, key: str | None = None) -> Report:
    """Check the bundle at `path`; `CannotRead` where it is none, `NoKey` where `key` is none."""
    if key is not None and not re.fullmatch("[0-9A-Fa-f]{64}", key.strip()):
        raise NoKey("That is no key: a key has 64 digits from 0 to 9 and a to f. Copy it again, all of it")
    if path.is_dir():
        raise CannotRead("it is a folder: give the zip as it came")
    report = Report()
    try:
        with path.open("rb") as file:
            box = Box(file)
            report.wrong += box.wrong
            if TAGS not in box.entries and SIGNATURE not in box.entries:
                raise CannotRead("it is a zip file, and not a sealed bundle: it has no signed list of files")
            _check_names(box, report)
            if _check_bag(box, report):
                _check_records(box, report, key)
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


def _check_bag(box: Box, report: Report) -> bool:
    """The signature, the lists and every file; False where the lists say nothing that can be used."""
    try:
        tags, statement = (b"".join(box.chunks(name, _LARGEST_TAG)) for name in (TAGS, SIGNATURE))
        _check_signature(tags, statement, report)
        before = len(report.wrong)
        listed = _listed(tags, TAGS, 64)
        _refuse_too_few(listed)
        said = _check_tags(box, {path: [digest] for path, digest in listed.items()}, report)
        if said[DECLARED] != DECLARATION:
            report.wrong.append(f"{DECLARED} does not say that this is a bag as RFC 8493 has it.")
        lists = [
            _listed(said[path], path, 2 * hashlib.new(name).digest_size) for name, path in MANIFESTS.items()
        ]
        _check_payload(box, lists, said[INFO].decode("utf-8", "replace"), report)
    except Altered as error:
        report.wrong.append(str(error))
        return False
    if len(report.wrong) == before:
        whole = f"All {len(lists[0]) + len(said):,} files have their sealed SHA-256"
        report.checked.append(f"{whole}; none is missing, none was added.")
    return True


def _refuse_too_few(listed: dict[str, str]) -> None:
    if not {DECLARED, INFO, *MANIFESTS.values()} <= listed.keys():
        raise Altered(f"{TAGS} does not name every list that a bundle has.")


def statement_of(public: str, signature: str) -> bytes:
    """The whole text of the file with the signature, so that no byte of it can be another."""
    told = {
        "algorithm": f"Ed25519 (RFC 8032) over the bytes of {TAGS}",
        "public_key": public,
        "signature": signature,
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def _check_signature(tags: bytes, statement: bytes, report: Report) -> None:
    try:
        said = json.loads(statement)
        public, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        report.wrong.append(f"{SIGNATURE} cannot be read, so nothing shows who sealed this bundle.")
        return
    report.key = public.hex()
    if statement != statement_of(public.hex(), signature.hex()):
        report.wrong.append(f"{SIGNATURE} is not as it was written: something in it was changed.")
    if not signature_holds(public, tags, signature):
        report.wrong.append(f"{TAGS} does not bear the signature in {SIGNATURE}: one was changed.")
        return
    report.checked.append(f"The list of lists ({TAGS}) bears a valid Ed25519 signature.")


def _listed(body: bytes, name: str, width: int) -> dict[str, str]:
    """By path, the digest that a manifest names (RFC 8493, section 2.1.3)."""
    found: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").splitlines(keepends=True):
        parts = re.fullmatch(f"([0-9a-f]{{{width}}})  (.+)\n", line)
        if parts is None or _plain(parts[2]) in found:
            raise Altered(f"{name} is not a list that this program understands, or names a file twice.")
        found[_plain(parts[2])] = parts[1]
    return found


def _plain(path: str) -> str:
    return path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def _check_tags(box: Box, listed: Sums, report: Report) -> dict[str, bytes]:
    """The bytes of each tag file, of which there are few and small ones."""
    present = {name for name in box.entries if not name.startswith(PAYLOAD)} - {TAGS, SIGNATURE}
    _compare_names(present, listed, report)
    return {path: _checked(box, path, listed[path], _LARGEST_TAG, report) or b"" for path in sorted(listed)}


def _check_payload(box: Box, lists: list[dict[str, str]], info: str, report: Report) -> None:
    found = _OXUM.findall(info)
    if len(found) != 1 or lists[0].keys() != lists[1].keys():
        raise Altered(f"{INFO} and the lists of files do not fit one another.")
    octets, count = (int(number) for number in found[0])
    box.most = octets
    sums = {path: [digest, lists[1][path]] for path, digest in lists[0].items()}
    if count != len(sums):
        report.wrong.append(
            f"{INFO} says that {count:,} files were sealed, and the lists name {len(sums):,}."
        )
    present = {name for name in box.entries if name.startswith(PAYLOAD)}
    _compare_names(present, sums, report)
    for path in sorted(sums.keys() & present):
        _checked(box, path, sums[path], octets, report, keep=False)


def _compare_names(present: set[str], listed: Sums, report: Report) -> None:
    report.wrong += [f"{shown(name)} is missing." for name in sorted(listed.keys() - present)]
    added = sorted(present - listed.keys())
    report.wrong += [f"{shown(name)} was added: no list of files names it." for name in added]


def _checked(
    box: Box, path: str, sums: list[str], limit: int, report: Report, *, keep: bool = True
) -> bytes | None:
    """The bytes of a file (where they are to be kept) once its digests were compared; None where it is not
    there to be read.
    """
    digests, kept = [hashlib.new(name) for name in list(MANIFESTS)[: len(sums)]], b""
    if path not in box.entries:
        return None
    try:
        for chunk in box.chunks(path, limit):
            for digest in digests:
                digest.update(chunk)
            kept += chunk if keep else b""
    except Altered as error:
        report.wrong.append(str(error))
        return None
    if [digest.hexdigest() for digest in digests] != sums:
        report.wrong.append(f"{shown(path)} was changed: its bytes are not those that were sealed.")
    return kept


def _check_records(box: Box, report: Report, key: str | None) -> None:
    """Each record leads to the exact text that it was read from, and to a sealed run that is told of."""
    if RECORDS not in box.entries or RAW not in box.entries:
        report.wrong.append(f"{RECORDS} or {RAW} is missing, so the records cannot be checked one by one.")
        return
    before, whole, kept_back = len(report.wrong), 0, 0
    try:
        raw = set(_payloads(box, report))
        keys = _known_keys(box, key.strip().lower() if key else report.key, report)
        runs = _runs(box, report)
        for number, line in enumerate(box.lines(RECORDS, sys.maxsize), 1):
            record = json.loads(line)
            if not record["payload_sha256"]:
                kept_back += 1
            elif record["payload_sha256"] not in raw:
                report.wrong.append(f"{RECORDS}, line {number}: what it was read from is not in {RAW}.")
            else:
                whole += 1
            run = runs.get(int(record["sequence"]))
            if run is None or run["account"] != record["account"]:
                report.wrong.append(f"{RECORDS}, line {number}: {RUNS} does not tell of the run it is from.")
        _check_log(box, keys, runs, report)
    except Altered as error:
        report.wrong.append(str(error))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        report.wrong.append(f"{RECORDS} or {RAW} or {RUNS} cannot be read: it is not what Paloverde writes.")
    if len(report.wrong) == before:
        _tell_records(whole, kept_back, len(runs), report)


def _tell_records(whole: int, kept_back: int, runs: int, report: Report) -> None:
    texts = f"The exact text of each of the {whole:,} records"
    if kept_back:
        texts += " that have it here"
        report.unshown.append(
            f"What {kept_back:,} records were read from: something is redacted there, so their exact text is "
            "not in this bundle."
        )
    report.checked.append(f"{texts}, from a site or handed in, is there and has its SHA-256.")
    report.checked.append(
        f"Each record names one of the {runs:,} runs that are told of here with the SHA-256 of their seals."
    )
    report.unshown.append(
        "What those runs found besides: their seals are not here, since a seal names all that its run found, "
        "released or not. The City has them, and their SHA-256 here shows whether it shows you the same ones."
    )


def _check_log(box: Box, keys: Keys, runs: Runs, report: Report) -> None:
    """The entries of the City's ledger that tell of the runs are under a signed head of its log."""
    if HEAD not in box.entries:
        report.unshown.append("Whether the City's ledger tells of these runs: no signed head of it is here.")
        return
    head = b"".join(box.chunks(HEAD, _LARGEST_TAG))
    if head_signed_by(head, keys) is None:
        report.wrong.append(f"{HEAD} bears no signature of a key that the archive in it knows.")
    told = [run for run in runs.values() if "entry" in run]
    read = sum(_is_read(box, run, head, report) for run in told)
    size, closed = int(head.split(b"\n")[1]), len(told) - read
    report.checked.append(
        f"{len(told):,} entries of the City's ledger are under its head over {size:,} entries; {read:,} of "
        "them can be read here, and each of these names the seal of its run."
    )
    if closed:
        report.unshown.append(
            f"What {closed:,} of these entries say: they say more than is released, so only their hashes are "
            "here. These were in the ledger; that each names the seal of its run is the City's word until it "
            "shows you the entry."
        )
    if len(told) < len(runs):
        untold = len(runs) - len(told)
        report.unshown.append(
            f"Whether the ledger tells of {untold:,} of the {len(runs):,} runs: see README.txt."
        )
    _tell_stamps(box, head, report)


def _is_read(box: Box, run: dict[str, Any], head: bytes, report: Report) -> bool:
    """Whether the entry that tells of a run is here to be read; what does not fit is noted."""
    name = f"{LOG}proofs/{int(run['entry']):012d}.txt"
    if name not in box.entries:
        report.wrong.append(f"{shown(name)} is missing, and a run names it.")
        return False
    try:
        number, entry = proven_entry(
            b"".join(box.chunks(name, _LARGEST_TAG)), head, bytes.fromhex(run["leaf"])
        )
    except BadProof as error:
        report.wrong.append(f"{shown(name)} {error}.")
        return False
    about = json.loads(entry)["event"]["about"] if entry else {}
    said = {key: str(run[key]) for key in ("seal", "sequence", "account", "day")}
    if number != run["entry"] or (entry and any(about.get(key) != value for key, value in said.items())):
        report.wrong.append(f"{shown(name)} tells of another run than the one that names it.")
    return bool(entry)


def _tell_stamps(box: Box, head: bytes, report: Report) -> None:
    names = sorted(name for name in box.entries if name.startswith(f"{LOG}timestamps/"))
    for name in names:
        at = stated_time(b"".join(box.chunks(name, _LARGEST_TAG)), head)
        if at is None:
            report.wrong.append(f"{shown(name)} is no timestamp of the head that lies beside it.")
        else:
            told = f"Whether {shown(name)} was signed by its authority; it states {at}"
            report.unshown.append(f"{told}. OpenSSL can tell, see README.txt.")
    if not names:
        report.unshown.append("When the head of the ledger was there: no outside authority has stamped it.")


def _payloads(box: Box, report: Report) -> Iterator[str]:
    for number, line in enumerate(box.lines(RAW, sys.maxsize), 1):
        said = json.loads(line)
        try:
            body = base64.b64decode(said["base64"], validate=True)
        except binascii.Error:
            body = b""
        if hashlib.sha256(body).hexdigest() != said["payload_sha256"]:
            report.wrong.append(f"{RAW}, line {number}: the text in it does not have its SHA-256.")
        yield str(said["payload_sha256"])


def _signed(box: Box, folder: str, report: Report) -> Iterator[tuple[str, Any]]:
    """The ledger entries in a folder, in their order, their signatures checked."""
    for name in sorted(one for one in box.entries if one.startswith(folder)):
        body = b"".join(box.chunks(name, _LARGEST_TAG))
        said = json.loads(body)
        public, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
        unsigned = body.replace(b'"signature":"' + said["signature"].encode() + b'"', b'"signature":""')
        if not signature_holds(public, unsigned, signature):
            report.wrong.append(f"{shown(name)} does not bear its signature.")
        yield name, said


def _known_keys(box: Box, given: str, report: Report) -> Keys:
    """The keys that the ledger entries in KEYS announce. Says how the bundle's key came after `given`."""
    keys: Keys = {}
    heirs, lost_on = {given: ""}, ""  # by key that `given` vouches for, the day on which it was announced
    for name, said in _signed(box, KEYS, report):
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


def _runs(box: Box, report: Report) -> Runs:
    """What is told of each run: where one follows upon another, it names the seal of that one."""
    runs: Runs = {}
    for name in sorted(one for one in box.entries if one.startswith(RUNS)):
        run = json.loads(b"".join(box.chunks(name, _LARGEST_TAG)))
        number = int(run["sequence"])
        if number - 1 in runs and runs[number - 1]["seal"] != run["previous"]:
            report.wrong.append(f"{shown(name)} does not follow upon the run before it.")
        runs[number] = run
    return runs


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
    for sentence in report.unshown:
        print(f"  - {sentence}")


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
