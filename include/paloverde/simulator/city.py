"""The city as it truly is: people, posts, comments, conversations, followers. No wire format, no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any, Protocol

from paloverde.simulator.clock import Clock


class State(StrEnum):
    PRESENT = "present"
    HIDDEN = "hidden"
    HELD = "held"  # submitted, and kept back until somebody of the city looks
    SPAM = "spam"  # kept back as likely spam
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed an item's state ("city", "author", "platform"), when, and why in words."""

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """One picture or video. `name` is its file name under /media/<platform>/."""

    name: str
    native_id: str
    type: str = "photo"
    alt_text: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """One wording of an item. X gives each wording its own id; Facebook keeps the id."""

    id: str
    text: str
    at: datetime


@dataclass(slots=True, eq=False)
class Person:
    id: str
    name: str
    username: str
    joined: datetime
    bio: str = ""
    banned: bool = False
    muted: bool = False
    suspended: datetime | None = None  # by the site: since when


@dataclass(slots=True, eq=False)
class Conversation:
    """A private thread between the city's account and one resident. `messages` are oldest first."""

    id: str
    person: Person
    messages: list[Item] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Item:
    """A post, comment or message with all its wordings.

    `stream` says where a post stands: own, visitor, tagged, scheduled, and where the site has them story,
    reel, live, rating. `unsigned`: the site withholds who wrote it, even from the owner.
    """

    kind: str
    author: Person
    at: datetime
    order: int
    editions: list[Edition]
    stream: str = ""
    parent: Item | None = None
    thread: Conversation | None = None
    media: tuple[Medium, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    poll: tuple[str, ...] = ()
    likes: int = 0
    unsigned: bool = False
    state: State = State.PRESENT
    changed: Change | None = None
    replies: list[Item] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.editions[-1].id

    @property
    def first_id(self) -> str:
        return self.editions[0].id

    @property
    def text(self) -> str:
        return self.editions[-1].text

    @property
    def root(self) -> Item:
        item = self
        while item.parent is not None:
            item = item.parent
        return item

    @property
    def key(self) -> tuple[int, int]:
        """Its place in time; `order` tells apart what came in the same second."""
        return int(self.at.timestamp()), self.order


class Ids(Protocol):
    """How one site makes its ids and shapes its texts."""

    cascades: bool  # deleting a parent deletes what hangs under it
    renews_on_edit: bool  # an edit gets a new id

    def account(self, rng: Random) -> str: ...
    def person(self, rng: Random, joined: datetime) -> str: ...
    def post(self, rng: Random, at: datetime, account: str) -> str: ...
    def comment(self, rng: Random, at: datetime, root: str) -> str: ...
    def message(self, rng: Random, at: datetime) -> str: ...
    def conversation(self, rng: Random, account: str, person: str) -> str: ...
    def medium(self, rng: Random, at: datetime, kind: str) -> str: ...
    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]: ...
    def mention(self, account: Person) -> str: ...
    def addressed(self, text: str, to: list[Person]) -> str: ...


class Presence:
    """The city's account on one site and everything around it.

    `tokens` maps each token that the simulator issued to what it opens: "owner" (the page, the signed-in
    account) or "public". `settings` are the site's own rules; `/_sim/settings` changes them.
    """

    def __init__(
        self, platform: str, ids: Ids, rng: Random, account: Person, settings: dict[str, Any]
    ) -> None:
        self.platform = platform
        self.ids = ids
        self.rng = rng
        self.account = account
        self.settings = settings
        self.slug = f"{platform}-{account.username.lower()}"
        self.tokens: dict[str, str] = {}
        self.people: dict[str, Person] = {account.id: account}
        self.revoked: dict[str, int] = {}
        self.grant: dict[str, Any] = {}  # what the token endpoint gave out last; see tokens.py
        self.usernames: dict[str, Person] = {account.username.lower(): account}
        self.followers: list[Person] = []
        self.posts: list[Item] = []
        self.comments: list[Item] = []
        self.conversations: dict[str, Conversation] = {}
        self.items: dict[str, Item] = {}
        self.media: set[str] = set()
        self.calls: dict[str, tuple[int, int]] = {}
        self.pinned: Item | None = None
        self._count = 0

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        self.usernames[person.username.lower()] = person
        return person

    def rename(self, person: Person, name: str, username: str) -> None:
        del self.usernames[person.username.lower()]
        person.name, person.username = name, username
        self.usernames[username.lower()] = person

    def add_post(self, author: Person, text: str, at: datetime, stream: str = "own", **more: Any) -> Item:
        text, links = self.ids.links(self.rng, text)
        wall = author if stream == "tagged" else self.account  # on whose page it stands
        edition = Edition(self.ids.post(self.rng, at, wall.id), text, at)
        if self.settings.get("always_pictured") and not more.get("media"):  # a site of pictures
            native_id = self.ids.medium(self.rng, at, "photo")
            more["media"] = (Medium(f"{native_id}.png", native_id, "photo", "A picture of the city"),)
        item = self._keep(
            Item("post", author, at, self._next(), [edition], stream=stream, links=links, **more)
        )
        self.posts.append(item)
        return item

    def add_comment(self, author: Person, text: str, at: datetime, parent: Item, **more: Any) -> Item:
        text, links = self.ids.links(self.rng, text)
        edition = Edition(self.ids.comment(self.rng, at, parent.root.id), text, at)
        item = self._keep(
            Item("comment", author, at, self._next(), [edition], parent=parent, links=links, **more)
        )
        parent.replies.append(item)
        self.comments.append(item)
        return item

    def add_message(self, author: Person, text: str, at: datetime, thread: Conversation, **more: Any) -> Item:
        text, links = self.ids.links(self.rng, text)
        edition = Edition(self.ids.message(self.rng, at), text, at)
        item = self._keep(
            Item("message", author, at, self._next(), [edition], thread=thread, links=links, **more)
        )
        thread.messages.append(item)
        return item

    def addressees(self, parent: Item, author: Person) -> list[Person]:
        """Those whom a reply names: whom it answers, who began, and the account that they all speak to."""
        people: list[Person] = []
        for person in (parent.author, parent.root.author, self.account):
            if person is not author and person not in people:
                people.append(person)
        return people

    def conversation_with(self, person: Person) -> Conversation:
        """The thread with this resident, opened if there is none."""
        for thread in self.conversations.values():
            if thread.person is person:
                return thread
        return self.conversation_with_new(person)

    def conversation_with_new(self, person: Person) -> Conversation:
        """Opens a thread with a resident who has none."""
        thread = Conversation(self.ids.conversation(self.rng, self.account.id, person.id), person)
        self.conversations[thread.id] = thread
        return thread

    def reword(self, item: Item, text: str, at: datetime) -> None:
        """A new wording; the earlier ids keep leading to the item."""
        text, item.links = self.ids.links(self.rng, text)
        new_id = self.ids.post(self.rng, at, self.account.id) if self.ids.renews_on_edit else item.id
        item.editions.append(Edition(new_id, text, at))
        self.items[new_id] = item

    def state_of(self, item: Item) -> tuple[State, Change | None]:
        """The true state: a suspended author, and where the site cascades a deleted parent, take it along."""
        above: Item | None = item
        while above is not None:
            if above.state is State.DELETED:
                return State.DELETED, above.changed
            if above.author.suspended and above.kind != "message":
                return State.DELETED, Change("platform", above.author.suspended, "suspended")
            above = above.parent if self.ids.cascades else None
        return item.state, item.changed

    def there(self, item: Item) -> bool:
        """The site still has it, shown or hidden."""
        return self.state_of(item)[0] is not State.DELETED

    def stream_of(self, item: Item, now: datetime) -> str:
        """Where a post stands now: a scheduled one is published when its time comes."""
        return "own" if item.stream == "scheduled" and item.at <= now else item.stream

    def find(self, native_id: str) -> Item | None:
        """The item of this id, if the site still has it."""
        item = self.items.get(native_id)
        return item if item is not None and self.there(item) else None

    def everything(self) -> Iterator[Item]:
        yield from self.posts
        yield from self.comments
        for thread in self.conversations.values():
            yield from thread.messages

    def _keep(self, item: Item) -> Item:
        self.items[item.id] = item
        for medium in item.media:
            self.media |= {medium.name, medium.name.replace(".mp4", ".png")}  # a film has a still
        return item

    def _next(self) -> int:
        self._count += 1
        return self._count


class City:
    """One simulated city: a clock and a presence on each site."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.seed = seed
        self.clock = clock
        self.presences: dict[str, Presence] = {}

    def presence(self, name: str) -> Presence:
        """By platform or by account slug. Raises `KeyError`, whose text says what there is."""
        for presence in self.presences.values():
            if name in {presence.platform, presence.slug}:
                return presence
        known = ", ".join(p.slug for p in self.presences.values())
        raise KeyError(f"There is no site or account {name!r} in this city; it has {known}.")
