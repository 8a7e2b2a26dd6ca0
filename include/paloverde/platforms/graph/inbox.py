"""Conversations and messages of a Page: Messenger's and Instagram's come through the same two lists.

https://developers.facebook.com/docs/messenger-platform/conversations
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from paloverde.platforms.graph.course import Ask, path
from paloverde.platforms.graph.times import time_of
from paloverde.records import Account, Kind, Record

# The site shows the words of the 20 newest messages of a conversation; older ones look deleted.
READABLE_MESSAGES = 20
CONVERSATION_LIGHT = "id,updated_time,message_count"
MESSAGE_LIGHT = "id,created_time,from,to,message"


def conversations(
    account: Account, page: str, channel: str, fields: str, glance: datetime | None = None
) -> Ask:
    """The conversations of a Page in one channel ("messenger", "instagram"), newest first."""
    return Ask(
        "conversations",
        Kind.CONVERSATION,
        path(page, "conversations"),
        fields,
        CONVERSATION_LIGHT,
        f"conversations of {account.handle}",
        (("platform", channel),),
        limit=50,
        keep=True,
        glance=glance,
    )


def messages(thread: Record, fields: str, since: datetime | None, glance: datetime | None = None) -> Ask:
    """The newest messages of a conversation, as many as the site shows."""
    return Ask(
        "messages",
        Kind.MESSAGE,
        path(thread.native_id, "messages"),
        fields,
        MESSAGE_LIGHT,
        f"messages of conversation {thread.native_id}",
        limit=READABLE_MESSAGES,
        of=thread.native_id,
        thread_id=thread.native_id,
        since=since,
        declared=thread.count,
        readable=READABLE_MESSAGES,
        glance=glance,
    )


class _Touched(msgspec.Struct):
    updated_time: str | None = None


def stirred(threads: Iterable[Record], since: datetime | None) -> Iterator[Record]:
    """Conversations in which something happened since; those too of which that is not known."""
    for thread in threads:
        try:
            touched = time_of(msgspec.json.decode(thread.payload, type=_Touched).updated_time)
        except ValueError:  # msgspec's errors are ValueErrors as well
            touched = None
        if since is None or touched is None or touched >= since:
            yield thread
