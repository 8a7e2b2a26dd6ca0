"""Hiding a reply on X: `PUT /2/tweets/{id}/hidden`, in conversations that the account began.

https://docs.x.com/x-api/posts/hide-replies/introduction; 50 in 15 minutes, by the headers of the answers. No
answer tells later whether a reply is hidden.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms.conversation import Hiding, Request, Response


class _State(msgspec.Struct, frozen=True):
    hidden: bool | None = None


class _Done(msgspec.Struct, frozen=True):
    data: _State = _State()


def act(native_id: str, hidden: bool) -> Generator[Request, Response | None, None]:
    """Raises `Unreadable` where X does not say that the reply is now as it was asked for."""
    purpose = f"{'hide' if hidden else 'show again'} reply {native_id}"
    sent = msgspec.json.encode({"hidden": hidden})
    answer = yield Request(f"/2/tweets/{native_id}/hidden", (), purpose, method="PUT", sent=sent)
    try:
        done = msgspec.json.decode(b"" if answer is None else answer.body, type=_Done)
    except msgspec.DecodeError as error:
        raise Unreadable(f"X's answer to “{purpose}” cannot be read: {error}.") from None
    if done.data.hidden is not hidden:
        raise Unreadable(f"X answered “{purpose}” without saying that it is done.")


HIDING = Hiding(
    act,
    ("tweet.moderate.write",),
    "It stands behind “View hidden replies”, where anybody can still read it.",
    tells=False,
)
