"""The parts of Graph answers that take more than one line to put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paloverde.simulator import media, texts
from paloverde.simulator.city import Conversation, Item, Medium, Person
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.view import View, stamp

WWW = "https://www.facebook.com"


@dataclass(frozen=True, slots=True)
class Photo:
    post: Item
    medium: Medium
    index: int

    @property
    def key(self) -> tuple[int, int]:
        return int(self.post.at.timestamp()), self.post.order * 10 + self.index


def person(someone: Person, *, mail: bool = False) -> dict[str, str]:
    shown = {"name": someone.name}
    if mail:
        shown["email"] = f"{someone.id}@facebook.com"
    return {**shown, "id": someone.id}


def author(view: View, item: Item, _: Field) -> dict[str, str] | None:
    """`from`: the Page always; others only with the Page's token, and not where the site withholds them."""
    if item.author is view.presence.account:
        return person(item.author)
    return person(item.author) if view.owner and not item.unsigned else None


def permalink(view: View, item: Item) -> str:
    post = item.root.id.rpartition("_")[2]
    where = f"{WWW}/{item.root.id.rpartition('_')[0] or view.page_id}/posts/{post}/"
    if item.kind == "post":
        return where
    own = item.id.rpartition("_")[2]
    if item.parent is None or item.parent.kind == "post":
        return f"{where}?comment_id={own}"
    return f"{where}?comment_id={item.parent.id.rpartition('_')[2]}&reply_comment_id={own}"


def picture(view: View, medium: Medium) -> dict[str, Any]:
    still = medium.name.replace(".mp4", ".png")
    return {"height": media.SIDE, "src": view.file(still), "width": media.SIDE}


def attachment(view: View, medium: Medium) -> dict[str, Any]:
    url = f"{WWW}/{view.presence.account.username}/{medium.type}s/{medium.native_id}/"
    shown: dict[str, Any] = {"media": {"image": picture(view, medium)}, "media_type": medium.type}
    if medium.type == "video":
        shown["media"]["source"] = view.file(medium.name)
    kind = "video_inline" if medium.type == "video" else "photo"
    return {
        **shown,
        "target": {"id": medium.native_id, "url": url},
        "title": medium.alt_text,
        "type": kind,
        "url": url,
    }


def attachments(view: View, item: Item, _: Field) -> dict[str, Any] | None:
    shown = [attachment(view, medium) for medium in item.media]
    if len(shown) > 1:
        url = permalink(view, item)
        album = {"media": shown[0]["media"], "media_type": "album", "subattachments": {"data": shown}}
        shown = [
            {**album, "target": {"id": item.id, "url": url}, "title": "Photos", "type": "album", "url": url}
        ]
    link = next((word for word in item.text.split() if word.startswith("https://")), None)
    if not shown and link is not None:
        shown = [
            {"media_type": "link", "target": {"url": link}, "title": texts.CITY, "type": "share", "url": link}
        ]
    return {"data": shown} if shown else None


def status_type(_: View, item: Item, __: Field) -> str:
    if item.stream in {"visitor", "tagged"}:
        return "wall_post"
    if item.media:
        return "added_video" if item.media[0].type == "video" else "added_photos"
    return "shared_story" if "https://" in item.text else "mobile_status_update"


def privacy(_: View, __: Item, ___: Field) -> dict[str, str]:
    return {"allow": "", "deny": "", "description": "Public", "friends": "", "value": "EVERYONE"}


def first_picture(view: View, item: Item, _: Field) -> str | None:
    return str(picture(view, item.media[0])["src"]) if item.media else None


def feeling(_: View, item: Item, field: Field) -> dict[str, Any]:
    """`reactions` and `likes`: nobody's names, and the count where asked."""
    shown: dict[str, Any] = {"data": []}
    if "summary" in field.arguments:
        mine = (
            {"viewer_reaction": "NONE"}
            if field.name == "reactions"
            else {"can_like": True, "has_liked": False}
        )
        shown["summary"] = {"total_count": item.likes, **mine}
    return shown


def updated(_: View, item: Item, __: Field) -> str:
    return stamp(max([item.editions[-1].at, *(reply.at for reply in item.replies)]))


def comment_attachment(view: View, item: Item, _: Field) -> dict[str, Any] | None:
    return attachment(view, item.media[0]) if item.media else None


def message_attachments(view: View, item: Item, _: Field) -> dict[str, Any] | None:
    shown = []
    for medium in item.media:
        url = view.file(medium.name)
        size = {"width": media.SIDE, "height": media.SIDE, "max_width": media.SIDE, "max_height": media.SIDE}
        data = {**size, "url": url, "preview_url": url, "image_type": 1, "render_as_sticker": False}
        what = {
            "id": medium.native_id,
            "mime_type": "image/png",
            "name": medium.name,
            "size": len(media.png(medium.name)),
        }
        shown.append({**what, "image_data": data})
    return {"data": shown} if shown else None


def recipients(view: View, item: Item, _: Field) -> dict[str, Any]:
    assert item.thread is not None
    account = view.presence.account
    to = item.thread.person if item.author is account else account
    return {"data": [person(to, mail=True)]}


def participants(view: View, thread: Conversation, _: Field) -> dict[str, Any]:
    return {"data": [person(thread.person, mail=True), person(view.presence.account, mail=True)]}


def scheduled(_: View, item: Item, __: Field) -> int | None:
    return int(item.at.timestamp()) if item.stream == "scheduled" else None


def created(view: View, item: Item, _: Field) -> str:
    return stamp(min(item.at, view.city.clock.now()))
