"""What needs somebody now: nights, tokens, chains, copies, disks, dates. With `--send`, what is new is sent
by mail and to the webhook, each thing once, again while it lasts, and once when it is over; the DAG `alerts`
does so every quarter of an hour. A timer outside of Airflow that runs `paloverde alerts --send` notices that
Airflow stands still. With `--try`, all who would be written to are told that this is a trial, and nothing
else is done. Exit status 1: something is bad, or could not be sent.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from functools import partial

from paloverde.alarms.alerting import Round, say, seen, standing
from paloverde.alarms.line import Level, Line
from paloverde.alarms.looks import LOOKS
from paloverde.alarms.trial import try_out
from paloverde.errors import BadSetting
from paloverde.installation import Purpose, open_installation
from paloverde.settings import Settings, load
from paloverde.wording import several, some


def arguments(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--send", action="store_true", help="send what is new to those whom the settings name")
    how.add_argument(
        "--try", dest="trial", action="store_true", help="send to all of them that this is a trial"
    )


def run(args: argparse.Namespace) -> int:
    settings, now = load(os.environ), datetime.now(UTC)
    if (args.send or args.trial) and settings.alerts_it is None and settings.alerts_webhook is None:
        raise BadSetting(
            "Nobody is named to send alerts to: set PALOVERDE_ALERTS_IT or PALOVERDE_ALERTS_WEBHOOK."
        )
    if args.trial:
        return _try(settings)
    found = seen(settings, partial(open_installation, settings, purpose=Purpose.WORK), now, LOOKS)
    lines = standing(found)
    for line in lines:
        print(sentence(line))
    if not lines:
        print("Nothing needs anybody now.")
    sent = _sent(say(settings, found, now)) if args.send else True
    return 0 if sent and all(line.level is not Level.BAD for line in lines) else 1


def sentence(line: Line) -> str:
    """A line as the terminal shows it."""
    todo = f"\n     For {line.who.value} to do: {line.todo.rstrip('.')}." if line.todo else ""
    return f"{line.level.value.upper():4} {line.subject}: {line.said}{todo}"


def _try(settings: Settings) -> int:
    done = try_out(settings)
    for trouble in done.troubles:
        print(f"paloverde: {trouble}", file=sys.stderr)
    if done.reached:
        print(f"A trial was sent to {several(done.reached)}: see whether it arrived.")
    return 1 if done.troubles else 0


def _sent(done: Round) -> bool:
    for trouble in done.troubles:
        print(f"paloverde: {trouble}", file=sys.stderr)
    print(f"{some(len(done.alerts), 'alert')} to say; sent to {some(done.places, 'place')}.")
    return not done.troubles
