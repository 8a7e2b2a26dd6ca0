"""What happens in the city: each event changes it, and is logged as the simulator's own truth.

An event is a mapping: `site` (platform or slug), `do` (a name of `EVENTS`), and what the event needs.
An item is named by its id, or by "latest post", "latest comment", "latest message".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paloverde.simulator.city import Change, City, Item, Medium, Person, Presence, State
from paloverde.simulator.truth import describe


class BadEvent(ValueError):
    """An event that cannot happen. Its text is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event at its moment."""

    presence: Presence
    now: datetime
    wish: dict[str, Any]

    def need(self, name: str) -> str:
        value = self.wish.get(name)
        if not isinstance(value, str) or not value:
            raise BadEvent(f"The event {self.wish.get('do')!r} needs {name!r} as a text.")
        return value

    def item(self, name: str = "item") -> Item:
        """The item that the event names, deleted ones included."""
        text = self.need(name)
        found = self.presence.items.get(text)
        if text.startswith("latest "):
            kind = text.removeprefix("latest ")
            of_kind = [
                item
                for item in self.presence.everything()
                if item.kind == kind and self.presence.there(item) and item.stream != "scheduled"
            ]
            found = max(of_kind, key=lambda item: item.key, default=None)
        if found is None:
            raise BadEvent(f"{self.presence.slug} has no item {text!r}; GET /_sim/truth lists them.")
        return found

    def person(self, name: str = "by", default: str = "city") -> Person:
        """A person by id or username; "city" is the account itself, "someone" any resident."""
        text = self.wish.get(name, default)
        people = self.presence.people.values()
        if text == "city":
            return self.presence.account
        if text == "someone":
            others = [
                one
                for one in people
                if one is not self.presence.account and not one.banned and not one.suspended
            ]
            return self.presence.rng.choice(others)
        for one in people:
            if text in {one.id, one.username}:
                return one
        raise BadEvent(
            f"{self.presence.slug} knows no person {text!r}; give an id, a username, city or someone."
        )

    def speaker(self, default: str) -> Person:
        """Who speaks now; the banned and the suspended cannot."""
        someone = self.person("by", default)
        if someone.banned or someone.suspended:
            raise BadEvent(f"{someone.name} cannot speak here: banned or suspended.")
        return someone

    def media(self) -> tuple[Medium, ...]:
        """A `photo` or a `film`, each given with its words."""
        kind, ending = ("video", "mp4") if self.wish.get("film") else ("photo", "png")
        words = self.wish.get("film") or self.wish.get("photo")
        if not words:
            return ()
        native_id = self.presence.ids.medium(self.presence.rng, self.now, kind)
        return (Medium(f"{native_id}.{ending}", native_id, kind, str(words)),)


def post(what: Happening) -> Item:
    someone = what.speaker("city")
    stream = str(what.wish.get("stream", "own" if someone is what.presence.account else "visitor"))
    poll = tuple(str(option) for option in what.wish.get("poll", ()))
    return what.presence.add_post(someone, what.need("text"), what.now, stream, media=what.media(), poll=poll)


def comment(what: Happening) -> Item:
    parent = what.item("on")
    someone = what.speaker("someone")
    if parent.kind == "message" or not what.presence.there(parent):
        raise BadEvent(f"Nobody can comment on {parent.id}: it is a message or deleted.")
    to = what.presence.addressees(parent, someone)
    text = what.presence.ids.addressed(what.need("text"), to)
    return what.presence.add_comment(someone, text, what.now, parent, media=what.media())


def message(what: Happening) -> Item:
    """A private message `by` the city or a resident; `to` a resident where the city writes."""
    someone = what.speaker("someone")
    resident = what.person("to", "someone") if someone is what.presence.account else someone
    thread = what.presence.conversation_with(resident)
    return what.presence.add_message(someone, what.need("text"), what.now, thread, media=what.media())


def edit(what: Happening) -> Item:
    item = what.item()
    text = what.need("text")
    leading = item.text.split(" ")[: 0 if item.parent is None or what.presence.platform != "x" else 9]
    names = [word for word in leading if word.startswith("@")]
    what.presence.reword(item, " ".join([*names, text]), what.now)
    return item


def hide(what: Happening) -> Item:
    return _change(what, State.HIDDEN, "city")


def unhide(what: Happening) -> Item:
    return _change(what, State.PRESENT, "city")


def delete(what: Happening) -> Item:
    return _change(what, State.DELETED, str(what.wish.get("by", "city")))


def hold(what: Happening) -> Item:
    """YouTube keeps a comment back for review, or with `as: spam` as likely spam."""
    if what.presence.platform != "youtube" or what.item().kind != "comment":
        raise BadEvent("Only comments on YouTube are held back.")
    return _change(what, State.SPAM if what.wish.get("as") == "spam" else State.HELD, "platform")


def release(what: Happening) -> Item:
    """The city lets a comment appear that was held back."""
    if what.item().state not in {State.HELD, State.SPAM}:
        raise BadEvent(f"{what.item().id} is not held back.")
    return _change(what, State.PRESENT, "city")


def restore(what: Happening) -> Item | Person:
    """Brings back a deleted item, or with `who` a banned or suspended person."""
    if "who" in what.wish:
        someone = what.person("who")
        someone.banned, someone.muted, someone.suspended = False, False, None
        return someone
    return _change(what, State.PRESENT, "city")


def _change(what: Happening, state: State, by: str) -> Item:
    item = what.item()
    if by not in {"city", "author", "platform"}:
        raise BadEvent("An item is changed by city, author or platform.")
    item.state, item.changed = state, Change(by, what.now, str(what.wish.get("note", "")))
    return item


def rename(what: Happening) -> Person:
    """A new display `name` or `username`, of the city's account unless `who` says otherwise."""
    someone = what.person("who")
    name, username = what.wish.get("name", someone.name), what.wish.get("username", someone.username)
    what.presence.rename(someone, str(name), str(username))
    return someone


def ban(what: Happening) -> Person:
    """The city blocks a person; what was said stays. `by: platform` suspends: all that was said goes."""
    someone = what.person("who", "someone")
    if someone is what.presence.account:
        raise BadEvent("The city's own account cannot be banned.")
    if what.wish.get("by") == "platform":
        someone.suspended = what.now
    else:
        someone.banned = True
    return someone


def mute(what: Happening) -> Person:
    """The city mutes a person: no more is seen of them, and they are not told."""
    someone = what.person("who", "someone")
    someone.muted = True
    return someone


def react(what: Happening) -> Item:
    """Somebody likes an item; of a message it is the other one in the conversation."""
    item = what.item()
    item.likes += 1
    return item


def follow(what: Happening) -> Person:
    someone = what.person("who", "someone")
    if someone not in what.presence.followers:
        what.presence.followers.insert(0, someone)
    return someone


def unfollow(what: Happening) -> Person:
    someone = what.person("who") if "who" in what.wish else what.presence.followers[0]
    what.presence.followers = [one for one in what.presence.followers if one is not someone]
    return someone


EVENTS: dict[str, Callable[[Happening], Item | Person]] = {
    "hold": hold, "release": release,
    "post": post, "comment": comment, "message": message, "edit": edit, "hide": hide, "unhide": unhide,
    "delete": delete, "restore": restore, "rename": rename, "ban": ban, "mute": mute, "follow": follow,
    "react": react,
    "unfollow": unfollow,
}  # fmt: skip


class Script:
    """Lets events happen, and keeps the log of those that did."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.log: list[dict[str, Any]] = []

    def play(self, wish: dict[str, Any]) -> dict[str, Any]:
        """One event. Raises `BadEvent` where it cannot happen; then nothing has changed."""
        act = EVENTS.get(str(wish.get("do", "")))
        if act is None:
            raise BadEvent(f"There is no event {wish.get('do')!r}; choose one of: {', '.join(EVENTS)}.")
        try:
            presence = self.city.presence(str(wish.get("site", "")))
        except KeyError as reason:
            raise BadEvent(str(reason.args[0])) from None
        now = self.city.clock.now()
        touched = act(Happening(presence, now, wish))
        entry = {"number": len(self.log) + 1, "at": now.isoformat(), "site": presence.slug, "do": wish["do"]}
        if isinstance(touched, Item):
            entry["item"] = describe(presence, touched)
        else:
            entry["person"] = {"id": touched.id, "name": touched.name, "username": touched.username}
        self.log.append(entry)
        return entry

    def play_all(self, wishes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self.play(wish) for wish in wishes]
