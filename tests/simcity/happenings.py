"""What happens in a city by day, drawn from the seed: each event such as the site knows it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from paloverde.simulator import texts
from paloverde.simulator.city import Item, Presence, State
from simcity.showing import SHOWING
from simcity.year import Year

WORDS = ("Thank you.", "¿Cuándo abre la piscina?", "I was wrong: it opens at 9 <early> & closes late.",
         "Meeting moved to 6 p.m.", "🌵 ok", "The lights on 5th are out again, for the third week in a row.",
         "مرحبا", "see https://cityofpalmaria.example/agenda")  # fmt: skip


def happen(year: Year, slug: str, *, during: bool = False) -> None:
    """One event of an account, such as this site knows it."""
    presence = year.presence(slug)
    showing = SHOWING[presence.platform]
    kinds = [
        name for name in DRAWN if name not in showing.without and (name not in RARE or name in showing.events)
    ]
    name = year.rng.choices(kinds, [DRAWN[kind] for kind in kinds])[0]
    MEANT[name](year, presence)
    if during:
        year.write("(while the night went on)")


def _say(rng: Random) -> str:
    return f"{rng.choice(WORDS)} {rng.choice(texts.PARKS)} {rng.randrange(10_000)}"


def _some(
    year: Year, presence: Presence, kinds: tuple[str, ...], fits: Callable[[Item], bool] = lambda _: True
) -> Item | None:
    """An item that is there: of the last weeks mostly, for that is where people look."""
    now = year.city.clock.now()
    found = [
        item
        for item in presence.everything()
        if item.kind in kinds and presence.there(item) and item.at <= now and fits(item)
    ]
    found.sort(key=lambda item: item.key)
    if not found:
        return None
    return year.rng.choice(found[-12:] if year.rng.random() < 0.7 else found)


def _post(year: Year, presence: Presence) -> None:
    stream = year.rng.choice(SHOWING[presence.platform].streams + ("own",) * 2)
    own = stream in {"own", "reel", "story"}
    more: dict[str, Any] = {"stream": stream} if own else {"by": "someone", "stream": stream}
    if presence.platform == "youtube" or stream == "reel":
        more["film"] = "A film of the park"
    elif year.rng.random() < 0.4:
        more["photo"] = "A picture of the park"
    text = _say(year.rng) if own else f"{_say(year.rng)} @{presence.account.username}"
    year.play(site=presence.slug, do="post", text=text, **more)


def _comment(year: Year, presence: Presence) -> None:
    on = _some(year, presence, ("post", "comment"), lambda item: _is_open(year, presence, item))
    if on is not None:
        more = {"by": "city"} if year.rng.random() < 0.2 else {}
        if year.rng.random() < 0.05:
            more["photo"] = "What it looks like"
        year.play(site=presence.slug, do="comment", on=on.id, text=_say(year.rng), **more)


def _is_open(year: Year, presence: Presence, item: Item) -> bool:
    now = year.city.clock.now()
    return presence.stream_of(item.root, now) != "scheduled" and presence.there(item.root)


def _message(year: Year, presence: Presence) -> None:
    if presence.conversations:
        more = {"photo": "A form"} if year.rng.random() < 0.1 else {}
        people = [thread.person.id for thread in presence.conversations.values()]
        by = year.rng.choice([*people, "someone"])
        year.play(site=presence.slug, do="message", text=_say(year.rng), by=by, **more)


def _edit(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("post", "comment"))
    if item is not None:
        text = item.editions[0].text if year.rng.random() < 0.15 else _say(year.rng)
        year.play(site=presence.slug, do="edit", item=item.id, text=text)


def _hide(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("comment",), lambda item: item.state is State.PRESENT)
    if item is not None:
        year.play(site=presence.slug, do="hide", item=item.id)


def _unhide(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("comment",), lambda item: item.state is State.HIDDEN)
    if item is not None:
        year.play(site=presence.slug, do="unhide", item=item.id)


def _hold(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("comment",), lambda item: item.state is State.PRESENT)
    if item is not None:
        more = {"as": "spam"} if year.rng.random() < 0.4 else {}
        year.play(site=presence.slug, do="hold", item=item.id, **more)


def _release(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("comment",), lambda item: item.state in {State.HELD, State.SPAM})
    if item is not None:
        year.play(site=presence.slug, do="release", item=item.id)


def _delete(year: Year, presence: Presence) -> None:
    item = _some(year, presence, ("post", "comment", "comment", "message"))
    if item is not None:
        year.play(
            site=presence.slug, do="delete", item=item.id, by=year.rng.choice(("city", "author", "platform"))
        )


def _restore(year: Year, presence: Presence) -> None:
    gone = [item for item in presence.everything() if item.state is State.DELETED]
    if gone:
        year.play(site=presence.slug, do="restore", item=year.rng.choice(gone).id)


def _suspend(year: Year, presence: Presence) -> None:
    year.play(site=presence.slug, do="ban", who="someone", by="platform")


def _ban(year: Year, presence: Presence) -> None:
    year.play(site=presence.slug, do="ban", who="someone")


def _lift(year: Year, presence: Presence) -> None:
    barred = [one for one in presence.people.values() if one.suspended or one.banned]
    if barred:
        year.play(site=presence.slug, do="restore", who=year.rng.choice(barred).id)


def _rename(year: Year, presence: Presence) -> None:
    number = year.rng.randrange(1000, 9999)
    if year.rng.random() < 0.3:
        year.play(site=presence.slug, do="rename", name=f"City of Palma Ria {number}")
        return
    someone = year.rng.choice([one for one in presence.people.values() if one is not presence.account])
    year.play(
        site=presence.slug, do="rename", who=someone.id, name=f"Renamed {number}", username=f"renamed{number}"
    )


def _follow(year: Year, presence: Presence) -> None:
    year.play(site=presence.slug, do="follow", who="someone")


def _unfollow(year: Year, presence: Presence) -> None:
    year.play(site=presence.slug, do="unfollow")


def mass_deletion(year: Year) -> None:
    """Somebody cleans up: more goes at once than is believed without a question."""
    presence = year.presence(year.rng.choice(list(year.tokens)))
    there = [item for item in presence.comments if presence.there(item)]
    year.told.faults["mass deletion"] += 1
    for item in year.rng.sample(there, min(len(there), year.rng.randrange(8, 30))):
        year.play(site=presence.slug, do="delete", item=item.id, by=year.rng.choice(("city", "platform")))


MEANT: dict[str, Callable[[Year, Presence], None]] = {
    "post": _post, "comment": _comment, "message": _message, "edit": _edit, "hide": _hide, "unhide": _unhide,
    "delete": _delete, "restore": _restore, "suspend": _suspend, "ban": _ban, "lift": _lift, "rename": _rename,
    "follow": _follow, "unfollow": _unfollow, "hold": _hold, "release": _release,
}  # fmt: skip
DRAWN = {
    "post": 8, "comment": 24, "message": 10, "edit": 10, "hide": 8, "unhide": 5, "delete": 10, "restore": 2,
    "suspend": 1, "ban": 1, "lift": 2, "rename": 2, "follow": 3, "unfollow": 2, "hold": 6, "release": 4,
}  # fmt: skip
RARE = frozenset({"hold", "release"})  # only where the site has them
