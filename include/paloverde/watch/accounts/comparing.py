"""A prescribed text compared with what stands somewhere: there, altered (and where), or missing. Pure.

Compared are the words as a reader sees them: compatibility characters, curved quotes, unseen characters and
white space make no difference (V.B.6 prescribes words, not code points). Capitals and punctuation do.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from paloverde.wording import several

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"'}
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]")
_SLACK = 3  # words beside the passage that may have been put in at its ends
_LONGEST = 40_000  # characters of a text that are looked at: no site lets a page say more of itself


class Compared(NamedTuple):
    """How far a text stands somewhere. `where` names the place; `difference` says each change in words."""

    share: float  # of the prescribed words, those that stand there in order: 1 where it is there
    where: str = ""
    difference: str = ""

    @property
    def is_there(self) -> bool:
        return self.share == 1 and not self.difference


def plain(text: str) -> str:
    """A text as it is compared."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text[:_LONGEST]))
    return " ".join(seen.translate(_QUOTES).split())


def compared(wanted: str, places: Iterable[tuple[str, str]]) -> Compared:
    """The place where most of the wanted text stands."""
    want = plain(wanted)
    best = Compared(0)
    for where, text in places:
        have = plain(text)
        if want in have:
            return Compared(1, where)
        found = _nearest(want.split(" "), have.split(" "), where)
        best = max(best, found, key=lambda one: one.share)
    return best


def _nearest(want: list[str], have: list[str], where: str) -> Compared:
    """The passage around the longest run of wanted words, and its difference."""
    longest = difflib.SequenceMatcher(None, want, have, autojunk=False).find_longest_match()
    if not longest.size:
        return Compared(0)
    start = longest.b - longest.a
    passage = have[max(0, start - _SLACK) : start + len(want) + _SLACK]
    matcher = difflib.SequenceMatcher(None, want, passage, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return Compared(kept / len(want), where, several(list(_changes(matcher, want, passage))))


def _changes(matcher: difflib.SequenceMatcher[str], want: list[str], passage: list[str]) -> Iterator[str]:
    """Each change in words. What stands before and after the passage is none."""
    steps = matcher.get_opcodes()
    for at, (what, a, b, c, d) in enumerate(steps):
        old, new = " ".join(want[a:b]), " ".join(passage[c:d])
        match what:
            case "replace":
                at_an_end = at in (0, len(steps) - 1)
                yield f"“{old}” reads “{new}”" if not at_an_end or b - a == d - c else f"“{old}” is missing"
            case "delete":
                yield f"“{old}” is missing"
            case "insert" if 0 < at < len(steps) - 1:
                yield f"“{new}” was put in after “{want[a - 1]}”"
