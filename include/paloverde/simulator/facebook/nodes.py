"""What each kind of node shows, field by field. Names follow the Graph API reference, v26.0.

A field that this city never fills is listed in `UNFILLED`: it may be asked for, and stays out.
"""

from __future__ import annotations

from typing import Any

from paloverde.simulator import media, texts
from paloverde.simulator.city import Item, State
from paloverde.simulator.facebook import besides
from paloverde.simulator.facebook.objects import (
    WWW,
    attachments,
    author,
    comment_attachment,
    created,
    feeling,
    first_picture,
    message_attachments,
    participants,
    permalink,
    person,
    picture,
    privacy,
    recipients,
    scheduled,
    status_type,
    updated,
)
from paloverde.simulator.facebook.unfilled import UNFILLED
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.lists import here
from paloverde.simulator.graph.view import Nodes, Show, View, nested, stamp


def parent(view: View, item: Item, field: Field) -> dict[str, Any] | None:
    if item.parent is None or item.parent.kind == "post":
        return None
    return view.render("comment", item.parent, field.inner or [Field("created_time"), Field("message")])


POST: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "created_time": created,
    "updated_time": updated,
    "message": lambda _, item, __: item.text or None,
    "story": lambda _, item, __: None if item.text else f"{item.author.name} updated their cover photo.",
    "from": author,
    "permalink_url": lambda view, item, _: permalink(view, item),
    "status_type": status_type,
    "is_hidden": lambda _, item, __: item.state is State.HIDDEN,
    "is_published": lambda view, item, _: view.presence.stream_of(item, view.city.clock.now()) != "scheduled",
    "is_expired": lambda *_: False,
    "is_popular": lambda *_: False,
    "is_spherical": lambda *_: False,
    "privacy": privacy,
    "shares": lambda _, item, __: {"count": item.likes // 4} if item.likes >= 4 else None,
    "full_picture": first_picture,
    "picture": first_picture,
    "attachments": attachments,
    "scheduled_publish_time": scheduled,
    "comments": nested,
    "reactions": lambda view, item, field: besides.reactions(view, item, field.arguments),
    "likes": feeling,
    "to": lambda view, item, _: (
        {"data": [person(view.presence.account)]} if item.stream == "visitor" else None
    ),
}
COMMENT: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "created_time": lambda _, item, __: stamp(item.at),
    "from": author,
    "message": lambda _, item, __: item.text,
    "is_hidden": lambda view, item, _: item.state is State.HIDDEN if view.owner else None,
    "is_private": lambda *_: False,
    "can_comment": lambda view, *_: view.owner,
    "can_hide": lambda view, item, _: view.owner and item.author is not view.presence.account,
    "can_like": lambda view, *_: view.owner,
    "can_remove": lambda view, *_: view.owner,
    "can_reply_privately": lambda view, item, _: view.owner and item.author is not view.presence.account,
    "comment_count": lambda view, item, _: sum(view.presence.there(reply) for reply in item.replies),
    "like_count": lambda _, item, __: item.likes,
    "message_tags": lambda *_: [],
    "permalink_url": lambda view, item, _: permalink(view, item),
    "user_likes": lambda *_: False,
    "parent": parent,
    "object": lambda view, item, field: view.render(
        "post", item.root, field.inner or [Field("created_time")]
    ),
    "attachment": comment_attachment,
    "comments": nested,
    "reactions": lambda view, item, field: besides.reactions(view, item, field.arguments),
    "likes": feeling,
}
THREAD: dict[str, Show] = {
    "id": lambda _, thread, __: thread.id,
    "link": lambda view, thread, _: f"/{view.page_id}/inbox/{thread.id[2:]}/?section=messages",
    "updated_time": lambda _, thread, __: stamp(max(item.at for item in thread.messages)),
    "message_count": lambda view, thread, _: len(here(view, thread)),
    "unread_count": lambda *_: 0,
    "participants": participants,
    "senders": participants,
    "former_participants": lambda *_: {"data": []},
    "snippet": lambda view, thread, _: here(view, thread)[-1].text[:80] if here(view, thread) else "",
    "can_reply": lambda *_: True,
    "is_subscribed": lambda *_: True,
    "scoped_thread_key": lambda _, thread, __: thread.id,
    "messages": nested,
}
MESSAGE: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "created_time": lambda _, item, __: stamp(item.at),
    "from": lambda _, item, __: person(item.author, mail=True),
    "to": recipients,
    "message": lambda _, item, __: item.text,
    "tags": lambda *_: {"data": [{"name": "inbox"}, {"name": "source:mobile"}]},
    "attachments": message_attachments,
    "is_unsupported": lambda *_: False,
}
PAGE: dict[str, Show] = {
    "id": lambda view, *_: view.page_id,
    "name": lambda view, *_: view.presence.account.name,
    "username": lambda view, *_: view.presence.account.username,
    "about": lambda view, *_: view.presence.account.bio,
    "description": lambda *_: "The municipal government of Palma Ria, a desert city of invented people.",
    "category": lambda *_: "City hall",
    "category_list": lambda *_: [{"id": "2258", "name": "City hall"}],
    "website": lambda *_: texts.SITE,
    "link": lambda view, *_: f"{WWW}/{view.presence.account.username}",
    "phone": lambda *_: "+1 760-555-0100",
    "emails": lambda *_: ["clerk@cityofpalmaria.example"],
    "fan_count": lambda view, *_: len(view.presence.followers) - len(view.presence.followers) // 50,
    "followers_count": lambda view, *_: len(view.presence.followers),
    "verification_status": lambda *_: "blue_verified",
    "is_published": lambda *_: True,
    "picture": lambda view, *_: {
        "data": {"height": 50, "is_silhouette": False, "url": view.file("profile.png"), "width": 50}
    },
    "cover": lambda view, *_: {"cover_id": "1", "id": "1", "source": view.file("profile-cover.png")},
}
PAGE |= dict.fromkeys(
    ("feed", "posts", "published_posts", "visitor_posts", "tagged", "conversations", "photos", "videos"),
    nested,
)
PHOTO: dict[str, Show] = {
    "id": lambda _, photo, __: photo.medium.native_id,
    "created_time": lambda _, photo, __: stamp(photo.post.at),
    "updated_time": lambda _, photo, __: stamp(photo.post.editions[-1].at),
    "from": lambda view, photo, field: author(view, photo.post, field),
    "name": lambda _, photo, __: photo.post.text,
    "alt_text": lambda _, photo, __: f"May be an image of: {photo.medium.alt_text}",
    "alt_text_custom": lambda _, photo, __: photo.medium.alt_text,
    "height": lambda *_: media.SIDE,
    "width": lambda *_: media.SIDE,
    "images": lambda view, photo, _: [
        {"height": media.SIDE, "source": view.file(photo.medium.name), "width": media.SIDE}
    ],
    "picture": lambda view, photo, _: view.file(photo.medium.name),
    "link": lambda view, photo, _: f"{WWW}/{view.presence.account.username}/photos/{photo.medium.native_id}/",
    "page_story_id": lambda _, photo, __: photo.post.id,
}
VIDEO: dict[str, Show] = {
    "id": lambda _, video, __: video.medium.native_id,
    "created_time": lambda _, video, __: stamp(video.post.at),
    "updated_time": lambda _, video, __: stamp(video.post.editions[-1].at),
    "from": lambda view, video, field: author(view, video.post, field),
    "title": lambda _, video, __: video.medium.alt_text,
    "description": lambda _, video, __: video.post.text,
    "length": lambda *_: 8.0,
    "published": lambda *_: True,
    "source": lambda view, video, _: view.file(video.medium.name),
    "picture": lambda view, video, _: picture(view, video.medium)["src"],
    "permalink_url": lambda view, video, _: (
        f"/{view.presence.account.username}/videos/{video.medium.native_id}/"
    ),
    "post_id": lambda _, video, __: video.post.id.rpartition("_")[2],
}
PERSON: dict[str, Show] = {
    "id": lambda _, someone, __: someone.id,
    "name": lambda _, someone, __: someone.name,
}

NODES: dict[str, dict[str, Show]] = {
    "page": PAGE, "post": POST, "comment": COMMENT, "thread": THREAD, "message": MESSAGE, "photo": PHOTO,
    "video": VIDEO, "person": PERSON, "story": besides.STORY, "live": besides.LIVE, "rating": besides.RATING,
}  # fmt: skip
TYPES = {
    "page": "Page", "post": "PagePost", "comment": "Comment", "thread": "UnifiedThread",
    "message": "UnifiedMessage", "photo": "Photo", "video": "Video", "person": "Profile",
    "story": "Stories", "live": "LiveVideo", "rating": "Recommendation",
}  # fmt: skip
DEFAULTS: dict[str, str] = {
    "page": "name,id", "post": "created_time,message,story,id", "comment": "created_time,from,message,id",
    "thread": "id,link,updated_time", "message": "id,created_time", "photo": "created_time,name,id",
    "video": "updated_time,description,id", "person": "name,id",
    "story": "post_id,status,creation_time,media_type,media_id,url", "live": "status,description,id",
    "rating": "created_time,recommendation_type,review_text",
}  # fmt: skip

SHOWN = Nodes(NODES, TYPES, DEFAULTS, UNFILLED)
