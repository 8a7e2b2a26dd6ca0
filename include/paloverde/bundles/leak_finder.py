"""Finds redacted words in the views of a piece of a file: all forms of all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from paloverde.bundles.leak_forms import Forms, Views, forms_of, is_in_base64, width
from paloverde.bundles.leak_search import LEAST, Strings

_LEAST_WIDTH, _LEAST_DIGITS = 4, 6
_LEAST_INSIDE = 8  # letters from which words are found within longer words, too
_LEAST_IN_PICTURE = 6  # bytes: fewer stand in any large picture or film by chance


class Needle(msgspec.Struct, frozen=True, order=True):
    """Words that were redacted from the record with that control number. They are in no message."""

    control: str
    text: str


def is_telling(text: str) -> bool:
    """Whether words say enough to be looked for everywhere."""
    digits_only = all(char.isdigit() for char in text if char.isalnum())
    return width(text) >= (_LEAST_DIGITS if digits_only else _LEAST_WIDTH)


def stands(text: str, views: Views) -> bool:
    forms = [form for form in forms_of(text).plain if form]
    return any(
        not _is_within_word(form, view, at)
        for form in forms
        for view in views.plain
        for at in _all(form, view)
    )


def _all(form: bytes, body: bytes) -> Iterator[int]:
    at = body.find(form)
    while at >= 0:
        yield at
        at = body.find(form, at + 1)


class Finder:
    """Finds needles in views: all forms of all of them at once."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._owners: dict[tuple[str, bytes], set[Needle]] = defaultdict(set)
        by_text: dict[str, list[Needle]] = defaultdict(list)
        for needle in needles:
            by_text[needle.text].append(needle)
        for text, own in by_text.items():
            forms = forms_of(text)
            for view in Forms.__struct_fields__:
                for form in getattr(forms, view):
                    if len(form) >= LEAST:
                        self._owners[view, form].update(own)
        self._strings = {
            view: Strings(form for name, form in self._owners if name == view)
            for view in Forms.__struct_fields__
        }
        self._must_be_words = {text for text in by_text if width(text) < _LEAST_INSIDE}
        self.has_short = any(len(text.encode("utf-8", "surrogatepass")) < _LEAST_INSIDE for text in by_text)
        self.longest = 6 * max((strings.longest for strings in self._strings.values()), default=0)

    def __bool__(self) -> bool:
        return bool(self._owners)

    def found_in(self, views: Views, *, is_text: bool = True) -> Iterator[Needle]:
        """The needles that stand in a piece, each as often as it does."""
        least = LEAST if is_text else _LEAST_IN_PICTURE
        told: tuple[tuple[str, tuple[bytes, ...], Callable[..., bool]], ...] = (
            ("plain", views.plain, self._is_whole),
            ("squeezed", views.squeezed, _anywhere),
            ("lowered", (views.lowered,), _anywhere),
            ("exact", (views.exact,), _is_in_base64),
        )
        for view, bodies, holds in told:
            for body in bodies:
                for form, at in self._strings[view].places(body):
                    if len(form) >= least:
                        owners = self._owners[view, form]
                        yield from (needle for needle in owners if holds(needle, form, body, at))

    def places_in_plain(self, body: bytes) -> Iterator[tuple[Needle, int]]:
        for form, at in self._strings["plain"].places(body):
            for needle in self._owners["plain", form]:
                if self._is_whole(needle, form, body, at):
                    yield needle, at

    def _is_whole(self, needle: Needle, form: bytes, body: bytes, at: int) -> bool:
        return needle.text not in self._must_be_words or not _is_within_word(form, body, at)


def _anywhere(*_: object) -> bool:
    return True


def _is_in_base64(needle: Needle, form: bytes, body: bytes, at: int) -> bool:
    return is_in_base64(needle.text, form, body, at)


def _is_within_word(form: bytes, body: bytes, at: int) -> bool:
    """Whether a letter goes on before or behind: “Ann” in “Annual”."""
    before = body[max(at - 4, 0) : at].decode("utf-8", "ignore")[-1:]
    behind = body[at + len(form) : at + len(form) + 4].decode("utf-8", "ignore")[:1]
    inside = form.decode("utf-8", "ignore")
    return _joined(before, inside[:1]) or _joined(inside[-1:], behind)


def _joined(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and max(left, right) < "\u2e80"
