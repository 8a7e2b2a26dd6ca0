"""The archive that X lets an account's owner download: `data/*.js`, each a list under one name.

Posts, replies, deleted posts, private messages, followers, whom the account follows, blocks and mutes, what
it liked, and its profile are read. Files that only repeat others without their words (`tweet-headers.js`),
and all that tells of advertising and devices, are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from paloverde.errors import Unreadable, WrongAccount
from paloverde.imports.attached import Attached
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import NOT_JSON, File, Original, Read, Said, Task, cleaned, missed
from paloverde.imports.times import time_of
from paloverde.imports.xmanifest import Counted, Manifest, covered, manifest_of
from paloverde.platforms import jsontext
from paloverde.platforms.x.items import plain
from paloverde.platforms.x.read import read
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

_OPENING = re.compile(rb"[^\[{=]*=\s*(?=[\[{])")
_PART = re.compile(r"-part\d+$")
_CUT = re.compile(r"(?:…|\.\.\.)?\s*(?:https://t\.co/\S*)?\s*$")
_POSTS = ("tweets", "tweet", "deleted-tweets", "community-tweet")
_MESSAGES = ("direct-messages", "direct-message", "direct-messages-group", "direct-message-group")
_NOTES, _FOLLOWERS = ("note-tweet",), ("follower",)
_PEOPLE = {"following": Kind.OTHER, "block": Kind.BLOCKED, "mute": Kind.BLOCKED}
_SHORTEST = 100  # characters that a cut post must share with the long one
_CUT_AT = 250  # characters; below, a post without a mark of a cut is whole
_FIRST = ("manifest", "account", "profile", *_NOTES)  # what is needed to understand the others


class _Owner(msgspec.Struct):
    """Whose archive it is, what its manifest says, and what was read of each file so far."""

    poster: Poster
    manifest: Manifest = Manifest()
    read: dict[str, Counted] = {}
    long_texts: dict[int, list[str]] = {}
    joined: set[str] = set()

    @property
    def alone(self) -> int:
        """How many long texts belong to no post that was read."""
        return sum(text not in self.joined for texts in self.long_texts.values() for text in texts)


def read_x(sources: Sources, task: Task) -> Iterator[Said]:
    """The archive of one account. Raises `WrongAccount` where it is another's."""
    own = Poster(username=task.account.handle, id=task.account.native_id, missing=Missing.API_NOT_EXPOSED)
    owner, attached, found = _Owner(own), Attached(sources), False
    members = [member for member in sources.members if member.ending == ".js" and _is_data(member)]
    for member in sorted(members, key=_turn):
        if _stem(member) not in _READERS and _stem(member) != "manifest":
            continue
        found = True
        try:
            original, payload, shift = _opened(member, sources)
            if _stem(member) == "manifest":
                owner.manifest = manifest_of(payload, task)
                _refuse_another(owner.manifest.owner, owner.manifest.username, task)
                yield original
                continue
            yield from _member(member, original, payload, shift, task, owner, attached)
        except Unreadable as error:
            yield missed(_stem(member), str(error))
    yield from covered(owner.manifest, owner.read, task)
    if owner.alone:
        cause = f"{owner.alone:,} long texts belong to no post of the archive; they are kept, not searched"
        yield missed("note-tweet", cause, Kind.POST)
    if not found:
        raise Unreadable(
            f"{sources.handed[0].name} is no archive of X: it has no data/tweets.js or the like. Ask X for "
            "the archive of the account, and hand in the zip file as it came."
        )


def is_of_x(member: Member) -> bool:
    """Whether a file is one of the archive of X."""
    return member.ending == ".js" and (_stem(member) in _READERS or _stem(member) == "manifest")


def _turn(member: Member) -> tuple[int, str]:
    stem = _stem(member)
    return (_FIRST.index(stem) if stem in _FIRST else len(_FIRST)), member.path


def _is_data(member: Member) -> bool:
    return "assets/" not in member.path


def _stem(member: Member) -> str:
    return _PART.sub("", member.file_name.removesuffix(member.ending))


def _opened(member: Member, sources: Sources) -> tuple[Original, bytes, int]:
    """The member, the JSON in it, and where that begins."""
    original = cleaned(member.name, member.content(sources.bounds.text))
    opening = _OPENING.match(original.body)
    start = opening.end() if opening else 0
    return original, original.body[start:].rstrip().removesuffix(b";").rstrip(), start


def _member(
    member: Member, original: Original, payload: bytes, shift: int, task: Task, owner: _Owner,
    attached: Attached,
) -> Iterator[Said]:  # fmt: skip
    stem = _stem(member)
    if stem == "account":
        _check_owner(member, payload, task, owner)
    yield original
    if stem in (*_POSTS, *_MESSAGES, *_FOLLOWERS):
        reading = read(payload)
        found: list[Record | Unread] = [*reading.records, *reading.unread]
    else:
        found = list(_entries(payload, stem, task, owner))
    records, files, unread, starts = [], [], [], {}
    for one in found:
        if isinstance(one, Unread):
            unread.append(Unread(one.payload, one.reason, _moved(one.position, shift)))
            continue
        one.position = _moved(one.position, shift)
        record, with_it = _finished(one, stem, owner, attached)
        records.append(record)
        files += with_it
        if stem in _POSTS and (start := _start_of_cut(record, owner)):
            starts[record.native_id] = start
    owner.read[member.file_name] = Counted(_entries_in(payload), len(records), len(unread))
    yield Read(records, unread, files, [owner.manifest.made_at] * len(records), starts=starts)


def _entries_in(payload: bytes) -> int:
    """How many entries the list of a file has; -1 where it is no list."""
    try:
        return len(msgspec.json.decode(payload, type=list[msgspec.Raw]))
    except NOT_JSON:
        return -1


def _moved(position: int, shift: int) -> int:
    return position + shift if position >= 0 else position


def _finished(record: Record, stem: str, owner: _Owner, attached: Attached) -> tuple[Record, list[File]]:
    """A record with what only the whole archive knows: whose it is, its whole text, its files."""
    if stem in _POSTS or record.poster.id == owner.poster.id:
        record.poster = owner.poster
    if stem in _POSTS:
        record.text = _whole_text(record, owner)
        if stem == "deleted-tweets":
            record.visibility = Visibility.UNKNOWN
    if stem in _POSTS or stem in _MESSAGES:
        return attached.of_item(record, record.native_id)
    return record, []


def _whole_text(record: Record, owner: _Owner) -> str | None:
    """The archive cuts long posts short in `tweets.js` and has their whole text in `note-tweet.js`."""
    if not record.text or record.posted_at is None or not owner.long_texts:
        return record.text
    start = _CUT.sub("", record.text)
    if len(start) < _SHORTEST:
        return record.text
    for second in (0, 1, -1):
        moment = int((record.posted_at + timedelta(seconds=second)).timestamp())
        for text in owner.long_texts.get(moment, ()):
            if text.startswith(start):
                owner.joined.add(text)
                return text
    return record.text


def _start_of_cut(record: Record, owner: _Owner) -> str:
    """The words of a post that X may have cut short and whose whole text is not in the archive."""
    if not record.text or record.text in owner.joined:
        return ""
    start = _CUT.sub("", record.text)
    is_cut = start != record.text or len(start) >= _CUT_AT
    return start if is_cut and len(start) >= _SHORTEST else ""


def _check_owner(member: Member, payload: bytes, task: Task, owner: _Owner) -> None:
    try:
        entries = msgspec.json.decode(payload, type=list[dict[str, dict[str, Any]]])
        told = entries[0]["account"]
    except (*NOT_JSON, IndexError, KeyError):
        raise Unreadable(f"{member.name} does not say whose archive this is.") from None
    _refuse_another(str(told.get("accountId") or ""), str(told.get("username") or ""), task)
    name, username = told.get("accountDisplayName"), told.get("username") or task.account.handle
    missing = None if name and username else Missing.API_NOT_EXPOSED
    owner.poster = Poster(name, username, task.account.native_id, missing)


def _refuse_another(own: str, username: str, task: Task) -> None:
    if own and own != task.account.native_id:
        raise WrongAccount(
            f"This is the archive of @{username} (number {own}), and {task.account.slug} is "
            f"number {task.account.native_id}. Hand it in for the account that it is of."
        )


def _entries(payload: bytes, stem: str, task: Task, owner: _Owner) -> Iterator[Record | Unread]:
    """The entries of a list, each with its exact bytes."""
    text = jsontext.open_text(payload)
    try:
        pieces = list(jsontext.pieces(text.sound, text.sound, 0))
    except NOT_JSON:
        raise Unreadable(f"the file {stem}.js is no list") from None
    for piece, start in pieces:
        original = text.body[start : start + len(piece)]
        position = text.position(start)
        try:
            entry = msgspec.json.decode(piece, type=dict[str, dict[str, Any]])
            record = _READERS[stem](next(iter(entry.values())), original, stem, task, owner)
        except (*NOT_JSON, StopIteration, KeyError, TypeError, AttributeError):
            yield Unread(original, f"an entry of {stem}.js that is not known", position)
            continue
        if record is not None:
            record.position = position
            yield record


def _person(inner: dict[str, Any], piece: bytes, stem: str, task: Task, owner: _Owner) -> Record:
    del task, owner
    own = str(inner["accountId"])
    return Record(
        platform="x",
        kind=_PEOPLE[stem],
        native_id=own if _PEOPLE[stem] is Kind.BLOCKED else f"{stem}-{own}",
        payload=piece,
        text=None if _PEOPLE[stem] is Kind.BLOCKED else f"The account follows {own}",
        poster=Poster(id=own, missing=Missing.API_NOT_EXPOSED),
        visibility=Visibility.PRIVATE,
        permalink=inner.get("userLink"),
    )


def _liked(inner: dict[str, Any], piece: bytes, stem: str, task: Task, owner: _Owner) -> Record:
    del stem, task
    post = str(inner["tweetId"])
    return Record(
        platform="x",
        kind=Kind.REACTION,
        native_id=f"like-{post}",
        payload=piece,
        parent_id=post,
        text=plain(inner.get("fullText")),
        poster=owner.poster,
        visibility=Visibility.UNKNOWN,
        permalink=inner.get("expandedUrl"),
    )


def _profile(inner: dict[str, Any], piece: bytes, stem: str, task: Task, owner: _Owner) -> Record | None:
    if stem == "account":
        return None  # names, kept for the profile; it also holds a telephone number
    described = inner["description"]
    picture = inner.get("avatarMediaUrl")
    return Record(
        platform="x",
        kind=Kind.PROFILE,
        native_id=task.account.native_id,
        payload=piece,
        text=described.get("bio"),
        poster=owner.poster,
        visibility=Visibility.PUBLIC,
        media=(Medium(picture),) if picture else (),
    )


def _note(inner: dict[str, Any], piece: bytes, stem: str, task: Task, owner: _Owner) -> Record | None:
    """A long text is remembered for its post."""
    del piece, stem
    posted_at, _ = time_of(str(inner["createdAt"]), task.now, task.zone)
    if posted_at is not None:
        owner.long_texts.setdefault(int(posted_at.timestamp()), []).append(inner["core"]["text"])
    return None


def _not_here(inner: dict[str, Any], piece: bytes, stem: str, task: Task, owner: _Owner) -> None:
    """Read by `paloverde.platforms.x`."""


_READERS = {
    **dict.fromkeys((*_POSTS, *_MESSAGES, *_FOLLOWERS), _not_here),
    **dict.fromkeys(_PEOPLE, _person),
    **dict.fromkeys(_NOTES, _note),
    "like": _liked,
    "account": _profile,
    "profile": _profile,
}
