"""X's objects: posts, users, media, direct message events. Absent values are left out, never null."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paloverde.simulator import media, texts
from paloverde.simulator.city import City, Item, Medium, Person, Presence
from paloverde.simulator.wire import Ask
from paloverde.simulator.x.vocabulary import OLD, Words

SHORT = 280
TOKENS = re.compile(r"(?P<url>https://t\.co/\w+)|(?<!\w)@(?P<mention>\w{1,15})|(?<!\w)#(?P<hashtag>\w+)")
LEADING = re.compile(r"(?:@\w+ )+")
SPANISH = re.compile(r"[¿¡ñ]|\b(?:gracias|calle|para|agua|reunión|con|obras)\b", re.IGNORECASE)
SCRIPTS = (("ar", "\u0600-\u06ff"), ("ja", "\u3040-\u30ff"), ("zh", "\u4e00-\u9fff"))


@dataclass(frozen=True, slots=True)
class View:
    city: City
    presence: Presence
    ask: Ask
    words: Words
    owner: bool

    def asked(self, name: str) -> frozenset[str]:
        return frozenset(part for part in self.ask.query.get(name, "").split(",") if part)

    @property
    def expansions(self) -> frozenset[str]:
        return self.asked("expansions")

    def file(self, name: str) -> str:
        root = self.ask.base.removesuffix("/x")
        return media.address(root, "x", name, self.city, signed=self.presence.settings["signed_media"])


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def short_link(seed: str) -> str:
    return f"https://t.co/{hashlib.sha256(seed.encode()).hexdigest()[:10]}"


def full_text(item: Item, text: str | None = None) -> str:
    """The whole wording as X sends it: &, < and > escaped, a link to its own media at the end."""
    said = html.escape(item.text if text is None else text, quote=False)
    return f"{said} {short_link(item.media[0].native_id)}" if item.media else said


def shown_text(item: Item, text: str | None = None) -> str:
    """`text`: longer wordings are cut and go on in the note."""
    whole = full_text(item, text)
    if len(whole) <= SHORT:
        return whole
    return f"{whole[: SHORT - 26].rsplit(' ', 1)[0]}… {short_link(item.id)}"


def language(text: str) -> str:
    for code, letters in SCRIPTS:
        if re.search(f"[{letters}]", text):
            return code
    if SPANISH.search(text):
        return "es"
    return "en" if re.search("[A-Za-z]{3}", text) else "und"


def entities(view: View, item: Item, text: str) -> dict[str, Any] | None:
    """Links, mentions and hashtags of a wire text, with their places in code points."""
    found: dict[str, list[dict[str, Any]]] = {}
    for match in TOKENS.finditer(text):
        where: dict[str, Any] = {"start": match.start(), "end": match.end()}
        if url := match["url"]:
            found.setdefault("urls", []).append({**where, **_link(item, url)})
        elif name := match["mention"]:
            known = view.presence.usernames.get(name.lower())
            found.setdefault("mentions", []).append(
                {**where, "username": name, **({"id": known.id} if known else {})}
            )
        else:
            found.setdefault("hashtags", []).append({**where, "tag": match["hashtag"]})
    return found or None


def mentioned(item: Item) -> list[str]:
    """The usernames that a text names, in small letters."""
    return [match["mention"].lower() for match in TOKENS.finditer(item.text) if match["mention"]]


def _link(item: Item, url: str) -> dict[str, str]:
    if item.media and url == short_link(item.media[0].native_id):
        kind = item.media[0].type
        expanded = f"https://x.com/{item.author.username}/status/{item.id}/{kind}/1"
        return {
            "url": url,
            "expanded_url": expanded,
            "display_url": f"pic.x.com/{url[-10:]}",
            "media_key": item.media[0].native_id,
        }
    expanded = dict(item.links).get(url, f"https://x.com/i/web/status/{item.id}")
    return {"url": url, "expanded_url": expanded, "display_url": expanded.removeprefix("https://")[:28] + "…"}


Show = Callable[[View, Item], Any]


def attachments(_: View, item: Item) -> dict[str, Any] | None:
    keys = {"media_keys": [medium.native_id for medium in item.media]} if item.media else {}
    polls = {"poll_ids": [poll_id(item)]} if item.poll else {}
    return {**keys, **polls} or None


def poll_id(item: Item) -> str:
    """A poll's id: like a post's, and not the post's own."""
    return str(int(item.first_id) + 1)


def poll(view: View, item: Item) -> dict[str, Any]:
    """A poll, with votes that grow by the minute."""
    fields = view.asked("poll.fields")
    ends = item.at + timedelta(days=1)
    minutes = max(0, int((view.city.clock.now() - item.at).total_seconds()) // 60)
    values: dict[str, Any] = {
        "duration_minutes": 1440,
        "end_datetime": stamp(ends),
        "voting_status": "open" if view.city.clock.now() < ends else "closed",
    }
    options = [
        {"position": i + 1, "label": label, "votes": minutes // (i + 3)} for i, label in enumerate(item.poll)
    ]
    return {
        "id": poll_id(item),
        "options": options,
        **{name: value for name, value in values.items() if name in fields},
    }


def metrics(view: View, item: Item) -> dict[str, int]:
    replies = sum(view.presence.there(reply) for reply in item.replies)
    return {
        view.words.reposts: item.likes // 5, "reply_count": replies, "like_count": item.likes,
        "quote_count": item.likes // 20, "bookmark_count": item.likes // 9,
        "impression_count": 40 + item.likes * 31,
    }  # fmt: skip


def edit_controls(view: View, item: Item) -> dict[str, Any]:
    until = item.at + timedelta(hours=1)
    left = max(0, 6 - len(item.editions))
    eligible = item.author is view.presence.account and item.parent is None
    return {"edits_remaining": left, "is_edit_eligible": eligible, "editable_until": stamp(until)}


def note(view: View, item: Item) -> dict[str, Any] | None:
    whole = full_text(item)
    if len(whole) <= SHORT:
        return None
    found = entities(view, item, whole)
    return {"text": whole, "entities": found} if found else {"text": whole}


def display_range(_: View, item: Item) -> list[int] | None:
    text = shown_text(item)
    leading = LEADING.match(text)
    start = leading.end() if leading else 0
    return [start, len(text)] if start < len(text) else None


POST: dict[str, Show] = {
    "attachments": attachments,
    "author_id": lambda _, item: item.author.id,
    "conversation_id": lambda _, item: item.root.first_id,
    "created_at": lambda _, item: stamp(item.editions[-1].at),
    "display_text_range": display_range,
    "edit_controls": edit_controls,
    "entities": lambda view, item: entities(view, item, shown_text(item)),
    "in_reply_to_user_id": lambda _, item: item.parent.author.id if item.parent else None,
    "lang": lambda _, item: language(item.text),
    "possibly_sensitive": lambda *_: False,
    "public_metrics": metrics,
    "reply_settings": lambda *_: "everyone",
    "source": lambda view, item: "X Web App" if item.author is view.presence.account else "X for iPhone",
    "referenced": lambda _, item: (
        [{"type": "replied_to", "id": item.parent.first_id}] if item.parent else None
    ),
    "note": note,
}


def post(view: View, item: Item, edition: int = -1) -> dict[str, Any]:
    """One post. An earlier edition (by its own id) shows its own wording and time."""
    words, fields, expansions = view.words, view.asked(view.words.fields), view.expansions
    version = item.editions[edition]
    latest = version is item.editions[-1]
    shown: dict[str, Any] = {"id": version.id, "text": shown_text(item, version.text)}
    shown[words.history] = [one.id for one in item.editions]
    wanted = set(fields)
    wanted |= expansions & {"author_id", "in_reply_to_user_id"}
    wanted |= {"attachments"} if expansions & {"attachments.media_keys", "attachments.poll_ids"} else set()
    wanted |= {"entities"} if "entities.mentions.username" in expansions else set()
    wanted |= {words.referenced} if expansions & words.referenced_expansions else set()
    names = {words.referenced: "referenced", words.note: "note"}
    for name in sorted(wanted, key=lambda name: hashlib.md5(name.encode(), usedforsecurity=False).digest()):
        show = POST.get(names.get(name, name))
        value = show(view, item) if show and (latest or name not in {"entities", words.note}) else None
        if value is not None:
            shown[name] = value
    if not latest and "created_at" in shown:
        shown["created_at"] = stamp(version.at)
    return shown


def user(view: View, person: Person) -> dict[str, Any]:
    fields = view.asked("user.fields")
    official = person is view.presence.account
    values: dict[str, Any] = {
        "created_at": stamp(person.joined),
        "description": person.bio,
        "location": "Palma Ria, CA" if official else None,
        "url": texts.SITE if official else None,
        "protected": False,
        "verified": official,
        "verified_type": "government" if official else "none",
        "profile_image_url": view.file(f"profile-{person.id}.png"),
        "public_metrics": _user_metrics(view, person),
    }
    shown: dict[str, Any] = {"id": person.id, "name": person.name, "username": person.username}
    shown.update({name: value for name, value in values.items() if name in fields and value is not None})
    pinned = view.presence.pinned
    asked = view.words.pinned in fields or view.words.pinned in view.expansions
    if official and asked and pinned is not None and view.presence.there(pinned):
        shown[view.words.pinned] = pinned.id
    return shown


def _user_metrics(view: View, person: Person) -> dict[str, int]:
    official = person is view.presence.account
    mine = [item for item in view.presence.posts if item.author is person] if official else []
    return {
        "followers_count": len(view.presence.followers) if official else int(person.id[-3:]),
        "following_count": 84 if official else int(person.id[-2:]),
        view.words.count: len(mine) if official else int(person.id[-4:]),
        "listed_count": 12 if official else 0,
        "like_count": 40,
    }


def medium(view: View, one: Medium) -> dict[str, Any]:
    fields = view.asked("media.fields")
    url = view.file(one.name)
    film = one.type == "video"
    values: dict[str, Any] = {
        "alt_text": one.alt_text, "height": media.SIDE, "width": media.SIDE,
        "url": None if film else url,
        "preview_image_url": view.file(one.name.replace(".mp4", ".png")) if film else None,
        "duration_ms": 8000 if film else None,
        "variants": [{"bit_rate": 288000, "content_type": "video/mp4", "url": url}] if film else None,
    }  # fmt: skip
    shown: dict[str, Any] = {"media_key": one.native_id, "type": one.type}
    shown.update({name: value for name, value in values.items() if name in fields and value is not None})
    return shown


def event(view: View, item: Item) -> dict[str, Any]:
    """A direct message, as X lists it among its events."""
    assert item.thread is not None
    fields = set(view.asked("dm_event.fields") or {"id", "text", "event_type"})
    text = full_text(item)
    values: dict[str, Any] = {
        "text": text,
        "created_at": stamp(item.at),
        "dm_conversation_id": item.thread.id,
        "sender_id": item.author.id,
        "attachments": attachments(view, item),
    }
    if "entities" in fields and (found := entities(view, item, text)):
        # The old definitions put hashtags, mentions and urls on the event itself.
        values |= found if view.words is OLD else {"entities": found}
        fields |= found.keys() if view.words is OLD else set()
    wanted = set(fields) | ({"sender_id"} & view.expansions)
    wanted |= {"attachments"} if "attachments.media_keys" in view.expansions else set()
    shown: dict[str, Any] = {"id": item.id, "event_type": "MessageCreate"}
    shown.update({name: value for name, value in values.items() if name in wanted and value is not None})
    return shown
