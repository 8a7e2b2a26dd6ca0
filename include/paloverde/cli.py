"""`paloverde …`: everything IT needs without a browser.

Each command lives in a module of `paloverde.commands` with `arguments(parser)` and `run(args) -> int`.
Only the module of the command that is run is imported, so that `paloverde verify` needs neither
Airflow nor S3. Exit status: 0 done, 1 it could not be done, 2 the command was not understood,
75 try again later (EX_TEMPFAIL of sysexits.h).

`reference()` is the page docs/reference/commands.md; `make docs` writes it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module

from paloverde import __version__
from paloverde.errors import PaloverdeError, TryAgain

COMMANDS = {
    "accounts": "list the City's accounts and their health, register one, take in its token",
    "archive": "archive accounts for one archive day, as the nightly run does",
    "health": "check each account's token now, and how long it will last",
    "removals": "look for removed items and hold them",
    "removed": "look at what was removed, settle and cite it, export its dossiers",
    "consult": "keep the tickets of consulting before an official deletes",
    "sweep": "look for what is new since the last night or sweep",
    "feeds": "ask for the feeds of the City's own blogs, and take in what is new",
    "gaps": "list what runs could not get and no later run had in full",
    "search": "find records",
    "index": "keep the search index, which makes searches quick",
    "lake": "publish the records as Iceberg tables, for Spark, Trino and others",
    "clock": "count the days in which a records request is to be answered, step by step",
    "request": "take in Public Records Act requests, watch their deadlines, search, and file each step",
    "review": "decide what of a request's records is handed over, redact, and have it signed",
    "letter": "draft, check and note the letters of a records request, and print its search certificate",
    "production": "produce records in discovery: order, choose, number, build, agree, serve, claim back",
    "deliver": "hand a released bundle over, by a link that is counted or in another way",
    "custodian": "ask officials to search their own devices and accounts, and archive what they hand in",
    "watch": "look for what the policy asks beside an archive, and say what was found; reports",
    "register": "keep the policy's registers: people, accounts, consents, lists",
    "schedule": "adopt and list the City's retention schedules",
    "keep": "say why items are kept, and until when",
    "hold": "issue, widen, end and reconcile litigation holds and those of records requests; tell custodians",
    "bundle": "build a sealed bundle of what a search finds",
    "import": "import an export, forwarded e-mails, another archive's records or other files",
    "export": "move out with everything",
    "verify": "check that a bundle is whole and unaltered",
    "ledger": "list the ledger's events, their chain checked",
    "fixity": "read stored objects again and compare them with their seals",
    "copies": "write what is new into the second copy, or compare both copies",
    "repair": "put damaged objects back from the other copy",
    "keys": "list the City's signing keys, or put another one in place",
    "rebuild": "fill the database again from the stored objects",
    "dispose": "propose, approve and carry out lawful destruction",
    "statement": "make the Trusted System Statement from the live settings and stores",
    "store": "make the bucket, print the rights that each role's keys need, see what keys can do",
    "backup": "back up the databases and the City's folder, encrypted; list, and restore",
    "doctor": "look at every part of the installation, and test what the store can promise",
    "alerts": "say what needs somebody now, and send it to them",
    "lineage": "tell a lineage server what was read and written since the last time",
    "metrics": "print the figures that monitoring draws",
    "desk": "serve the desk's pages apart from Airflow, and see who is signed in there",
    "users": "list the people who may sign in, or add one",
    "read": "print the records of recorded payloads of a site",
    "sites": "serve the simulated sites on this machine",
    "demo": "watch a city's night on this machine",
}

_CITY = "PALOVERDE_CITY"  # as in `settings.cities`, which is not imported for a command that reads no setting
_MODULES = {"import": "imports"}  # where the command's name is a word of Python


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors are one sentence on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in past_the_city(words) if not word.startswith("-")), None)
    try:
        args = whole_parser([chosen] if chosen in COMMANDS else []).parse_args(words)
        if args.city is not None:  # an empty name is none of the cities, and does not mean all
            os.environ[_CITY] = args.city
        return int(args.run(args))
    except TryAgain as error:
        print(f"paloverde: {error}", file=sys.stderr)
        return 75
    except PaloverdeError as error:
        print(f"paloverde: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()  # whoever read our output has gone; there is nobody to tell
        else:
            where = f" ({error.filename})" if error.filename else ""
            print(f"paloverde: This machine refused: {error.strerror or error}{where}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\npaloverde: stopped.", file=sys.stderr)
        return 130


def past_the_city(words: Sequence[str]) -> Sequence[str]:
    """What follows `--city NAME`: a city may be named as a command is."""
    return words[2:] if words[:1] == ["--city"] else words


def whole_parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """Every command by name and summary; those `chosen` with their arguments, their modules imported."""
    about = "A city's own archive of its social media."
    parser = argparse.ArgumentParser(prog="paloverde", description=about, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"paloverde {__version__}")
    parser.add_argument(
        "--city", help=f"which city is meant, where one installation serves many ({_CITY} says the same)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        module = import_module(f"paloverde.commands.{_MODULES.get(name, name)}") if name in chosen else None
        command = commands.add_parser(name, help=summary, description=module.__doc__ if module else summary)
        if module:
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


_PAGE = """\
# Commands

Made by `make docs` from `include/paloverde/commands/`; edit there. `paloverde COMMAND --help` says the same.

Errors are one sentence on standard error. Exit status: 0 done, 1 it could not be done, 2 the command was not
understood, 75 try again later; of `verify`: 0 whole, 1 altered, 2 cannot be read.
"""


def reference() -> str:
    """The reference page of all commands, in Markdown."""
    return "\n".join([_PAGE, *_told(whole_parser(list(COMMANDS)))])


def _told(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A parser's arguments as a table, then the commands under it."""
    below: dict[str, argparse.ArgumentParser] = {}
    summaries: dict[str, str | None] = {}
    rows = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list of them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            below = action.choices
            summaries = {one.dest: one.help for one in action._choices_actions}  # noqa: SLF001
        elif action.dest not in ("help", "version"):
            rows.append(f"| `{_written(action)}` | {action.help or ''} |")
    if rows:
        yield "\n".join(["| argument | meaning |", "|---|---|", *rows, ""])
    for name, command in below.items():
        told = (command.description or summaries[name] or "").strip()
        yield f"## {command.prog}\n\n{told[:1].upper()}{told[1:].rstrip('.')}.\n"
        yield from _told(command)


def _written(action: argparse.Action) -> str:
    """An argument as one writes it."""
    name = " ".join([*action.option_strings[:1], *([] if action.nargs == 0 else [_value(action)])])
    may_be_left_out = not action.required or action.nargs in ("*", argparse.REMAINDER)
    if action.nargs in ("*", "+", argparse.REMAINDER):
        name += " ..."
    return f"[{name}]" if may_be_left_out else name


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        return ", ".join(map(str, action.choices))
    return str(action.metavar or (action.dest.upper() if action.option_strings else action.dest))


if __name__ == "__main__":
    sys.exit(main())
