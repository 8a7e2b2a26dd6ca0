"""How a city comes to be: the same seed, scale and moment always give the same city."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from paloverde.simulator import texts
from paloverde.simulator.city import Change, Conversation, Ids, Item, Medium, Person, Presence, State

HISTORY = timedelta(days=45)
_UNSIGNED = frozenset({"facebook", "youtube"})  # sites that at times withhold who wrote
_FILM = 7  # the number of a post that shows a video


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much of each there is on one site."""

    posts: int = 60
    comments: int = 400
    conversations: int = 20
    messages: int = 150
    followers: int = 300

    def scaled(self, scale: float) -> Numbers:
        return Numbers(*(max(min(n, 1), round(n * scale)) for n in (
            self.posts, self.comments, self.conversations, self.messages, self.followers,
        )))  # fmt: skip


def grow(
    platform: str, ids: Ids, seed: int, moment: datetime, numbers: Numbers, settings: dict[str, Any]
) -> Presence:
    """A presence with 45 days of history up to `moment`. `settings` are the site's own rules."""
    rng = Random(f"{seed}/{platform}")  # noqa: S311  a repeatable city, nothing secret
    account = Person(
        ids.account(rng), texts.CITY, "cityofpalmaria", moment - timedelta(days=4000),
        "Official account. Comments are public records. 🌵",
    )  # fmt: skip
    presence = Presence(platform, ids, rng, account, settings)
    for opens in ("owner", "public"):
        presence.tokens[f"city-token-{platform}-{opens}-{rng.getrandbits(64):016x}"] = opens
    _Growth(presence, rng, moment).fill(numbers)
    return presence


class _Growth:
    def __init__(self, presence: Presence, rng: Random, moment: datetime) -> None:
        self.presence = presence
        self.rng = rng
        self.moment = moment
        self.residents: list[Person] = []

    def fill(self, numbers: Numbers) -> None:
        self._people(max(40, numbers.comments // 8), numbers.followers)
        self._posts(numbers.posts)
        self._comments(numbers.comments)
        self._conversations(numbers.conversations, numbers.messages)
        self._past_removals()

    def say(self, bank: tuple[str, ...]) -> str:
        rng = self.rng
        template = rng.choice(bank)
        link = next(link for word, link in texts.LINKS.items() if word in template)
        said = template.format(
            street=rng.choice(texts.STREETS), park=rng.choice(texts.PARKS), day=rng.choice(texts.DAYS),
            hour=rng.choice(texts.HOURS), n=rng.randrange(2, 120), link=link,
            neighbor=rng.choice(self.residents).username,
            city=self.presence.ids.mention(self.presence.account),
        )  # fmt: skip
        return said.replace("m..", "m.")  # "at 6 p.m." ends a sentence by itself

    def _person(self) -> Person:
        rng = self.rng
        first, last = rng.choice(texts.FIRST), rng.choice(texts.LAST)
        joined = self.moment - timedelta(days=rng.randrange(60, 3000), seconds=rng.randrange(86400))
        name = f"{first} {last}"
        plain = unicodedata.normalize("NFKD", first + last[0]).encode("ascii", "ignore").decode().lower()
        username = f"{plain[:10]}{rng.randrange(100, 99999)}"
        new_id = self.presence.ids.person(rng, joined)
        return self.presence.add_person(Person(new_id, name, username, joined, rng.choice(texts.BIOS)))

    def _people(self, residents: int, followers: int) -> None:
        self.residents = [self._person() for _ in range(residents)]
        known = self.residents[: followers // 2]
        self.presence.followers = known + [self._person() for _ in range(followers - len(known))]

    def _posts(self, count: int) -> None:
        presence, account = self.presence, self.presence.account
        for i, at in enumerate(self._moments(count)):
            spoken = i % 12
            if presence.platform == "youtube":  # a channel holds nobody else's videos, and each has a still
                film = self._media(at, _FILM)
                self._likes(presence.add_post(account, self.say(texts.POSTS), at, media=film))
            elif spoken == 5:
                self._resident_post("tagged", at)
            elif spoken == 9:
                self._resident_post("visitor", at)
            else:
                text = self.say(texts.LONG_POSTS if i % 7 == 3 else texts.POSTS)
                media = self._media(at, i)
                self._likes(self.presence.add_post(account, text, at, media=media))
        later = self.moment + timedelta(days=2)
        for _ in range(max(1, count // 60)):
            self.presence.add_post(account, self.say(texts.POSTS), later, "scheduled")
        own = [post for post in self.presence.posts if post.stream == "own"]
        self.presence.pinned = own[len(own) // 5] if own else None

    def _resident_post(self, stream: str, at: datetime) -> None:
        bank = texts.TAGGED if stream == "tagged" or self.presence.platform == "x" else texts.COMMENTS
        self._likes(self.presence.add_post(self.rng.choice(self.residents), self.say(bank), at, stream))

    def _moments(self, count: int) -> list[datetime]:
        """Spread over the history, with the last few within the last day."""
        whole = int(HISTORY.total_seconds())
        recent = min(count, 2 + count // 20)
        ago = [self.rng.randrange(86400, whole) for _ in range(count - recent)]
        ago += [self.rng.randrange(1800, 72000) for _ in range(recent)]
        return [self.moment - timedelta(seconds=s) for s in sorted(ago, reverse=True)]

    def _media(self, at: datetime, i: int) -> tuple[Medium, ...]:
        if i % 4 and i % 15 != 7:
            return ()
        kind = "video" if i % 15 == 7 else "photo"
        how_many = 3 if i % 20 == 8 else 1
        made = (self.presence.ids.medium(self.rng, at, kind) for _ in range(how_many))
        ending = "mp4" if kind == "video" else "png"
        return tuple(
            Medium(
                f"{native_id}.{ending}",
                native_id,
                kind,
                self.say(("A picture of {park}", "{street} at sunset")),
            )
            for native_id in made
        )

    def _comments(self, count: int) -> None:
        posts = [post for post in self.presence.posts if post.stream != "scheduled"]
        drawn = sorted(self.rng.choices(posts, k=count), key=lambda post: post.key)
        for post in drawn:
            self._comment(post, self._after(post.at, 3 * 86400))

    def _comment(self, post: Item, at: datetime) -> None:
        rng, presence = self.rng, self.presence
        parent = post
        if post.replies and rng.random() < 0.4:
            parent = rng.choice(post.replies)
            if presence.platform == "x" and parent.replies and rng.random() < 0.3:
                parent = rng.choice(parent.replies)
            at = self._after(parent.at, 86400)
        by_city = parent is not post and rng.random() < 0.25
        author = presence.account if by_city else rng.choice(self.residents)
        bank = texts.CITY_REPLIES if by_city else texts.COMMENTS if parent is post else texts.REPLIES
        text = presence.ids.addressed(self.say(bank), presence.addressees(parent, author))
        media = self._media(at, 0) if rng.random() < 0.03 else ()
        item = presence.add_comment(author, text, at, parent, media=media)
        item.unsigned = presence.platform in _UNSIGNED and not by_city and rng.random() < 0.02
        self._likes(item)

    def _after(self, at: datetime, within: int) -> datetime:
        room = max(2, min(within, int((self.moment - at).total_seconds()) - 1))
        return min(at + timedelta(seconds=1 + int(room * self.rng.random() ** 2)), self.moment)

    def _conversations(self, count: int, messages: int) -> None:
        if not count:  # a site without private messages
            return
        people = self.rng.sample(self.residents, min(count, len(self.residents)))
        people += [self._person() for _ in range(count - len(people))]
        threads = [self.presence.conversation_with_new(person) for person in people]
        # A few long threads, so that some reach past what the site lets one read.
        weights = [12 if i % 10 == 0 else 1 for i in range(count)]
        drawn = self.rng.choices(range(count), weights, k=max(0, messages - count))
        shares = [1 + share for share in _tally(drawn, count)]
        for thread, share in zip(threads, shares, strict=True):
            self._messages(thread, share)

    def _messages(self, thread: Conversation, count: int) -> None:
        rng, presence = self.rng, self.presence
        start = self.moment - timedelta(seconds=rng.randrange(7200, int(HISTORY.total_seconds())))
        room = int((self.moment - start).total_seconds()) - 60
        for i, offset in enumerate(sorted(rng.randrange(room) for _ in range(count))):
            by_city = i % 2 == 1
            at = start + timedelta(seconds=offset)
            author = presence.account if by_city else thread.person
            media = self._media(at, 0) if rng.random() < 0.06 else ()
            text = self.say(texts.CITY_MESSAGES if by_city else texts.MESSAGES)
            presence.add_message(author, text, at, thread, media=media)

    def _past_removals(self) -> None:
        """Some comments were hidden, a few deleted, on YouTube some held back, before anybody looked."""
        presence_holds = self.presence.platform == "youtube"
        for i, item in enumerate(self.presence.comments):
            if item.author is self.presence.account or item.at > self.moment - timedelta(days=2):
                continue
            if i % 29 == 3:
                item.state, item.changed = State.HIDDEN, Change("city", self._after(item.at, 86400))
            elif i % 83 == 5:
                item.state, item.changed = State.DELETED, Change("author", self._after(item.at, 86400))
            elif presence_holds and i % 19 == 4:
                item.state = State.SPAM if i % 2 else State.HELD
                item.changed = Change("platform", self._after(item.at, 60))
        self.presence.comments.sort(key=lambda item: item.key)

    def _likes(self, item: Item) -> None:
        item.likes = int(self.rng.paretovariate(1.2)) - 1


def _tally(drawn: list[int], count: int) -> list[int]:
    shares = [0] * count
    for i in drawn:
        shares[i] += 1
    return shares
