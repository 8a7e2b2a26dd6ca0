"""What people decide about comments and those who write them: elections, reports of content, blocks.

Nothing that counsel said belongs into any of these (P-43): only that counsel was consulted, when, by whom.
Counsel's advice has a place of its own that no records request reads ("advice of counsel").
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.records import Kind
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.measures import measure
from paloverde.watch.register import Register
from paloverde.wording import some, spoken


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


class BlockCase(msgspec.Struct, frozen=True):
    """Why a user is blocked (V.B.9, P-49). A case that lacks one of the policy's conditions is refused."""

    account: Annotated[str, Meta(title="Account that blocks", extra={"of": "account"})]
    user: Annotated[
        str, Meta(title="Who is blocked", description="The id that the site gives, or the username.")
    ]
    blocked_on: Annotated[date, Meta(title="Blocked on")]
    removals: Annotated[
        tuple[str, ...],
        Meta(
            title="Removed comments of this user",
            description="ACCOUNT/KIND/ID on each line, as Removed content names them.",
        ),
    ]
    comments: Annotated[int, Meta(title="How many comments the user posted")]
    days: Annotated[int, Meta(title="In how many days")]
    staff_time: Annotated[
        str,
        Meta(
            title="What watching them costs",
            description="Hours of staff, and why the City cannot spare them.",
            extra={"long": True},
        ),
    ]
    tried: Annotated[
        str,
        Meta(
            title="What was tried first",
            description="Such as hiding by an approved list of words, and how that went.",
            extra={"long": True},
        ),
    ]
    viewpoint: Annotated[
        str,
        Meta(
            title="Why it is not about an opinion",
            description="Say that nobody is blocked for an unpopular opinion, and by what that shows.",
            extra={"long": True},
        ),
    ]
    counsel: Annotated[str, Meta(title="Counsel who signed off", description="The name, never the advice.")]
    counsel_on: Annotated[date, Meta(title="Signed off on")]
    review_on: Annotated[date, Meta(title="Is looked at again on")]
    appeal: Annotated[str, Meta(title="Where the user can appeal", description="An address or a page.")]
    reviewed_on: Annotated[date | None, Meta(title="Looked at again last on")] = None
    review: Annotated[
        str, Meta(title="What the last look found", description="Why it goes on.", extra={"long": True})
    ] = ""
    ended_on: Annotated[date | None, Meta(title="Unblocked on")] = None

    def is_of(self, account: str, *names: str | None) -> bool:
        """Whether it is about somebody whom an account blocks, by any name that the site gives."""
        user = self.user.strip().removeprefix("@").casefold()
        return self.account == account and user in {name.casefold() for name in names if name}


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
    if not _is_item(entry.captured):
        return "say under which ACCOUNT/KIND/ID the archive has it: nothing is hidden or removed before that."
    return ""


def _wrong_block(entry: BlockCase) -> str:
    """What the policy asks for and the case does not have."""
    least = measure("removals_before_a_block")
    cited = set(entry.removals)
    if strange := next((one for one in entry.removals if not _is_item(one)), ""):
        return f"{strange!r} names no item: write ACCOUNT/KIND/ID, as Removed content does."
    if len(cited) < least:
        return (
            f"it cites {some(len(cited), 'removal')}, and “repeatedly” asks for at least {least} (V.B.9): "
            "hide or remove what breaks the Content Guidelines, and do not block."
        )
    if entry.comments < len(cited) or entry.days < 1:
        return (
            "say how many comments there were in how many days: at least those that were removed, in 1 day."
        )
    if blank := next((what for what, text in _stated(entry) if not text.strip()), ""):
        return f"say {blank}."
    return _wrong_days(entry)


def _stated(entry: BlockCase) -> tuple[tuple[str, str], ...]:
    return (
        ("what watching this user costs the City", entry.staff_time),
        ("what was tried before", entry.tried),
        ("why it is not about an opinion", entry.viewpoint),
        ("which counsel signed off", entry.counsel),
        ("where the user can appeal", entry.appeal),
    )


def _wrong_days(entry: BlockCase) -> str:
    if entry.counsel_on > entry.blocked_on:
        return "counsel signs off before anybody is blocked."
    if (entry.reviewed_on is None) == bool(entry.review.strip()):
        return "say both when it was looked at again and what that look found, or neither."
    if any(day is not None and day < entry.blocked_on for day in (entry.reviewed_on, entry.ended_on)):
        return "nobody is looked at again or unblocked before the block."
    looked = entry.reviewed_on or entry.blocked_on
    last = looked + timedelta(days=measure("block_review"))
    if not looked < entry.review_on <= last:
        return (
            f"it is looked at again after {spoken(looked)} and by {spoken(last)}: no block is without an end."
        )
    return ""


def _is_item(name: str) -> bool:
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
BLOCK_CASES = Register(
    name="block-cases",
    title="Blocks",
    about="Why a user is blocked: repeated removals, how often, what was tried, who signed off, until when. "
    "What the policy does not allow is refused.",
    entry=BlockCase,
    clauses=("P-49",),
    keepers=("counsel", "public_affairs", "clerk"),
    prefix="BLOCK",
    wrong=_wrong_block,
)
