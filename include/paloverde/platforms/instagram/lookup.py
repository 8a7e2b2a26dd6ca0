"""Direct look-ups on Instagram: what to ask of each kind, and whose "not there" says nothing."""

from __future__ import annotations

from paloverde.platforms.graph.lookup import Asking, Doubted, Habits, Witness
from paloverde.platforms.graph.lookup import look_up as look_up_by
from paloverde.platforms.graph.others import of_others
from paloverde.records import Account, Kind


def _tagging(account: Account, absent: list[str]) -> Doubted:
    """No id tells whose a post is, so any of them may be one of those that others tagged the account in."""
    return of_others(account, "tags", absent)


HABITS = Habits(
    whose="the account",
    fields={Kind.COMMENT: "id,hidden"},
    witnesses={
        Kind.POST: Witness("media"),
        Kind.STORY: Witness("stories"),
        Kind.COMMENT: Witness("media", "id,comments.limit(1){id}", "25", below=True),
    },
    mute={
        Kind.MESSAGE: (
            "the site answers for every message but the newest of a conversation as if it were deleted"
        ),
        Kind.CONVERSATION: "the site stops showing conversations that have been idle",
    },
    doubts={Kind.POST: _tagging},
)


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    return look_up_by(account, items, HABITS)
