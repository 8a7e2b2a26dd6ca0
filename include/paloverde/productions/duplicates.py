"""Records that say the same: one is produced, the others are named with it. Pure.

The same item may have come several ways (a site's answer, its export, another account that shows it).
Versions of an item from one and the same source are never put together: that somebody changed a word, or hid
it, is evidence of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from paloverde.productions.document import Elsewhere
from paloverde.records import Kind, Provenance
from paloverde.search.hits import Hit

# The best evidence first: what the site itself answered, then what it gave out, then what people handed in.
_RANK = {way.value: at for at, way in enumerate(Provenance)}

_OWN = (Kind.POST.value, Kind.STORY.value)


class Single(NamedTuple):
    """A record that is produced, and those that say the same."""

    hit: Hit
    also: tuple[Elsewhere, ...] = ()


def singled(hits: Iterable[Hit]) -> list[Single]:
    """Each of these records once, in the order in which they came; of equal ones the best evidence."""
    groups: dict[object, list[Hit]] = {}
    group_of: dict[object, list[Hit]] = {}
    for hit in hits:
        keys = list(_said(hit))
        found = {id(group): group for key in keys if (group := group_of.get(key)) is not None}
        first, *others = found.values() or [groups.setdefault(keys[0], [])]
        for other in others:  # this record is equal to both
            first += other
            other.clear()
        first.append(hit)
        group_of |= dict.fromkeys([key for one in first for key in _said(one)] if others else keys, first)
    return [single for group in groups.values() if group for single in _of(group)]


def _of(group: Sequence[Hit]) -> Iterator[Single]:
    """Of records with equal words: all of the best source, which is told of the others once, at the first."""
    if len(group) == 1:
        yield Single(group[0])
        return
    best = min(group, key=lambda hit: (_RANK.get(hit.provenance or "", 0), hit.observed_at, hit.account))
    produced = [hit for hit in group if _source(hit) == _source(best)]
    others = [hit for hit in group if _source(hit) != _source(best)]
    also = tuple(sorted(Elsewhere(*hit.item, hit.version_sha256, hit.provenance or "") for hit in others))
    yield from (Single(hit, () if at else also) for at, hit in enumerate(produced))


def _source(hit: Hit) -> tuple[str, str]:
    return hit.account, hit.provenance or ""


def _said(hit: Hit) -> Iterator[object]:
    """What two records must share to say the same: the item, its words and its files.

    An export may name an item otherwise than the site's answers do: in one account, who said it, when to the
    second, and the words name it, too. Of a post it may not say who, since it is the account's own: when and
    the words are enough there, between it and what the site answered.
    """
    words = unicodedata.normalize("NFC", hit.text or "").replace("\r\n", "\n").strip()
    files = tuple(sorted(kept.sha256 for kept in hit.media if kept.sha256))
    yield hit.platform, hit.kind, hit.native_id, words, files
    if not words or hit.posted_at is None:
        return
    who = hit.poster_id or hit.poster_username
    told = hit.account, hit.kind, hit.posted_at.replace(microsecond=0), words, files
    if who:
        yield who, *told
    if hit.kind in _OWN and (hit.provenance == Provenance.API.value or not (who or hit.poster_name)):
        yield told
