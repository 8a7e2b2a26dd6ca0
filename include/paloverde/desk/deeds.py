"""What the ledger's entries tell, in words and in kinds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from string import Formatter
from typing import NamedTuple

from paloverde.archive.ledger import Entry
from paloverde.bundles.dossierwords import CAUSES
from paloverde.desk.deed_words import COUNTS, DAYS, PROOFS, SENTENCES, WORDS
from paloverde.desk.showing import name
from paloverde.requests.drafting import TITLES
from paloverde.wording import spoken

_LONGEST = 300  # characters of what an entry is about, in a list
_LONGEST_NUMBER = 19  # digits

# The kinds that the list is narrowed to, by words that an entry's deed holds.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "looks": (
        "Searches, looks at private records, what was taken away",
        (
            *("search made", "search kept", "kept search", "looked at", "read", "taken away", "exported"),
            *("moved out", "dossier taken"),
        ),
    ),
    "nights": ("Nights, imports, gaps", ("sealed", "gaps")),
    "requests": (
        "Records requests, reviews, letters, bundles",
        (
            "request",
            "review",
            "letter",
            "bundle",
            "deliver",
            "link",
            "download",
            "closed days",
            "suggestions",
        ),
    ),
    "productions": ("Productions in discovery", ("production", "Bates numbers")),
    "removed": (
        "Removed content",
        (
            *("removal", "removed", "dossier", "evidence", "policy", "consult", "guideline", "advice"),
            *("hiding", "comment hidden", "shown again", "showing again"),
        ),
    ),
    "watch": (
        "The policy: findings, registers",
        ("policy watched", "finding", "register entry", "register file"),
    ),
    "holds": ("Holds", ("hold", "custodian", "release memo")),
    "destruction": (
        "Destruction and schedules",
        ("destruction", "schedule", "resolution", "consent", "approvers"),
    ),
    "accounts": ("Accounts and their access", ("account", "token", "runway")),
    "archive": (
        "The archive itself",
        ("fixity", "repair", "signing key", "store", "trusted system", "object", "copy"),
    ),
    "people": (
        "Who may sign in, and settings",
        ("user", "sign-ins", "sign-on", "sessions", "password", "settings"),
    ),
}


class Deed(NamedTuple):
    """An entry as a line of a list: what was done, as a sentence, and what else it says of it."""

    number: int
    at: datetime
    who: str
    what: str
    about: str


def deed(entry: Entry) -> Deed:
    """An entry in words."""
    event = entry.event
    sentence, told = _sentence(event.what, event.about)
    rest = ", ".join(f"{words}: {value}" for words, value in _words(event.about, told | PROOFS))
    return Deed(entry.sequence, event.at, name(event.actor, 200), sentence, name(rest, _LONGEST))


def for_counsel(entry: Entry) -> Deed:
    """An entry that only counsel may read: that one stands there, so that no number is missing."""
    return Deed(entry.sequence, entry.event.at, "not shown", "An entry that only counsel may read.", "")


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Everything that an entry is about, as pairs of words and values."""
    return _words(entry.event.about, PROOFS)


def proofs(entry: Entry) -> list[tuple[str, str]]:
    """The hashes and places of an entry, for whoever checks it."""
    about = {key: value for key, value in entry.event.about.items() if key in PROOFS}
    return [(name(key.replace("_", " ")), name(value, 20_000)) for key, value in about.items()]


def _words(about: Mapping[str, str], beside: Collection[str]) -> list[tuple[str, str]]:
    return [
        (name(WORDS.get(key, key.replace("_", " "))), name(_value(key, value), 20_000))
        for key, value in about.items()
        if key not in beside
    ]


def _sentence(what: str, about: Mapping[str, str]) -> tuple[str, set[str]]:
    """The sentence of an entry, and what it has said by it; the bare kind where that says nothing more."""
    template = SENTENCES.get(what, "")
    told = {field for _, field, _, _ in Formatter().parse(template) if field}
    if not template or not told <= about.keys():
        kind = name(what, 200)
        return f"{kind[:1].upper()}{kind[1:]}", set()
    values = {key: name(_value(key, about[key]), _LONGEST) for key in told}
    said = template.format_map(values)
    return f"{said[:1].upper()}{said[1:]}", told


def _value(key: str, value: str) -> str:
    """A value as people write it: a day with its weekday, a number with its commas, a cause in words."""
    if key in DAYS:
        return _day(value)
    if key == "cause":
        return CAUSES.get(value, value)
    if key == "letter":
        return TITLES.get(value, value)
    return (
        f"{int(value):,}" if key in COUNTS and value.isdecimal() and len(value) < _LONGEST_NUMBER else value
    )


def _day(value: str) -> str:
    try:
        return spoken(date.fromisoformat(value))
    except ValueError:
        return value
