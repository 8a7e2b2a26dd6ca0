"""What people decide about comments: elections, and reports of content. Blocks are in `block_cases`.

Nothing that counsel said belongs into any of these (P-43): only that counsel was consulted, when, by whom.
Counsel's advice has a place of its own that no records request reads ("advice of counsel").
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.records import Kind
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.register import Register


class Election(msgspec.Struct, frozen=True):
    """A candidate or a measure, and in which days it is before the voters (V.B.4(b), P-31)."""

    id: Annotated[str, Meta(title="Short name", description="Such as measure-b-2026.")]
    title: Annotated[str, Meta(title="Candidate or measure", description="Such as Measure B, parks bond.")]
    names: Annotated[
        tuple[str, ...],
        Meta(title="Words that name it", description="One on each line, such as Measure B and Prop B."),
    ]
    opens_on: Annotated[date, Meta(title="First day", description="Often the day it qualified.")]
    closes_on: Annotated[date, Meta(title="Last day", description="Often the day of the election.")]
    supporting: Annotated[
        tuple[str, ...],
        Meta(
            title="Words of support",
            description="One on each line, such as vote yes. Give as many for as against.",
        ),
    ] = ()
    opposing: Annotated[
        tuple[str, ...], Meta(title="Words of opposition", description="One on each line, such as vote no.")
    ] = ()

    def is_open_on(self, day: date) -> bool:
        """Whether it is before the voters on a day."""
        return self.opens_on <= day <= self.closes_on


class Decided(StrEnum):
    """What was decided about reported content."""

    NOT_YET = "not decided yet"
    LEAVE = "it stays"
    HIDE = "it is hidden"
    REMOVE = "it is removed"


class ContentReport(msgspec.Struct, frozen=True):
    """Content that somebody of the City reported, and how far that has come: step by step (V.B.5, P-43)."""

    about: Annotated[
        str, Meta(title="What is reported", description="ACCOUNT/KIND/ID, or its address at the site.")
    ]
    account: Annotated[str, Meta(title="Account", extra={"of": "account"})]
    guidelines: Annotated[
        tuple[str, ...], Meta(title="Content Guidelines", description="A letter on each line, such as k.")
    ]
    why: Annotated[str, Meta(title="Why it may be inappropriate", extra={"long": True})]
    reported_by: Annotated[str, Meta(title="Who reports it", description="Employee, volunteer or official.")]
    reported_at: Annotated[datetime, Meta(title="When it was reported")]
    designee: Annotated[str, Meta(title="City Manager's designee who has it")] = ""
    designee_at: Annotated[datetime | None, Meta(title="When the designee took it")] = None
    counsel_by: Annotated[
        str,
        Meta(title="Who consulted counsel", description="Never write here what counsel said."),
    ] = ""
    counsel_at: Annotated[datetime | None, Meta(title="When counsel was consulted")] = None
    decided: Annotated[Decided, Meta(title="Decision")] = Decided.NOT_YET
    decided_by: Annotated[str, Meta(title="Who decided")] = ""
    decided_at: Annotated[datetime | None, Meta(title="When it was decided")] = None
    captured: Annotated[
        str,
        Meta(
            title="How it is kept",
            description="ACCOUNT/KIND/ID as the archive has it, before anybody hides or removes it.",
        ),
    ] = ""
    acted_by: Annotated[str, Meta(title="Who hid or removed it at the site")] = ""
    acted_at: Annotated[datetime | None, Meta(title="When that was done")] = None
    words: Annotated[
        str,
        Meta(title="Its words", description="Where nobody has its address.", extra={"long": True}),
    ] = ""

    @property
    def must_act(self) -> bool:
        """Whether the decision asks for something to be done at the site."""
        return self.decided in (Decided.HIDE, Decided.REMOVE)

    @property
    def waits_for(self) -> str:
        """The step that comes next; "" where there is none."""
        if self.designee_at is None:
            return "the designee"
        if self.counsel_at is None:
            return "counsel to be consulted"
        if self.decided_at is None:
            return "a decision"
        return "the action at the site" if self.must_act and self.acted_at is None else ""


_STEPS = (
    ("designee", "designee_at", "the designee"),
    ("counsel_by", "counsel_at", "the consultation of counsel"),
    ("decided_by", "decided_at", "the decision"),
    ("acted_by", "acted_at", "the action at the site"),
)


def _wrong_election(entry: Election) -> str:
    if not entry.names:
        return "give at least one word that names it."
    if entry.closes_on < entry.opens_on:
        return "the last day lies before the first."
    if bool(entry.supporting) != bool(entry.opposing):
        return "give words of both sides or of neither: a list of one side watches one opinion alone."
    return ""


def _wrong_report(entry: ContentReport) -> str:
    if not entry.guidelines:
        return "name at least one Content Guideline, such as k."
    if strange := next((letter for letter in entry.guidelines if letter not in GUIDELINES), ""):
        return f"{strange!r} is no Content Guideline: policy V.B.4 has {', '.join(GUIDELINES)}."
    before, before_words = entry.reported_at, "the report"
    was_left_out = ""
    for who, when, words in _STEPS:
        name, at = getattr(entry, who), getattr(entry, when)
        if bool(name) != (at is not None):
            return f"say both who and when of {words}, or neither."
        if at is None:
            was_left_out = was_left_out or words
        elif was_left_out:
            return f"{words} comes after {was_left_out}: fill that in first (policy V.B.5)."
        elif at < before:
            return f"{words} is dated before {before_words}."
        else:
            before, before_words = at, words
    return _wrong_end(entry)


def _wrong_end(entry: ContentReport) -> str:
    if (entry.decided is Decided.NOT_YET) != (entry.decided_at is None):
        return "choose what was decided, and say who decided when."
    if entry.acted_at is None:
        return ""
    if not entry.must_act:
        return "it was decided that it stays: nothing is done at the site then."
    if not is_item(entry.captured):
        return "say under which ACCOUNT/KIND/ID the archive has it: nothing is hidden or removed before that."
    return ""


def is_item(name: str) -> bool:
    """Whether it names an item as the archive does: ACCOUNT/KIND/ID."""
    account, _, rest = name.partition("/")
    kind, _, native_id = rest.partition("/")
    return bool(account and native_id) and kind in Kind.__members__.values()


ELECTIONS = Register(
    name="elections",
    title="Elections",
    about="Candidates and measures, the words that name them and take sides, and their days. Both sides are "
    "watched alike.",
    entry=Election,
    clauses=("P-31",),
    keepers=("clerk", "counsel", "public_affairs"),
    named_by="id",
    wrong=_wrong_election,
)
CONTENT_REPORTS = Register(
    name="content-reports",
    title="Reports of content",
    about="Content that an employee, volunteer or official finds inappropriate, from the report over the "
    "designee and counsel to the decision and what was done. Never what counsel said.",
    entry=ContentReport,
    clauses=("P-43", "P-38", "P-39", "P-21"),
    keepers=("clerk", "counsel", "public_affairs"),
    prefix="REP",
    wrong=_wrong_report,
)
