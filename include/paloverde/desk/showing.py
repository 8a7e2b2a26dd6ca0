"""Archived words on a page: inert, every unseen character written out, and never more than a page can hold.

Pure. A text is given to templates as pieces: what each is ("", "mark", "unseen", "ins", "del") and its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from paloverde.bundles.pages import Segment, segments, visible
from paloverde.bundles.wording import is_from_the_site
from paloverde.installation.records import is_private
from paloverde.records import Kind, Missing, Visibility
from paloverde.search.hits import Hit
from paloverde.wording import at_time

NAME = 120  # characters of a name that a list shows
SNIPPET, WHOLE = 2_000, 60_000  # bytes of HTML that a text may take in a list, and on its own page
_MOST_MARKS = 40
_PAGE = "urn:li:organization:"
_NAMELESS = {
    Missing.DELETED_ACCOUNT.value: "somebody whose account was deleted",
    Missing.ANONYMISED.value: "somebody whom the site made anonymous",
    Missing.NOT_CAPTURED_IN_TIME.value: "somebody whose name was not captured in time",
}
_UNSEEN, _ESCAPED = 45, 6  # bytes of HTML for a character that is written out, and for one of & < > " '
_MOST_WORDS = 1_500  # of a text that is compared word by word: the comparison is quadratic at worst
_WORD = re.compile(r"\s*\S+|\s+$")


class Said(NamedTuple):
    """A text in pieces; `rest` is how many characters of it are not shown."""

    pieces: list[Segment]
    rest: int = 0


class Compared(NamedTuple):
    """Two versions of a text side by side: what was taken away of one, and what came with the other."""

    before: Said
    after: Said
    is_by_words: bool  # False where the texts are too long for that


def said(text: str, marks: Sequence[tuple[int, int]] = (), most: int = WHOLE) -> Said:
    """A text as it may stand on a page, cut where it would take more than so many bytes."""
    end = _end(text, most)
    inside = [(start, min(stop, end)) for start, stop in marks[:_MOST_MARKS] if start < end]
    return Said(_joined(segments(text[:end], inside)), len(text) - end)


def compared(before: str, after: str) -> Compared:
    """What changed, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS or max(len(before), len(after)) > WHOLE // 2:
        return Compared(said(before, most=WHOLE // 2), said(after, most=WHOLE // 2), is_by_words=False)
    gone, come = list[Segment](), list[Segment]()
    for how, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone += _as("" if how == "equal" else "del", "".join(old[i1:i2]))
        come += _as("" if how == "equal" else "ins", "".join(new[j1:j2]))
    return Compared(Said(_joined(gone)), Said(_joined(come)), is_by_words=True)


def name(text: str | None, most: int = NAME) -> str:
    """A name, an id or an address in a line: every unseen character written out, and cut."""
    told = visible(" ".join((text or "").split()))
    return told if len(told) <= most else f"{told[:most]}…"


def moment(at: datetime) -> str:
    """A moment as pages and letters write it."""
    return at_time(at)


def poster(hit: Hit) -> str:
    """Who said it, in words that go on after “by”; an id alone says what it is the id of."""
    if told := name(hit.poster_name or hit.poster_username):
        return told
    id_ = name(hit.poster_id)
    if not id_:
        return _NAMELESS.get(hit.poster_missing or "", "somebody whom the site does not name")
    if not id_.startswith(_PAGE):
        return f"somebody whom the site does not name ({id_})"
    # LinkedIn is asked for an account's posts by their author: those it lists are by the account's own page.
    is_its_own = hit.kind == Kind.POST.value and is_from_the_site(hit)
    return f"the account’s own page ({id_})" if is_its_own else f"a page that the site does not name ({id_})"


def language(hit: Hit) -> str:
    """The language code of what was said, where it may stand in an attribute; sites send `und` and worse."""
    code = hit.language or ""
    is_one = code.isascii() and code.replace("-", "").isalnum() and len(code) <= 20
    return code if is_one and code != "und" else ""


def kind_in_words(kind: str) -> str:
    return kind.replace("_", " ")


def tags(hit: Hit) -> list[str]:
    """What must not be overlooked of a hit in a list."""
    found: list[str] = []
    if hit.removed is not None:
        found.append("found hidden or removed" if hit.removed.of_these_words else "its item was removed")
    if hit.visibility in (Visibility.HIDDEN, Visibility.UNPUBLISHED, Visibility.HELD):
        found.append(hit.visibility)
    if is_private(hit):
        found.append("private")
    if hit.edited_at is not None:
        found.append("edited")
    if not is_from_the_site(hit):
        found.append("handed in")
    return found


def editions(hits: Iterable[Hit]) -> dict[tuple[str, str, str, str], list[str]]:
    """Tags for the versions of an item of which several are among these, by the order in which the archive
    saw them.
    """
    by_item: dict[tuple[str, str, str], list[Hit]] = {}
    for hit in hits:
        by_item.setdefault(hit.item, []).append(hit)
    found = {}
    for versions in by_item.values():
        versions.sort(key=lambda hit: hit.observed_at)
        for number, hit in enumerate(versions, 1) if len(versions) > 1 else ():
            told = [f"version {number} of {len(versions)} found"]
            if number > 1 and hit.edited_at is None and hit.text != versions[number - 2].text:
                told.insert(0, "edited")
            found[*hit.item, hit.version_sha256] = told
    return found


def _end(text: str, most: int) -> int:
    """How many characters of a text may be shown in so many bytes."""
    spent = 0
    for at, char in enumerate(text):
        if char in "&<>\"'":
            spent += _ESCAPED
        elif char.isprintable() or char in " \n\t":
            spent += 1 if char.isascii() else len(char.encode("utf-8", "replace"))
        else:
            spent += _UNSEEN
        if spent > most:
            return at
    return len(text)


def _as(how: str, text: str) -> list[Segment]:
    return [(kind or how, piece) for kind, piece in segments(text)]


def _joined(pieces: Iterable[Segment]) -> list[Segment]:
    """Pieces of a kind that stand beside each other as one."""
    joined: list[Segment] = []
    for kind, text in pieces:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined
