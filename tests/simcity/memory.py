"""The truth as it was: snapshots of a presence at the moments of a poll, for the audit to hold the archive against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import unescape

from paloverde.simulator.city import Item, Presence, State
from simcity.showing import SHOWING, visibility


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as it truly was at a moment.

    `listed`: the site's nightly lists give it. `is_gone`: the site treats it as taken away. `poster` are the
    fields of its author that the site gives, `media` the files that it shows.
    """

    id: str
    ids: tuple[str, ...]
    times: tuple[datetime, ...]  # of each of `ids`: where an edit has an id of its own, it has its own time
    wordings: tuple[str, ...]  # of each of `ids`, as it was put
    kind: str
    state: str
    by: str | None
    text: str
    at: datetime
    parents: tuple[str, ...]
    roots: tuple[str, ...]
    depth: int  # how many items it hangs under
    author: tuple[str, str, str]  # name, username, id
    poster: tuple[str, ...]
    is_unsigned: bool
    visibility: str
    media: tuple[str, ...]
    listed: bool
    is_gone: bool

    @property
    def fingerprint(self) -> tuple[object, ...]:
        return self.id, self.text, self.state, self.author, self.visibility, self.listed, self.is_gone


Snapshot = dict[str, Entry]  # by first id


def snapshot(presence: Presence, now: datetime, since: datetime | None) -> Snapshot:
    """Every item of an account, as it is now."""
    return {item.first_id: _entry(presence, item, now, since) for item in presence.everything()}


def _entry(presence: Presence, item: Item, now: datetime, since: datetime | None) -> Entry:
    showing, author = SHOWING[presence.platform], item.author
    state, change = presence.state_of(item)
    is_gone = showing.gone(presence, item)
    reached = not is_gone or state is not State.DELETED
    reached = reached and showing.reach(presence, item, now, since)
    return Entry(
        id=item.id,
        ids=tuple(one.id for one in item.editions),
        times=tuple((one.at if presence.ids.renews_on_edit else item.at) for one in item.editions),
        wordings=tuple(unescape(one.text) for one in item.editions),
        kind=item.kind,
        state=state.value,
        by=change.by if change else None,
        text=unescape(showing.text(item)),
        at=item.at.replace(microsecond=0),
        parents=_parents(item, flat=showing.flat),
        roots=tuple(one.id for one in item.root.editions) if item.thread is None else (item.thread.id,),
        depth=_depth(item),
        author=(author.name, author.username, author.id),
        is_unsigned=item.unsigned,
        poster=() if item.unsigned else showing.poster(presence, item),
        visibility=visibility(presence, item, now) if state is not State.DELETED else "",
        media=tuple(medium.name for medium in item.media) if item.kind in showing.pictured else (),
        listed=reached and showing.alive(presence, item, now, since),
        is_gone=is_gone,
    )


def _depth(item: Item) -> int:
    return 0 if item.parent is None else 1 + _depth(item.parent)


def _parents(item: Item, *, flat: bool) -> tuple[str, ...]:
    """The ids that a record may name as what the item answers."""
    if item.thread is not None:
        return (item.thread.id,)
    if item.parent is None:
        return ()
    above = item.parent
    while flat and above.parent is not None and above.parent.kind == "comment":
        above = above.parent
    return tuple(one.id for one in above.editions)


@dataclass
class Poll:
    """One run of the product over one account, with what was true while it ran and what became of it."""

    slug: str
    kind: str  # night, check, sweep
    started: datetime
    since: datetime | None = None
    truths: list[Snapshot] = field(default_factory=list)
    followers: list[frozenset[str]] = field(default_factory=list)
    ended: datetime | None = None
    raised: str = ""  # the error's class, "" where none; "Killed" where the process ended
    words: str = ""
    lied: bool = False
    has_cause: bool = False  # something other than a fault explains an error: a dead token, a question
    struck: int = 0
    sequence: int | None = None

    def witness(self, presence: Presence, now: datetime) -> None:
        self.truths.append(snapshot(presence, now, self.since))
        self.followers.append(frozenset(one.id for one in presence.followers if not one.suspended))

    @property
    def is_clean(self) -> bool:
        return not (self.raised or self.struck)

    def steady(self) -> dict[str, Entry]:
        """What did not change while the poll ran."""
        first, *others = self.truths
        return {
            key: entry
            for key, entry in first.items()
            if all(key in other and other[key].fingerprint == entry.fingerprint for other in others)
        }
