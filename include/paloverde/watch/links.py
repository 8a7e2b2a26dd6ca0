"""The addresses that a post leads to: those typed in its text, and those that the site keeps beside it. Pure.

Where each site keeps them: X in `entities.urls` (`expanded_url`, `unwound_url`), Facebook in `attachments`,
`call_to_action` and `child_attachments`, LinkedIn in `content.article.source`. Instagram, YouTube and
Nextdoor have them in the text alone. What links a story carries none of the sites tells.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from paloverde.platforms.hosts import AFTER, host_of, is_under
from paloverde.records import Kind
from paloverde.watch.seen import UNREADABLE, Seen

_SCHEMES = ("http", "https")
# An address as people type it. A bare name counts only under a name at the top that is no English word in use
# at the end of a sentence ("Join us.It is free").
_TYPED = re.compile(
    r"(?i)https?://[^\s<>\"“”«»|{}\\^`]{1,2000}"
    r"|(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}(?:com|org|net|gov|edu|us|info|io|co|ly|tv|mil)"
    r"(?![\w@-]|\.\w)(?:/[^\s<>\"“”«»|{}\\^`]{0,2000})?"
)
_PICTURE_ON_X = re.compile(r"https://(?:x|twitter)\.com/\w{1,20}/status/\d+/(?:photo|video)/\d")


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list of links.toml: what it rests on, from when, and who of the City has verified it."""

    source: str
    effective_from: date
    verified_by: str
    hosts: tuple[str, ...]
    members: tuple[str, ...] = ()


_LISTS = msgspec.convert(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), dict[str, _List]
)
_SHIMS = dict(zip(_LISTS["shims"].hosts, _LISTS["shims"].members, strict=True))
_SHORT, _SITES = frozenset(_LISTS["short"].hosts), _LISTS["sites"].hosts


class Leads(StrEnum):
    """Where a link leads, as far as its own words tell."""

    CITY = "the City's own website"
    ELSEWHERE = "another website"
    SITE = "within a social media site"
    SHORT = "a short link, whose end the archive has not seen"


class Link(NamedTuple):
    """An address that a post leads to, as plain as it can be known, and its host in lower case."""

    url: str
    host: str

    def leads(self, city_domains: tuple[str, ...]) -> Leads:
        if is_under(self.host, city_domains):
            return Leads.CITY
        if self.host in _SHORT:
            return Leads.SHORT
        return Leads.SITE if is_under(self.host, _SITES) else Leads.ELSEWHERE


def links_of(seen: Seen) -> tuple[Link, ...]:
    """The addresses that a post leads to, each once, in order. Its own pictures and films are none."""
    beside = _BESIDE.get(seen.account.platform)
    kept, known = list(beside(seen.payload)) if beside else [], dict[str, str]()
    for written, meant in kept:
        if written:
            known[written] = meant
    found: dict[Link, None] = {}
    for typed in typed_in(seen.text):
        _add(found, known.get(typed, typed))
    for _, meant in kept:
        _add(found, meant)
    return tuple(found)


def typed_in(text: str) -> Iterator[str]:
    """The addresses in a text, without what only ends a sentence."""
    if "." not in text:
        return
    for match in _TYPED.finditer(text):
        typed = match[0].rstrip(AFTER)
        if "(" in typed and match[0].startswith(f"{typed})"):
            typed += ")"  # it closes what the address opened
        yield typed


def _add(found: dict[Link, None], url: str) -> None:
    link = _link(url)
    if link is not None:
        found.setdefault(link)


def _link(url: str) -> Link | None:
    """The address as it was meant; None for what is none."""
    whole, host = url if "://" in url else f"https://{url}", host_of(url)
    if "." not in host:
        return None
    parts = urlsplit(whole)
    if parts.scheme not in _SCHEMES:
        return None
    member = _SHIMS.get(host) or _SHIMS.get(f"{host}{parts.path}")
    if member and (meant := parse_qs(parts.query, max_num_fields=50).get(member)):
        return _link(meant[0]) if host_of(meant[0]) not in _SHIMS else None
    return Link(whole, host)


class _Address(msgspec.Struct):
    """An entity of X: the text that stands for it, and where it leads; `media_key` where it is a picture."""

    url: str | None = None
    expanded_url: str | None = None
    unwound_url: str | None = None
    media_key: str | None = None


class _Entities(msgspec.Struct):
    urls: list[_Address] | None = None


class _LongPost(msgspec.Struct):
    entities: _Entities | None = None


class _PostOnX(msgspec.Struct):
    entities: _Entities | None = None
    note_tweet: _LongPost | None = None
    note_post: _LongPost | None = None


_ON_X = msgspec.json.Decoder(_PostOnX)


def _beside_x(payload: bytes) -> Iterator[tuple[str, str]]:
    if b'"urls"' not in payload:
        return
    try:
        post = _ON_X.decode(payload)
    except UNREADABLE:
        return
    for part in (post, post.note_tweet, post.note_post):
        for one in (part.entities.urls or []) if part and part.entities else []:
            meant = one.unwound_url or one.expanded_url or one.url or ""
            yield one.url or "", "" if one.media_key or _is_own_picture(meant) else meant


def _is_own_picture(url: str) -> bool:
    """Whether it is what X puts at the end of a text for a picture of the post."""
    return _PICTURE_ON_X.match(url) is not None


def _beside_facebook(payload: bytes) -> Iterator[tuple[str, str]]:
    """Every link of an attachment that is no picture or film of the post's own."""
    if b'"attachments"' not in payload and b'"link"' not in payload:
        return
    told = _object(payload)
    for attachment in _below(told.get("attachments")):
        kind = attachment.get("media_type") or attachment.get("type")
        if kind not in ("photo", "video", "album", "video_inline", "video_autoplay"):
            yield "", _text(attachment, "unshimmed_url", "url")
    action = told.get("call_to_action")
    value = action.get("value") if isinstance(action, dict) else None
    children = told.get("child_attachments")
    for one in (value, *(children if isinstance(children, list) else ())):
        if isinstance(one, dict):
            yield "", _text(one, "link")


def _below(attachments: object) -> Iterator[dict[str, Any]]:
    waiting = [attachments]
    while waiting:
        one = waiting.pop()
        listed = one.get("data") if isinstance(one, dict) else None
        for attachment in listed if isinstance(listed, list) else ():
            if isinstance(attachment, dict):
                yield attachment
                waiting.append(attachment.get("subattachments"))


def _beside_linkedin(payload: bytes) -> Iterator[tuple[str, str]]:
    if b'"article"' not in payload and b'"originalUrl"' not in payload:
        return
    told = _object(payload)
    content = told.get("content")
    article = content.get("article") if isinstance(content, dict) else None
    if isinstance(article, dict):
        yield "", _text(article, "source")
    older = told.get("specificContent")
    share = older.get("com.linkedin.ugc.ShareContent") if isinstance(older, dict) else None
    media = share.get("media") if isinstance(share, dict) else None
    for one in media if isinstance(media, list) else ():
        if isinstance(one, dict):
            yield "", _text(one, "originalUrl")


def _text(told: Mapping[str, Any], *names: str) -> str:
    return next((told[name] for name in names if isinstance(told.get(name), str)), "")


def _object(payload: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(payload)
    except UNREADABLE:
        return {}
    return told if isinstance(told, dict) else {}


_BESIDE = {"x": _beside_x, "facebook": _beside_facebook, "linkedin": _beside_linkedin}


def tells_links(seen: Seen) -> bool:
    """Whether the links of such an item are archived: those of a story are told by none of the sites."""
    return seen.kind is not Kind.STORY
