"""Families: a post with its comments, a message with its files, kept together and in order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from paloverde.records import Kind
from paloverde.search.hits import Hit

Family = tuple[str, str, str]  # account, kind of root, id of the root
_ALONE = (Kind.MESSAGE.value, Kind.CONVERSATION.value, Kind.PROFILE.value, Kind.SUBSCRIBER.value)


class Member(NamedTuple):
    """A record in its family; `is_root` where the others belong to it."""

    hit: Hit
    is_root: bool


def family_of(hit: Hit) -> Family:
    """The family of a record: that of the post at its root. A private message is a family of its own: what
    was written in a conversation over years is not one document.
    """
    if hit.kind in _ALONE or not (hit.thread_id or hit.parent_id):
        return hit.account, "message" if hit.kind in _ALONE else "thread", hit.native_id
    return hit.account, "thread", hit.thread_id or hit.parent_id or hit.native_id


def in_families(hits: Iterable[Hit]) -> Iterator[list[Member]]:
    """The families of these records by the time of the first; in each the root, then the others by time."""
    ordered = sorted(hits, key=lambda hit: (family_of(hit), *_place(hit)))
    families = [list(group) for _, group in groupby(ordered, key=family_of)]
    families.sort(key=lambda family: (min(map(_when, family)), family_of(family[0])))
    return ([Member(hit, _is_root(hit)) for hit in family] for family in families)


def _place(hit: Hit) -> tuple[bool, datetime, str, str, datetime, str]:
    """The root first; versions of an item beside each other, as they were archived."""
    return not _is_root(hit), _when(hit), hit.kind, hit.native_id, hit.observed_at, hit.version_sha256


def _is_root(hit: Hit) -> bool:
    return hit.native_id == family_of(hit)[2]


def _when(hit: Hit) -> datetime:
    return hit.posted_at or hit.observed_at
