"""What the ledger's entries tell, in words and in kinds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from paloverde.archive.ledger import Entry
from paloverde.desk.showing import name

_LONGEST = 300  # characters of what an entry is about, in a list
_HASHES = ("seal", "paper", "paper_version", "paper_sha256", "paper_size")  # shown on the entry's own page

# The kinds that the list is narrowed to, by words that an entry's deed holds.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "looks": (
        "Searches, looks at private records, what was taken away",
        ("search made", "looked at", "read", "taken away", "exported", "moved out", "taken"),
    ),
    "nights": ("Nights, imports, gaps", ("sealed", "gaps")),
    "requests": (
        "Records requests, reviews, letters, bundles",
        ("request", "review", "letter", "bundle", "deliver", "link", "download", "closed days"),
    ),
    "removed": ("Removed content", ("removal", "removed", "dossier", "evidence", "policy", "consult")),
    "holds": ("Holds", ("hold",)),
    "destruction": ("Destruction and schedules", ("destruction", "schedule", "resolution", "consent")),
    "accounts": ("Accounts and their access", ("account", "token", "runway")),
    "archive": (
        "The archive itself",
        ("fixity", "repair", "signing key", "store", "trusted system", "rebuilt", "copy"),
    ),
}


class Deed(NamedTuple):
    """An entry as a line of a list."""

    number: int
    at: datetime
    who: str
    what: str
    about: str


def deed(entry: Entry) -> Deed:
    """An entry in words."""
    event = entry.event
    about = {key: value for key, value in event.about.items() if key not in _HASHES}
    told = ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in about.items())
    return Deed(entry.sequence, event.at, name(event.actor, 200), _sentence(event.what), name(told, _LONGEST))


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Everything that an entry is about, as pairs of words and values."""
    return [(name(key.replace("_", " ")), name(value, 20_000)) for key, value in entry.event.about.items()]


def _sentence(what: str) -> str:
    told = name(what, 200)
    return f"{told[:1].upper()}{told[1:]}"
