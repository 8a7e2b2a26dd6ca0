"""Serve the simulated sites on this machine, for trying and testing. Nothing leaves the machine."""

from __future__ import annotations

import argparse

from paloverde.simulator.server import main


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "options", nargs=argparse.REMAINDER, help="options of the simulator (--help shows them)"
    )


def run(args: argparse.Namespace) -> int:
    return int(main(args.options) or 0)
