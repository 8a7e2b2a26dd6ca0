"""Check a bundle, the ledger's published log, or the proof of an entry. Needs those files and nothing else.

    paloverde verify BUNDLE.zip [--key HEX]
    paloverde verify --log FOLDER --head KEPT.txt [--vkey VKEY]     a copy of the store, or an export
    paloverde verify --log --head KEPT.txt                          the City's own archive, by its settings
    paloverde verify --proof PROOF.txt --head KEPT.txt              one entry of the ledger

The exit status is the answer: 0 whole, 1 altered (each thing concerned is named), 2 it cannot be read,
3 nothing is altered, and the key that was given cannot vouch for it.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from paloverde.archive.log.check import check_log, check_proof
from paloverde.archive.log.notes import Head, Key, key_in, read_head
from paloverde.archive.log.proofs import read_proof
from paloverde.archive.log.walk import Folder, Report
from paloverde.bundles.verify import ALTERED, UNREADABLE, UNVOUCHED, WHOLE, main
from paloverde.bundles.verify_zip import shown
from paloverde.errors import Unreadable

_HERE = ""  # `--log` without a folder
# Opening the City's own archive needs what checking files does not: it is imported for that alone.
_OFFICE = "paloverde.commands.office"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("bundle", nargs="?", help="the zip file")
    what.add_argument(
        "--log",
        nargs="?",
        const=_HERE,
        metavar="FOLDER",
        help="a folder with the ledger/ objects; without one, the City's own archive",
    )
    what.add_argument("--proof", type=Path, metavar="FILE", help="what `paloverde ledger prove` printed")
    parser.add_argument("--key", help="the City's public key (64 hexadecimal digits), from another source")
    parser.add_argument("--head", type=Path, metavar="FILE", help="a signed head that you have kept")
    parser.add_argument(
        "--vkey", action="append", default=[], help="the log's verifier key, from another source"
    )


def run(args: argparse.Namespace) -> int:
    if args.bundle is not None:
        return main([args.bundle, *(["--key", args.key] if args.key is not None else [])])
    try:
        kept = _kept_head(args.head)
        keys = [key_in(text) for text in args.vkey]
        if args.proof is not None:
            return _proof(args.proof, kept, keys)
        report = _log_of(args.log, kept, keys)
    except Unreadable as error:
        print(f"CANNOT BE READ: {error}")
        return UNREADABLE
    return _tell(report, "the ledger's log")


def _log_of(folder: str, kept: Head | None, keys: list[Key]) -> Report:
    if folder != _HERE:
        return check_log(Folder(Path(folder)), kept, keys)
    office = import_module(_OFFICE)
    report: Report = office.opened(office.Purpose.READ).log.check(kept, keys)
    return report


def _proof(path: Path, kept: Head | None, keys: list[Key]) -> int:
    if kept is None and not keys:
        raise Unreadable(
            "nothing to compare the proof with: name the head that you have kept (--head), or the City's "
            "verifier key (--vkey)."
        )
    body = _bytes_of(path)
    try:
        proof = read_proof(body)
    except Unreadable as error:
        raise Unreadable(f"{path}: {error}.") from error
    report = check_proof(proof, kept, keys)
    status = _tell(report, f"the proof of entry {proof.number:,}")
    if not report.wrong:
        print("The entry says:")
        print(f"  {shown_whole(proof.entry)}")
    return status


def shown_whole(entry: bytes) -> str:
    """An entry as it may be printed on a terminal."""
    text = entry.decode("utf-8", "backslashreplace")
    return "".join(shown(text[at : at + 200]) for at in range(0, len(text), 200))


def _tell(report: Report, what: str) -> int:
    if report.wrong:
        status, found = ALTERED, [f"ALTERED: {what} does not hold.", *report.wrong, *report.unvouched]
    elif report.unvouched:
        begun = (
            f"NOT VOUCHED FOR: nothing in {what} is altered, and the key that you gave cannot speak for it."
        )
        status, found = UNVOUCHED, [begun, *report.unvouched, *report.checked]
    else:
        status, found = WHOLE, [f"WHOLE: {what} holds.", *report.checked]
    print("\n  - ".join(found))
    if report.stamps:
        print("\n  - ".join(["What timestamp authorities state:", *report.stamps]))
    if report.limits:
        print("\n  - ".join(["What this check cannot tell, and what it has not seen:", *report.limits]))
    return status


def _kept_head(path: Path | None) -> Head | None:
    if path is None:
        return None
    body = _bytes_of(path)
    try:
        return read_head(body)
    except Unreadable as error:
        raise Unreadable(no_head(path, error)) from error


def no_head(path: Path, error: Unreadable) -> str:
    """What is said of a file that should hold a kept head."""
    return (
        f"{path} is not the text of a signed head as `paloverde ledger head` writes it ({error}). It was cut "
        "or edited, or is another file: every character counts. Take the file as it came, or ask again."
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}.") from error
