"""The chat of a broadcast that is on air: what is said, what is taken back, and who is shown out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paloverde.simulator.city import Item, Person
from paloverde.simulator.youtube.objects import Object, View, chat_id, stamp, thumbnails
from paloverde.simulator.youtube.paging import etag


def messages(view: View, video: Item) -> list[Object]:
    """Oldest first. A message that a moderator deleted is a tombstone under its own id."""
    people = [person for person in view.presence.people.values() if person is not view.presence.account][:4]
    first, second, third, fourth = people
    return [
        _message(view, video, 1, first, "textMessageEvent", "Can we see the budget slide again?",
                 textMessageDetails={"messageText": "Can we see the budget slide again?"}),
        _message(view, video, 2, second, "superChatEvent", '$5.00 from Palma Ria fan: "Thank you"',
                 superChatDetails={"amountMicros": "5000000", "currency": "USD", "tier": 2,
                                   "amountDisplayString": "$5.00", "userComment": "Thank you"}),
        _message(view, video, 3, third, "tombstone", None),
        _message(view, video, 4, view.presence.account, "messageDeletedEvent", None,
                 messageDeletedDetails={"deletedMessageId": message_id(view, video, 3)}),
        _message(view, video, 5, view.presence.account, "userBannedEvent", None,
                 userBannedDetails={"bannedUserDetails": _profile(view, fourth), "banType": "temporary",
                                    "banDurationSeconds": "300"}),
        _message(view, video, 6, first, "textMessageEvent", "Gracias",
                 textMessageDetails={"messageText": "Gracias"}),
    ]  # fmt: skip


def message_id(view: View, video: Item, number: int) -> str:
    return f"LCC.{chat_id(view, video)[5:25]}-{number:04}"


def _message(
    view: View, video: Item, number: int, person: Person, kind: str, words: str | None, **details: Any
) -> Object:
    snippet: Object = {
        "type": kind,
        "liveChatId": chat_id(view, video),
        "publishedAt": stamp(video.at + timedelta(minutes=number)),
        "hasDisplayContent": words is not None,
        **details,
    }
    shown: Object = {"snippet": snippet}
    if kind != "tombstone":
        snippet["authorChannelId"] = person.id
        shown["authorDetails"] = {
            **_profile(view, person),
            "isVerified": False,
            "isChatOwner": person is view.presence.account,
            "isChatSponsor": False,
            "isChatModerator": False,
        }
    if words is not None:
        snippet["displayMessage"] = words
    native_id = message_id(view, video, number)
    asked = {name: value for name, value in shown.items() if name in view.parts}
    return {"kind": "youtube#liveChatMessage", "etag": etag(asked), "id": native_id, **asked}


def _profile(view: View, person: Person) -> Object:
    return {
        "channelId": person.id,
        "channelUrl": f"http://www.youtube.com/channel/{person.id}",
        "displayName": person.name,
        "profileImageUrl": thumbnails(view, "profile-person.png")["default"]["url"],
    }
