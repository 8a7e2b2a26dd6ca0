"""The letters of a hold to a custodian: as plain text, and as a page that prints.

The notice and its reminders while the hold is in force, the letter of release once it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from paloverde.retention.custodians import Custodian
from paloverde.retention.holds import Hold, day_of
from paloverde.wording import spoken

_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_PLAIN = Environment(loader=FileSystemLoader(_FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 plain text
_WHY = (
    "The City must keep every record that may be evidence in the matter named above. This duty comes before "
    "every retention schedule and every habit of tidying up. It began on {since}, and it lasts until counsel "
    "releases you in writing."
)
_ARCHIVE = (
    "What the City's own archive of its social media accounts has captured is under this hold too. {guarded} "
    "This notice is about what you have yourself: drafts, screenshots, e-mails, notes, messages on any "
    "device or account of yours, and what still stands on the accounts that you can open."
)
_STEPS = (
    (
        "Do not delete, edit, hide or move anything that is described above, neither at work nor on a "
        "device of your own."
    ),
    "Switch off whatever deletes by itself: disappearing messages, clean-up of mailboxes, a new phone.",
    "Do not collect or forward anything yet; you will be asked. In doubt whether something belongs, keep it.",
    "Tell the person named below who else may have such records.",
    "Sign below and return this page, or answer that you have read and understood it.",
)
_OVER = (
    "{ended} The duty to preserve records that the notice of {notified} laid upon you ends with this letter. "
    "Nothing has to be destroyed because of it."
)
_OTHERS = "You are still to keep what the notices of these holds name: {holds}."
_STEPS_AFTER = (
    "Go on keeping whatever another notice, an open records request or the City's retention schedule covers.",
    "Ask the City Clerk before you destroy any record of the City. In doubt, keep it.",
)


class Guard(StrEnum):
    """What may be said of the archive's own copy, by what its store promises."""

    PROGRAM = (
        "The archive's program deletes nothing of it while the hold lasts; whoever administers the machine "
        "on which it lies could still do so, and must not."
    )
    STORE = (
        "Each stored object in which it lies bears a legal hold, and its store deletes none for anybody "
        "until that is taken off."
    )
    UNPROVEN = "The archive's program deletes nothing of it while the hold lasts."


class Letter(msgspec.Struct, frozen=True):
    """A letter, ready to be sent."""

    text: str
    page: str  # HTML


def letter(hold: Hold, custodian: Custodian, agency: str, ask: str, today: date, guard: Guard) -> Letter:
    """The notice of a hold; a reminder where one was sent before. `ask` is whom to ask, and how."""
    number = f"Reminder {custodian.notices}: " if custodian.notices else ""
    said = {
        "title": f"{number}Duty to preserve records: {hold.matter}",
        "sender": hold.issued_by,
        "paragraphs": (_WHY.format(since=day_of(hold.issued_at)), _ARCHIVE.format(guarded=guard.value)),
        "about": "What you must keep",
        "steps": _STEPS,
        "sign": True,
    }
    return _written(said, hold, custodian, agency, ask, today)


def letter_of_release(
    hold: Hold, custodian: Custodian, agency: str, ask: str, today: date, others: Sequence[Hold]
) -> Letter:
    """The letter that a hold is over. `others` are the holds in force of which the custodian was told too."""
    notified = day_of(custodian.first_sent_at) if custodian.first_sent_at else "the City"
    paragraphs = [_OVER.format(ended=_ended(hold), notified=notified)]
    if others:
        paragraphs.append(_OTHERS.format(holds=", ".join(f"{one.id} ({one.matter})" for one in others)))
    ended_by = hold.released or hold.closed
    said = {
        "title": f"Release from the duty to preserve records: {hold.matter}",
        "sender": ended_by.by if ended_by else hold.issued_by,
        "paragraphs": paragraphs,
        "about": "What the notice named",
        "steps": _STEPS_AFTER,
        "sign": False,
    }
    return _written(said, hold, custodian, agency, ask, today)


def _ended(hold: Hold) -> str:
    if hold.closed is not None:
        closed, last = spoken(hold.closed.closed_on), spoken(hold.closed.ends_on)
        return f"The records request named above was closed on {closed}, and its hold ended with {last}."
    by = f" by {hold.released.by.name} on {day_of(hold.released.at)}" if hold.released else ""
    return f"The hold named above was released{by}."


def _written(
    said: dict[str, Any], hold: Hold, custodian: Custodian, agency: str, ask: str, today: date
) -> Letter:
    scope = hold.scope_sentence()
    said |= {
        "agency": agency,
        "today": spoken(today),
        "hold": hold,
        "custodian": custodian,
        "scope": f"{scope[:1].upper()}{scope[1:]}.",
        "ask": ask,
    }
    text = _PLAIN.get_template("hold-letter.txt").render(said)
    return Letter(text, _PAGES.get_template("hold-letter.html").render(said))
