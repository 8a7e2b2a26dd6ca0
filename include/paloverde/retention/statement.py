"""The Trusted System Statement: what the law asks of an archive, what this one can show of it, and what not.

Each requirement is answered met, not met, or cannot be known by software; it never claims more than its
evidence shows. It is dated, filed as data and as a page, and it is no legal opinion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.retention.inspected import Inspected
from paloverde.retention.rules import RULES, Rule
from paloverde.wording import spoken

SERIES = "statements"
FORMAT = 1


class Answer(StrEnum):
    """What the evidence says of a requirement."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "cannot be known by software"  # counsel, an auditor or a court must say


class Evidence(msgspec.Struct, frozen=True):
    """What an answer rests on: a setting, a count, or a stored object by its key and SHA-256."""

    what: str
    key: str = ""
    sha256: str = ""


class Requirement(msgspec.Struct, frozen=True):
    """One thing that the law asks, and the answer. `mark` says how far its wording is verified."""

    id: str
    statement: str
    law: str
    says: str
    mark: str
    answer: Answer
    because: str
    evidence: tuple[Evidence, ...]


class Statement(msgspec.Struct, frozen=True):
    """The statement of one moment, with everything that it was made from."""

    format: int
    made_at: datetime
    day: date
    requirements: tuple[Requirement, ...]
    inspected: Inspected

    def sentences(self) -> list[str]:
        """Its summary for a terminal, what is not met first."""
        counts = Counter(one.answer for one in self.requirements)
        tally = "; ".join(f"{answer.value}: {counts[answer]}" for answer in Answer)
        lines = [f"Trusted System Statement of {spoken(self.day)}. {tally}.", ""]
        for answer in (Answer.NOT_MET, Answer.UNKNOWN, Answer.MET):
            found = [one for one in self.requirements if one.answer is answer]
            if found:
                lines += [f"{answer.value.capitalize()}:"]
                lines += [f"  - {one.statement} ({one.law}): {one.because}" for one in found] + [""]
        return [*lines, "Counsel has verified none of the rules cited." if _none_verified() else MARKED]


MARKED = "Which of the rules cited counsel has verified stands beside each."


def requirement(
    id_: str, rule: str, statement: str, answer: Answer, because: str, evidence: Iterable[Evidence] = ()
) -> Requirement:
    """A requirement under a rule of `rules.toml`."""
    found: Rule = RULES[rule]
    return Requirement(id_, statement, found.cite, found.says, found.mark, answer, because, tuple(evidence))


def statement_of(inspected: Inspected, requirements: Iterable[Requirement]) -> Statement:
    return Statement(FORMAT, inspected.at, inspected.day, tuple(requirements), inspected)


def file_statement(cabinet: Cabinet, made: Statement, actor: str) -> Filed:
    """File a statement as data; its day is the subject."""
    counts = Counter(one.answer for one in made.requirements)
    about = {answer.value: str(counts[answer]) for answer in Answer}
    return cabinet.file(
        SERIES, made.day.isoformat(), made, what="trusted system stated", actor=actor, about=about
    )


def file_page(cabinet: Cabinet, made: Statement, page: bytes, actor: str) -> Filed:
    """File the page of a statement beside it."""
    what = "page of the trusted system statement filed"
    return cabinet.file(SERIES, made.day.isoformat(), page, what=what, actor=actor)


def _none_verified() -> bool:
    return not any(rule.is_verified for rule in RULES.values())
