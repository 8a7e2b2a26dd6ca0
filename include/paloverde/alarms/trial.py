"""A trial of the alerts: a letter to every mailbox and a word to the webhook, that nothing is wrong.

It is no round: nothing is looked at, and what was said of alerts is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from paloverde.alarms import mail
from paloverde.alarms.line import Who
from paloverde.errors import PaloverdeError, Unreachable
from paloverde.platforms.network import post
from paloverde.settings import Settings

_SECONDS, _MOST = 20.0, 64 * 1024
_GOOD = range(200, 300)


class Tried(NamedTuple):
    """Who was reached, in words, and what stood in the way elsewhere."""

    reached: list[str]
    troubles: list[PaloverdeError]


def try_out(settings: Settings) -> Tried:
    """Each place is tried, whatever became of the one before."""
    reached, troubles = list[str](), list[PaloverdeError]()
    for box, offices in offices_by_mailbox(settings).items():
        try:
            refused = mail.send(settings, box, subject(settings.agency_name), text(offices))
            reached += [mailbox for mailbox in box if mailbox not in refused]
            troubles += [mail.refusal(settings, refused)] if refused else []
        except PaloverdeError as error:
            troubles.append(error)
    if settings.alerts_webhook is not None:
        try:
            _post(settings.alerts_webhook.reveal(), as_json(settings.agency_name))
            reached.append("the webhook")
        except PaloverdeError as error:
            troubles.append(error)
    return Tried(reached, troubles)


def offices_by_mailbox(settings: Settings) -> Mapping[tuple[str, ...], list[Who]]:
    """Whose alerts go to which mailboxes. IT gets those of whom nobody is set for."""
    boxes = {
        Who.IT: settings.alerts_it,
        Who.CLERK: settings.alerts_clerk,
        Who.COUNSEL: settings.alerts_counsel,
    }
    found: dict[tuple[str, ...], list[Who]] = {}
    for who, box in boxes.items():
        if mailboxes := box or settings.alerts_it:
            found.setdefault(mailboxes, []).append(who)
    return found


def subject(agency: str) -> str:
    return f"A trial of the alerts, social media archive, {agency}"


def text(offices: list[Who]) -> str:
    return (
        "Nothing is wrong. Somebody tried whether alerts of the social media archive reach this mailbox.\n\n"
        f"What comes here is for {' and '.join(offices)} to act on. `paloverde alerts` lists what stands "
        "now; docs/guide/alarms.md explains each.\n"
    )


def as_json(agency: str) -> dict[str, Any]:
    """The same for a program, in the form of a round with nothing in it."""
    return {"text": f"{subject(agency)}: nothing is wrong", "installation": agency, "alerts": []}


def _post(address: str, said: dict[str, Any]) -> None:
    got = post(address, msgspec.json.encode(said), "application/json", _SECONDS, _MOST)
    if got.status not in _GOOD:
        raise Unreachable(
            f"The address of PALOVERDE_ALERTS_WEBHOOK did not take the trial: it answered {got.status}."
        )
