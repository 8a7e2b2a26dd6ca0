"""The notice of a hold to a custodian: as plain text, and as a page that prints as a letter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from paloverde.retention.custodians import Custodian
from paloverde.retention.hold_scope import spoken
from paloverde.retention.holds import Hold, day_of

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
    "What the City's own archive of its social media accounts has captured is held already, and nobody can "
    "destroy it. This notice is about what you have yourself: drafts, screenshots, e-mails, notes, messages "
    "on any device or account of yours, and what still stands on the accounts that you can open."
)
_STEPS = (
    "Do not delete, edit, hide or move anything that is described above, on personal devices neither.",
    "Switch off whatever deletes by itself: disappearing messages, clean-up of mailboxes, a new phone.",
    "Do not collect or forward anything yet; you will be asked. In doubt whether something belongs, keep it.",
    "Tell the person named below who else may have such records.",
    "Sign below and return this page, or answer that you have read and understood it.",
)


class Letter(msgspec.Struct, frozen=True):
    """A notice, ready to be sent."""

    text: str
    page: str  # HTML


def letter(hold: Hold, custodian: Custodian, agency: str, ask: str, today: date) -> Letter:
    """The notice of a hold; a reminder where one was sent before. `ask` is whom to ask, and how."""
    scope = hold.scope_sentence()
    said = {
        "agency": agency,
        "today": spoken(today),
        "hold": hold,
        "custodian": custodian,
        "counsel": hold.issued_by,
        "reminder": custodian.notices,
        "paragraphs": (_WHY.format(since=day_of(hold.issued_at)), _ARCHIVE),
        "scope": f"{scope[:1].upper()}{scope[1:]}.",
        "steps": _STEPS,
        "ask": ask,
    }
    text = _PLAIN.get_template("hold-notice.txt").render(said)
    return Letter(text, _PAGES.get_template("hold-notice.html").render(said))
