"""List the ledger's events, their chain checked; publish the ledger as a log that others can check.

paloverde ledger                   every event, oldest first
paloverde ledger publish           sign a head over all entries, have it stamped and witnessed
paloverde ledger head              print the newest signed head: keep it, mail it to somebody outside
paloverde ledger prove 120         print the proof that entry 120 is in the log
paloverde ledger vkey              print the key that heads are checked with
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from paloverde.archive.log.notes import Head, read_head
from paloverde.commands.office import opened
from paloverde.commands.verify import no_head
from paloverde.errors import BadQuestion, PaloverdeError, TryAgain, Unreadable
from paloverde.installation import Installation, Purpose
from paloverde.records import PACIFIC


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, about in (
        ("publish", "sign a head over all entries, have it stamped and witnessed"),
        ("vkey", "print the verifier key of the log"),
    ):
        actions.add_parser(name, help=about, description=about)
    about = "print the newest signed head, with the signatures of its witnesses"
    showing = actions.add_parser("head", help=about, description=about)
    showing.add_argument("--out", type=Path, metavar="FILE", help="write it into this file instead")
    about = "print the proof that an entry is in the log"
    proving = actions.add_parser("prove", help=about, description=about)
    proving.add_argument("number", type=int, metavar="N", help="the entry's number, as the list shows it")
    proving.add_argument("--head", type=Path, metavar="FILE", help="prove it under this head, that was kept")
    proving.add_argument("--out", type=Path, metavar="FILE", help="write it into this file instead")


def run(args: argparse.Namespace) -> int:
    city = opened(Purpose.WORK if args.action in ("publish", "vkey") else Purpose.READ)
    if args.action == "publish":
        return _publish(city)
    if args.action == "head":
        _give(city.log.head(), args.out, _HEAD_IS_FOR)
    elif args.action == "vkey":
        print(city.log.vkey())
    elif args.action == "prove":
        proof = city.log.prove(args.number, args.head and _kept_head(args.head))
        _give(proof.text(), args.out, _PROOF_IS_FOR.format(number=proof.number, size=proof.head.size))
    else:
        _list(city, as_json=args.json)
    return 0


_HEAD_IS_FOR = (
    "holds the newest signed head. Give it, as it is, to somebody outside of the City, and keep a copy: "
    "whoever has it can check the ledger against it later (paloverde verify --log FOLDER --head {out})."
)
_PROOF_IS_FOR = (
    "holds ledger entry {number:,} and the proof that it is under the head over {size:,} entries. Whoever "
    "has kept that head checks it with: paloverde verify --proof {{out}} --head THEIR-HEAD."
)


def _give(text: str, out: Path | None, purpose: str) -> None:
    """The exact bytes: what a terminal or a shell makes of a text could break its signature."""
    if out is not None:
        try:
            out.write_bytes(text.encode())
        except OSError as error:
            raise BadQuestion(f"{out} cannot be written: {error.strerror}.") from error
        print(f"{out} {purpose.format(out=out)}")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())


def _publish(city: Installation) -> int:
    """The exit status says whether all who were asked have answered: 75 where asking again may help."""
    publication = city.log.publish()
    for sentence in publication.sentences:
        print(sentence)
    for trouble in publication.troubles:
        print(f"paloverde: {trouble}", file=sys.stderr)
    # What a person must do comes before what may come right by itself.
    return min((_status(trouble) for trouble in publication.troubles), default=0)


def _status(trouble: PaloverdeError) -> int:
    return 75 if isinstance(trouble, TryAgain) else 1


def _kept_head(path: Path) -> Head:
    try:
        return read_head(path.read_bytes())
    except Unreadable as error:
        raise BadQuestion(no_head(path, error)) from error
    except OSError as error:
        raise BadQuestion(f"{path} cannot be read: {error.strerror}.") from error


def _list(city: Installation, *, as_json: bool) -> None:
    for entry in city.ledger.entries():
        if as_json:
            sys.stdout.write(msgspec.json.encode(entry).decode() + "\n")
            continue
        event = entry.event
        about = ", ".join(f"{name} {value}" for name, value in event.about.items())
        when = event.at.astimezone(PACIFIC)
        print(
            f"{entry.sequence:>6}  {when:%a, %b %-d, %Y %H:%M:%S %Z}  {event.what}  ({event.actor}; {about})"
        )
