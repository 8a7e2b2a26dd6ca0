"""Serve the simulated sites on this machine, for trying and testing. Nothing leaves the machine. How to play
events and faults: `include/paloverde/simulator/README.md`.
"""

from __future__ import annotations

import argparse

from paloverde.simulator.server import add_options, serve


def arguments(parser: argparse.ArgumentParser) -> None:
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    return serve(args)
