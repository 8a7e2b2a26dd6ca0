"""`paloverde …`: everything IT needs without a browser.

Each command lives in a module of `paloverde.commands` with `arguments(parser)` and `run(args) -> int`.
Only the module of the command that is run is imported, so that `paloverde verify` needs neither
Airflow nor S3. Exit status: 0 done, 1 it could not be done, 2 the command was not understood,
75 try again later (EX_TEMPFAIL of sysexits.h).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from paloverde import __version__
from paloverde.errors import PaloverdeError, TryAgain

COMMANDS = {
    "accounts": "list the City's accounts, or register one",
    "archive": "archive accounts for one archive day, as the nightly run does",
    "removals": "look for removed items and hold them",
    "search": "find records",
    "bundle": "build a sealed bundle of what a search finds",
    "verify": "check that a bundle is whole and unaltered",
    "ledger": "list the ledger's events, their chain checked",
    "fixity": "read stored objects again and compare them with their seals",
    "rebuild": "fill the database again from the stored objects",
    "doctor": "test what the configured store can promise",
    "users": "list the people who may sign in, or add one",
    "read": "print the records of recorded payloads of a site",
    "sites": "serve the simulated sites on this machine",
    "demo": "watch a city's night on this machine",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors are one sentence on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    about = "A city's own archive of its social media."
    parser = argparse.ArgumentParser(prog="paloverde", description=about)
    parser.add_argument("--version", action="version", version=f"paloverde {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        module = import_module(f"paloverde.commands.{name}") if name == chosen else None
        command = commands.add_parser(name, help=summary, description=module.__doc__ if module else summary)
        if module:
            module.arguments(command)
            command.set_defaults(run=module.run)
    args = parser.parse_args(words)
    try:
        return int(args.run(args))
    except TryAgain as error:
        print(f"paloverde: {error}", file=sys.stderr)
        return 75
    except PaloverdeError as error:
        print(f"paloverde: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody to tell
        return 1
    except KeyboardInterrupt:
        print("\npaloverde: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
