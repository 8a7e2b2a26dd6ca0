"""Questions of the public that were sent on to a department (policy V.A.10)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.register import Register

_ITEM = re.compile(r"[a-z0-9-]+/[a-z_]+/\S.*")


class Question(msgspec.Struct, frozen=True):
    """A question that waits for its department, or had its answer. `item` and `reply` are account/kind/id."""

    item: Annotated[
        str,
        Meta(
            title="The comment or message that asks",
            description="As the archive names it: account/kind/id, such as facebook-city/comment/104_7.",
            extra={"of": "item"},
        ),
    ]
    department: Annotated[str, Meta(title="Department or department head")]
    sent_at: Annotated[datetime, Meta(title="Sent on")]
    answered_at: Annotated[datetime | None, Meta(title="Answered on")] = None
    reply: Annotated[
        str,
        Meta(
            title="The City's reply",
            description="As the archive names it, where the answer was given on the site.",
            extra={"of": "item"},
        ),
    ] = ""
    note: Annotated[str, Meta(title="Anything else", extra={"long": True})] = ""

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None or bool(self.reply)


def _wrong(question: Question) -> str:
    for item in (question.item, question.reply):
        if item and _ITEM.fullmatch(item) is None:
            return f"{item!r} is no name of an item: write account/kind/id, as its own page has it."
    if question.answered_at is not None and question.answered_at < question.sent_at:
        return "the answer lies before the day on which the question was sent."
    return ""


QUESTIONS = Register(
    name="questions",
    title="Questions sent to departments",
    about="Which questions of the public were sent to which department, and when they were answered.",
    entry=Question,
    clauses=("P-20",),
    keepers=("clerk", "counsel", "public_affairs"),
    prefix="question",
    wrong=_wrong,
)
