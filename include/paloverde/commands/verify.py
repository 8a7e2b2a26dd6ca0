"""Check that a bundle is whole and unaltered. Needs the bundle and nothing else."""

from __future__ import annotations

import argparse

from paloverde.bundles.verify import main


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help="the zip file")
    parser.add_argument("--key", help="the City's public key (64 hexadecimal digits), from another source")


def run(args: argparse.Namespace) -> int:
    return main([args.bundle, *(["--key", args.key] if args.key is not None else [])])
