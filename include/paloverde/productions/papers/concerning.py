"""Which entries of the ledger concern the records of a production, and what each says to a reader outside.

The ledger tells of the whole archive. Here stand alone the kinds of entry that a chain of custody is made of.
What is counsel's own work (searches, single decisions, drafts, advice) and what was done in other matters is
in none of them. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from paloverde.archive.ledger import Entry
from paloverde.archive.telling import told_seals
from paloverde.productions.papers.evidence import Piece
from paloverde.requests.reviewing import Review
from paloverde.wording import some

Item = tuple[str, str, str]  # account, kind, id at the site
_SEALED = MappingProxyType(
    {
        "night sealed": "{account} was archived for the night of {day}",
        "sweep sealed": "it was looked between two nights what is new at {account}",
        "removal check sealed": "{account} was checked for what was removed",
        "import sealed": "files were taken in for {account}",
        "gaps opened": "of {account} something was not given; new gaps: {number}",
        "gaps closed": "of {account} something was had after all; gaps closed: {number}",
        "destruction carried out": "other records were lawfully destroyed, and what stays was written again",
    }
)
_OBJECT = MappingProxyType(
    {
        "object repaired": "A damaged object of these runs was put back from a whole copy.",
        "copy repaired": "A damaged object of these runs was put back in the second copy.",
        "object lost": "A damaged object of these runs was found whole nowhere: it is lost.",
    }
)
_HOLD = MappingProxyType(
    {
        "hold issued": "The hold {hold} was placed.",
        "hold widened": "The hold {hold} was widened.",
        "hold looked": "It was looked what has joined the hold {hold}.",
        "hold released": "The hold {hold} was released.",
        "hold closed": "The hold {hold} was closed.",
    }
)
_STEP = MappingProxyType(
    {
        "production: ordered": "Counsel ordered the production.",
        "production: changed": "Counsel changed the order.",
        "production: chosen": "The records were chosen.",
        "production: reviewed": "The review for privilege was finished and signed.",
        "Bates numbers reserved": "Bates numbers were reserved.",
        "Bates numbers burnt": "Bates numbers that it had before were burnt.",
        "production: built": "The volumes were written.",
        "production: signed off": "A second person agreed that exactly these volumes go out.",
        "production: served": "The volumes were served.",
        "production: clawed back": "Something was claimed back as privileged.",
        "production: given up": "The production was given up.",
    }
)
_HANDLERS = frozenset({"production: built", "production: signed off", "production: served"})
_LOOKED = "found records looked at"
_LOOKS = frozenset(
    {
        *("private record looked at", "private conversation looked at", "private text looked at"),
        *("private exact text looked at", "private file looked at"),
    }
)
_DOSSIER = "private dossier read"


class Line(msgspec.Struct, frozen=True):
    """A ledger entry that concerns the records: its number, when, what in words, and who; "" where the name
    is not for the other side.
    """

    number: int
    at: datetime
    what: str
    who: str = ""


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks the ledger about: a production, its hold, the `runs` by number with the SHA-256 of
    their seals, their stored `objects`, the `items` with the Bates number of each, and their `subjects`, as
    dossiers name them; whether any `is_private`. `people` are who filed its papers, by the ledger entry.
    """

    production: str
    hold: str
    runs: Mapping[int, str]
    objects: Collection[str]
    items: Mapping[Item, str]
    subjects: Collection[str] = ()
    is_private: bool = False
    people: Mapping[int, str] = {}


class Found:
    """The entries that concern the records, gathered in one pass over the ledger.

    Of the checks of stored objects, which no entry names one by one, the first and the last since the records
    were archived are kept, and each that found damage; `checks` counts them all. `looks` are looks at a
    private record among them, `looks_at_all` those at everything that was found for the production.
    """

    def __init__(self, concern: Concern) -> None:
        self._concern = concern
        self._ids = {
            (account, native_id): number for (account, _, native_id), number in concern.items.items()
        }
        self._accounts = {account for account, _, _ in concern.items}
        self.captured: list[Line] = []
        self.held: list[Line] = []
        self.handled: list[Line] = []
        self._checked: dict[int, Line] = {}
        self._last_check: Line | None = None
        self._named: dict[int, int] = {}
        self.checks = self.looks = self.looks_at_all = self.entries = 0

    @property
    def checked(self) -> list[Line]:
        """What was checked and repaired, in the ledger's order."""
        last = [self._last_check] if self._last_check else []
        return [line for _, line in sorted({**self._checked, **{one.number: one for one in last}}.items())]

    @property
    def named(self) -> Mapping[int, int]:
        """The first entry that names each run's seal, by the run."""
        return self._named

    def take(self, entry: Entry) -> None:
        """One entry, in their order."""
        self.entries = entry.sequence
        what, about = entry.event.what, entry.event.about
        self._take_looks(what, about)
        if seals := self._own(about):
            for run in seals:
                self._named.setdefault(run, entry.sequence)
            told = _SEALED.get(what, f"their seals stand in an entry on another matter ({what})")
            told = told.format_map(_Known(about))
            self.captured.append(self._line(entry, f"{_runs(seals)}: {told}."))
        elif what == "removal confirmed" and (number := self._ids.get(_named_item(about))):
            self.captured.append(self._line(entry, f"{number} was found removed or hidden at its site."))
        elif what == "archive moved out" and self._accounts & {*about.get("accounts", "").split(", ")}:
            self.handled.append(
                self._line(entry, "All that is kept of an account was written into a folder.")
            )
        elif what in _OBJECT and about.get("key") in self._concern.objects:
            self._checked[entry.sequence] = self._line(entry, _OBJECT[what])
        elif what == "fixity checked" and self._named:
            self._take_check(entry, about)
        elif what in _HOLD and self._concern.hold and about.get("hold") == self._concern.hold:
            self.held.append(self._line(entry, _HOLD[what].format_map(_Known(about))))
        elif what in _STEP and about.get("production") == self._concern.production:
            who = self._concern.people.get(entry.sequence, "") if what in _HANDLERS else ""
            self.handled.append(msgspec.structs.replace(self._line(entry, _STEP[what]), who=who))

    def _take_looks(self, what: str, about: Mapping[str, str]) -> None:
        concern = self._concern
        if what in _LOOKS:
            item = (about.get("account", ""), about.get("kind", ""), about.get("item", ""))
            self.looks += item in concern.items
        elif what == _DOSSIER:
            self.looks += about.get("item", "") in concern.subjects
        elif what == _LOOKED and concern.is_private:
            self.looks_at_all += about.get("request") == concern.production

    def _take_check(self, entry: Entry, about: Mapping[str, str]) -> None:
        damaged, checked = int(about.get("damaged", "0")), int(about.get("checked", "0"))
        told = f"{some(checked, 'stored object')} of the whole archive read again, {damaged:,} damaged."
        line = self._line(entry, told)
        if damaged or not self.checks:
            self._checked[entry.sequence] = line
        self.checks += 1
        self._last_check = line

    def _own(self, about: Mapping[str, str]) -> list[int]:
        """The runs of the records whose seals an entry names."""
        wanted = self._concern.runs
        return sorted(run for run, seal in told_seals(about).items() if wanted.get(run) == seal)

    def _line(self, entry: Entry, what: str) -> Line:
        return Line(entry.sequence, entry.event.at, what)


def items_of(review: Review, pieces: Iterable[Piece]) -> dict[Item, str]:
    """The items of these documents, each with its first number; of a withheld one the document itself does
    not tell the item, and the review does.
    """
    versions = {review.control(version): version for version in review.versions}
    found: dict[Item, str] = {}
    for one in pieces:
        account, kind, native_id, _ = versions[one.control]
        found.setdefault((account, kind, native_id), one.begin)
    return found


class _Known(dict[str, str]):
    """What an entry is about; of what it does not say, that it does not."""

    def __missing__(self, name: str) -> str:
        return f"[{name} not noted]"


def _named_item(about: Mapping[str, str]) -> tuple[str, str]:
    return about.get("account", ""), about.get("item", "")


def _runs(numbers: Collection[int]) -> str:
    return f"Run{'s' if len(numbers) > 1 else ''} {', '.join(f'{number:,}' for number in numbers)}"
