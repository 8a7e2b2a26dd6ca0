"""Why somebody is blocked, and that counsel signed it off (V.B.9, P-49).

A case is filed before anybody is blocked, and states what the policy asks for. Counsel reads it, and signs
that very text off: signed in, as a paper of their own. What is filed of a case afterwards (that the block was
made, what a later look found, that it ended) leaves the signature as it is; another ground needs another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.measures import measure
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.moderation_cases import is_item
from paloverde.wording import some, spoken


class BlockCase(msgspec.Struct, frozen=True):
    """Why a user is blocked. A case that lacks one of the policy's conditions is refused."""

    account: Annotated[str, Meta(title="Account that blocks", extra={"of": "account"})]
    user: Annotated[
        str, Meta(title="Who is blocked", description="The id that the site gives, or the username.")
    ]
    removals: Annotated[
        tuple[str, ...],
        Meta(
            title="Removed comments of this user",
            description="ACCOUNT/KIND/ID on each line, as Removed content names them. Each is on record "
            "there, is this user's, and has its Content Guideline.",
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
    review_on: Annotated[date, Meta(title="Is looked at again on")]
    appeal: Annotated[str, Meta(title="Where the user can appeal", description="An address or a page.")]
    blocked_on: Annotated[
        date | None,
        Meta(title="Blocked on", description="Empty until counsel has signed the case off."),
    ] = None
    reviewed_on: Annotated[date | None, Meta(title="Looked at again last on")] = None
    review: Annotated[
        str, Meta(title="What the last look found", description="Why it goes on.", extra={"long": True})
    ] = ""
    ended_on: Annotated[date | None, Meta(title="Unblocked on")] = None

    def is_of(self, account: str, *names: str | None) -> bool:
        """Whether it is about somebody whom an account blocks, by any name that the site gives."""
        user = self.user.strip().removeprefix("@").casefold()
        return self.account == account and user in {name.casefold() for name in names if name}

    @property
    def grounds(self) -> tuple[object, ...]:
        """What counsel signs off: all but what happens afterwards."""
        return (
            *(self.account, self.user, self.removals, self.comments, self.days),
            *(self.staff_time, self.tried, self.viewpoint, self.appeal),
        )


class SignOff(msgspec.Struct, frozen=True):
    """Whoever files it signs off one version of one case, as counsel."""

    case: Annotated[str, Meta(title="Case", extra={"of": "block-cases"})]
    version: Annotated[
        int, Meta(title="Version", description="The number of the case's entry, as its history shows it.")
    ]
    remark: Annotated[
        str, Meta(title="Remark", description="Never the advice itself.", extra={"long": True})
    ] = ""


def signed_off(
    papers: Sequence[Entered[BlockCase]], signs: Iterable[Entered[SignOff]]
) -> Entered[SignOff] | None:
    """The first of counsel's signatures under the grounds that a case has now; None where none counts.

    `papers` are all that were filed of this one case, oldest first.
    """
    now = papers[-1]
    same = {one.number: one.at for one in papers if one.entry.grounds == now.entry.grounds}
    given = [
        one
        for one in signs
        if one.entry.case == now.id and one.at >= same.get(one.entry.version, one.at)
        and one.entry.version in same and not one.withdrawn
    ]  # fmt: skip
    return min(given, key=lambda one: one.at, default=None)


def _wrong_block(entry: BlockCase) -> str:
    """What the policy asks for and the case does not have."""
    least = measure("removals_before_a_block")
    cited = set(entry.removals)
    if strange := next((one for one in entry.removals if not is_item(one)), ""):
        return f"{strange!r} names no item: write ACCOUNT/KIND/ID, as Removed content does."
    if elsewhere := next((one for one in entry.removals if not one.startswith(f"{entry.account}/")), ""):
        return (
            f"{elsewhere} was not removed from {entry.account}: a block rests on what broke the policy there."
        )
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
        ("where the user can appeal", entry.appeal),
    )


def _wrong_days(entry: BlockCase) -> str:
    if (entry.reviewed_on is None) == bool(entry.review.strip()):
        return "say both when it was looked at again and what that look found, or neither."
    if entry.blocked_on is None:
        is_later = entry.reviewed_on is not None or entry.ended_on is not None
        return "say on which day the user was blocked: what came later is filled in." if is_later else ""
    if any(day is not None and day < entry.blocked_on for day in (entry.reviewed_on, entry.ended_on)):
        return "nobody is looked at again or unblocked before the block."
    looked = entry.reviewed_on or entry.blocked_on
    last = looked + timedelta(days=measure("block_review"))
    if not looked < entry.review_on <= last:
        return (
            f"it is looked at again after {spoken(looked)} and by {spoken(last)}: no block is without an end."
        )
    return ""


BLOCK_CASES = Register(
    name="block-cases",
    title="Blocks",
    about="Why a user is blocked: repeated removals, how often, what was tried, until when. Counsel signs "
    "the case off before anybody is blocked. What the policy does not allow is refused.",
    entry=BlockCase,
    clauses=("P-49",),
    keepers=("counsel", "public_affairs", "clerk"),
    prefix="BLOCK",
    wrong=_wrong_block,
    keeps_versions=True,
)
SIGN_OFFS = Register(
    name="block-sign-offs",
    title="Counsel’s signatures under blocks",
    about="That counsel signed off a case for a block. Whoever is signed in as counsel signs, one version of "
    "one case.",
    entry=SignOff,
    clauses=("P-49",),
    keepers=("counsel",),
    prefix="SIGN",
    wrong=lambda entry: "a version is a number from 1." if entry.version < 1 else "",
    only="counsel",
)
