"""Direct look-ups on Facebook: what to ask of each kind, and whose "not there" says nothing."""

from __future__ import annotations

import re

from paloverde.platforms.conversation import Look, Seen
from paloverde.platforms.graph.lookup import Asking, Doubted, Habits, Witness
from paloverde.platforms.graph.lookup import look_up as look_up_by
from paloverde.platforms.graph.others import of_others
from paloverde.records import Account, Kind


def _tagging(account: Account, absent: list[str]) -> Doubted:
    """A post's id begins with that of the wall it stands on: those on the Page's own need no doubt."""
    others = [native_id for native_id in absent if not _is_own(account, native_id)]
    own = {native_id: "" for native_id in absent if _is_own(account, native_id)}
    return own | (yield from of_others(account, "tagged", others)) if others else own


def _is_own(account: Account, native_id: str) -> bool:
    owner, _, number = native_id.rpartition("_")
    return bool(number) and owner in (account.native_id, "")  # a film of the Page has a bare number


HABITS = Habits(
    whose="the Page",
    fields={Kind.POST: "id,is_hidden,is_published", Kind.COMMENT: "id,is_hidden"},
    witnesses={
        Kind.POST: Witness("published_posts"),
        Kind.COMMENT: Witness("published_posts", "id,comments.limit(1).filter(stream){id}", "10", below=True),
        Kind.EVENT: Witness("events"),
        Kind.ALBUM: Witness("albums"),
    },
    mute={
        Kind.MESSAGE: (
            "the site answers for every message but the newest of a conversation as if it were deleted"
        ),
        Kind.CONVERSATION: "the site stops showing conversations that have been idle",
    },
    doubts={Kind.POST: _tagging},
)

# Ids that the site itself gives. It denies every other one as if it had been removed.
_ID = re.compile(r"[0-9]+(_[0-9]+)*|[tm]_.+|mid\..+")


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    asked = [(kind, native_id) for kind, native_id in items if _ID.fullmatch(native_id)]
    for _, native_id in items:
        if not _ID.fullmatch(native_id):
            yield Seen(
                native_id, Look.UNKNOWN, "this id was given by the archive, and the site does not know it"
            )
    if asked:
        yield from look_up_by(account, asked, HABITS)
