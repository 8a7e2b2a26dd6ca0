"""What a conversation is about, so that it is known again on another account. Pure.

A thing is a name that two conversations share: the address of a page or post, in one form however it was
typed (`link:`), the site's own id of a post that is shared or answered (`item:`), the words of a post that
was put on several accounts (`words:`). Two threads without such a name in common may be about the same all
the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from paloverde.records import Kind
from paloverde.watch.links import links_of
from paloverde.watch.measures import read_measures
from paloverde.watch.seen import Seen
from paloverde.watch.words import plain_words

MEASURES = read_measures(Path(__file__).with_name("measures.toml").read_text(encoding="utf-8"))
_LEAST = MEASURES["same_words"].value
_AHEAD = re.compile(r"^(?:www|m|mobile|amp)\.")
_ON_X = re.compile(r"/(\w{1,20})/status/(\d{1,20})")
# Members of an address that tell who came from where, and nothing of the page.
_TRACKING = re.compile(r"utm_|fbclid|gclid|igsh|mibextid|__|si$|feature$|ref$|ref_")


def thing_of_address(url: str) -> str:
    """An address in one form; "" for a front page, which a city's posts lead to whatever they are about."""
    parts = urlsplit(url)
    host, path = _AHEAD.sub("", (parts.hostname or "").lower()), parts.path.rstrip("/")
    members = dict(parse_qsl(parts.query, max_num_fields=50))
    if host in ("twitter.com", "x.com") and (post := _ON_X.match(path)):
        return f"link:x.com/status/{post[2]}"
    if host == "youtu.be" and path:
        return f"link:youtube.com/watch?v={path[1:]}"
    if host == "youtube.com" and path == "/watch" and members.get("v"):
        return f"link:youtube.com/watch?v={members['v']}"
    kept = urlencode(sorted((name, of) for name, of in members.items() if not _TRACKING.match(name)))
    if not host or not (path or kept):
        return ""
    return f"link:{host}{path}{'?' if kept else ''}{kept}"


def handle_on_x(url: str) -> str:
    """The @handle whose post on X an address is; "" for another address."""
    parts = urlsplit(url)
    found = _ON_X.match(parts.path)
    is_x = _AHEAD.sub("", (parts.hostname or "").lower()) in ("twitter.com", "x.com")
    return f"@{found[1]}" if found and is_x else ""


def addresses_in(seen: Seen) -> dict[str, str]:
    """The pages and posts that an item leads to, each with its address as it stands there."""
    told: dict[str, str] = {}
    for link in links_of(seen):
        try:
            thing = thing_of_address(link.url)
        except ValueError:  # more members than a page has use for
            continue
        if thing:
            told.setdefault(thing, link.url)
    return told


def things_of(seen: Seen) -> Iterator[str]:
    """What an item is about, and its own names."""
    platform = seen.account.platform
    yield from addresses_in(seen)
    if seen.permalink and (own := thing_of_address(seen.permalink)):
        yield own
    yield from (f"item:{platform}/{id_}" for id_ in {root_id(seen), seen.native_id})
    words = "" if seen.kind is Kind.COMMENT else " ".join(plain_words(seen.text))
    if sum(map(str.isalnum, words)) >= _LEAST:
        yield f"words:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def root_id(seen: Seen) -> str:
    """The site's id of what a conversation began with."""
    return seen.thread_id or seen.parent_id or seen.native_id
