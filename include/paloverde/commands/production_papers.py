"""The papers of a production at the command line: drawn into a new file, for this user alone."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from paloverde.errors import BadQuestion, BadSetting
from paloverde.installation import Installation
from paloverde.installation.production_papers import FORMS, Drafted
from paloverde.productions.order import Noted
from paloverde.productions.privilege_log import as_csv
from paloverde.retention.holds import By
from paloverde.wording import some


def _logged(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    """The privilege log; its CSV is for programs, and whoever reads it reads the same rows."""
    if _ending(args.out, *FORMS, "csv") == "csv":
        _refuse_taken(args.out)
        rows = city.production_papers.log_rows(args.number, by, args.volumes)
        note = f"The privilege log, {len(rows):,} of its rows, was taken as a file at the command line."
        city.productions.file(args.number, Noted(by=by, at=city.vault.clock(), note=note))
        _write(args.out, as_csv(rows))
        yield f"{args.out} has {some(len(rows), 'row')}. Counsel reads it before it goes out."
        return
    yield from _drawn(city, args, by, lambda: city.production_papers.log(args.number, by, args.volumes))


def _declared(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    papers = city.production_papers
    yield from _drawn(city, args, by, lambda: papers.declaration(args.number, by, args.volumes, args.ground))


def _custody(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    papers, bates = city.production_papers, (args.bates[0], args.bates[1]) if args.bates else None
    yield from _drawn(city, args, by, lambda: papers.custody(args.number, by, args.volumes, bates))


def _letter(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    papers = city.production_papers
    yield from _drawn(city, args, by, lambda: papers.letter(args.number, by, args.volumes, args.to))


def _claim(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    yield from _drawn(city, args, by, lambda: city.production_papers.claim(args.number, by, args.to))


def _hashes(city: Installation, args: argparse.Namespace, by: By) -> Iterator[str]:
    papers = city.production_papers
    yield from _drawn(city, args, by, lambda: papers.hashes(args.number, by, args.volumes))


def _drawn(
    city: Installation, args: argparse.Namespace, by: By, make: Callable[[], Drafted]
) -> Iterator[str]:
    """Where it cannot be written, that is said before anything is made."""
    form, beside = _ending(args.out, *FORMS), args.out.with_suffix(".csv")
    _refuse_taken(args.out)
    made = make()
    if made.beside:
        _refuse_taken(beside)
    body = city.production_papers.drawn(made, form, by)
    if made.beside:
        _write(beside, made.beside)
        yield f"{beside} names every file."
    _write(args.out, body)
    yield f"{args.out} is written: {made.paper.title}."
    yield "Nobody has signed it, and nothing was sent. Counsel reads every line before it is used."


def _ending(out: Path, *known: str) -> str:
    ending = out.suffix.removeprefix(".").lower()
    if ending not in known:
        raise BadQuestion(f"{out} does not say what it is to be: end its name in .{', .'.join(known)}.")
    return ending


def _refuse_taken(out: Path) -> None:
    if out.exists():
        raise BadSetting(f"{out} is there already, and nothing is overwritten: name another file.")


def _write(out: Path, body: bytes) -> None:
    _refuse_taken(out)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)


PAPERS: Mapping[str, Callable[[Installation, argparse.Namespace, By], Iterator[str]]] = {
    "log": _logged, "declaration": _declared, "custody": _custody, "letter": _letter, "claim": _claim,
    "hashes": _hashes,
}  # fmt: skip
