"""Watch a city's night on this machine: simulated sites, a real archive, Airflow with its pages. It stays up
until Ctrl-C. With `--check` the same night runs unattended, every step is asserted, and it ends by itself.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from paloverde.orchestration.demo import run as run_demo


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="assert every step and end")
    parser.add_argument("--home", type=Path, default=Path(".demo"), help="folder for all that the demo makes")


def run(args: argparse.Namespace) -> int:
    return run_demo(check=args.check, home=args.home)
