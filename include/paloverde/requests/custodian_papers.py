"""The papers between the City and a custodian: the instruction to search, its reminder, and the statement to
be signed. Pure; each is a `Paper`, drawn as text, page or PDF elsewhere.

The statement is a form: filled in as far as it is known what the custodian says, unsigned, and never more
than that. Whoever signs reads it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from paloverde.requests.custodian_search import PLACES, Affidavit, Instruction, laws_on
from paloverde.requests.custodians import Custodian
from paloverde.requests.events import CustodianAsked
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.wording import ended, long_date, some, spoken

_BLANK = "________________"
_LINE = _BLANK * 4
_STEPS = (
    "Delete, edit or hide nothing of it, and switch off whatever deletes by itself, until the City says so.",
    (
        "Search each of these places yourself, with these words; where a place cannot be searched by words, "
        "look through it."
    ),
    (
        "Records about public business: hand all of them in. Forward an e-mail as an attachment, so that it "
        "keeps the names and times that it came with. Of messages on a telephone hand in an export or "
        "pictures of the screen on which the names, days and times can be read."
    ),
    (
        "What is about your own affairs alone stays with you. Where you are in doubt, hand it in, and say "
        "so: whether it may be withheld is decided by the City and not by you."
    ),
    "Of whatever you hold back as personal write down the facts that show that it is, without its words.",
    "Fill in the statement and sign it, where you have found nothing, too.",
)
_FACTS = (
    "Not searched, and why",
    "Records about public business that I found",
    "Of these handed to the City",
    "Held back as personal",
    "Facts that show that it is personal",
)
_KINDS = "Records about public business are whatever was written, said or pictured in the work of the City."


class Sender(msgspec.Struct, frozen=True):
    """Who writes: the City's name, whom to ask, and what it is about ("PRA-2026-0042")."""

    agency: str
    office: str
    matter: str


def instruction_paper(asked: CustodianAsked, sender: Sender) -> Paper:
    """The instruction to search. The question has to have one."""
    title = f"Please search your own devices and accounts: {sender.matter}"
    return Paper(title, tuple(_instruction(asked, sender, title, asked.asked_on, "")))


def reminder_paper(one: Custodian, sender: Sender, today: date) -> Paper:
    """A reminder: the same instruction again, with the days that have passed."""
    number, waited = len(one.reminders) + 1, some((today - one.asked.asked_on).days, "day")
    title = f"Reminder {number}: please search your own devices and accounts: {sender.matter}"
    told = (
        f"The City asked you for this on {spoken(one.asked.asked_on)}, {waited} ago, and has no answer yet."
    )
    return Paper(title, tuple(_instruction(one.asked, sender, title, today, told)))


def statement_paper(asked: CustodianAsked, sender: Sender, stated: Affidavit | None, today: date) -> Paper:
    """The statement of a search, to be signed: blank, or filled in with what the custodian said."""
    title = f"Statement of a search for public records: {sender.matter}"
    return Paper(title, tuple(_statement(asked, sender, stated, title, today)))


def _instruction(
    asked: CustodianAsked, sender: Sender, title: str, today: date, again: str
) -> Iterator[Block]:
    told = asked.instruction or Instruction(contact="", due_on=today)
    yield Heading(title, 1)
    yield Facts(
        (
            ("From", sender.agency),
            ("To", ", ".join(filter(None, (asked.custodian, asked.title, told.contact)))),
            ("Date", long_date(today)),
            ("Answer by", spoken(told.due_on)),
        )
    )
    if again:
        yield Paragraph(again)
    laws = laws_on(today)
    yield Paragraph(" ".join(_cited(laws[code].text, laws[code].cite) for code in laws if code != "PERJURY"))
    yield Heading("What to look for")
    yield Paragraph(f"{ended(asked.about.strip())} {_KINDS}")
    yield Facts(
        (
            ("Words", "; ".join(told.words) or "whatever finds it"),
            ("Period", _period(told)),
        )
    )
    yield Heading("Where to look")
    yield Points(tuple(f"[  ] {PLACES[one].text} ({PLACES[one].note})" for one in told.places))
    yield Heading("What to do")
    yield Points(_STEPS)
    yield Heading("Whom to ask")
    yield Paragraph(sender.office)


def _statement(
    asked: CustodianAsked, sender: Sender, stated: Affidavit | None, title: str, today: date
) -> Iterator[Block]:
    yield Heading(title, 1)
    yield Facts(
        (
            ("Made by", ", ".join(filter(None, (asked.custodian, asked.title)))),
            ("For", sender.agency),
            ("Asked on", spoken(asked.asked_on)),
            ("Asked for", asked.about.strip()),
        )
    )
    yield Paragraph(
        "I was asked to search what I keep on devices and accounts of my own for records about public "
        "business. I made this search myself, as follows, and state this of my own knowledge."
    )
    yield Grid("What I searched", ("Place", "With which words, or how"), tuple(_places(asked, stated)))
    yield Facts(_filled_in(stated) if stated else tuple((name, _LINE) for name in _FACTS))
    yield Paragraph(_cited(laws_on(today)["PERJURY"].text, laws_on(today)["PERJURY"].cite))
    yield Facts((("Date", _BLANK), ("Place", _BLANK), ("Signature", _LINE)))


def _places(asked: CustodianAsked, stated: Affidavit | None) -> Iterator[tuple[str, str]]:
    """Every place that was asked for, and any other that was searched."""
    told = {one.place: one.how for one in stated.looked} if stated else {}
    wanted = asked.instruction.places if asked.instruction else tuple(PLACES)
    for one in dict.fromkeys((*wanted, *told)):
        yield PLACES[one].text, told.get(one, "not searched" if stated else _LINE)


def _filled_in(stated: Affidavit) -> tuple[tuple[str, str], ...]:
    values = (
        stated.not_searched.strip() or "nothing of the above",
        f"{stated.found:,}",
        _BLANK,
        f"{stated.personal:,}",
        stated.facts.strip() or "nothing was held back",
    )
    return tuple(zip(_FACTS, values, strict=True))


def _period(told: Instruction) -> str:
    since = f"since {spoken(told.since)}" if told.since else ""
    until = f"until {spoken(told.until)}" if told.until else ""
    return ", ".join(filter(None, (since, until))) or "all"


def _cited(text: str, cite: str) -> str:
    return f"{text} ({cite})."
