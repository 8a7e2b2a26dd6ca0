"""Suggestions of what may have to be redacted.

A person decides on each; what is suggested is often public (the City's own telephone number), and what is not
suggested may still be exempt.

Every pattern is bounded, so that the time is linear in the length of the text, whatever somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

import msgspec
import phonenumbers

from paloverde.requests import patterns
from paloverde.requests.likely import (
    is_account,
    is_card,
    is_iban,
    is_itin,
    is_minor,
    is_ssn,
)
from paloverde.requests.spans import texts_of
from paloverde.search.hits import Hit

Place = tuple[int, int]
_BEFORE = 48  # characters before a number in which a word must stand that says what it is
_ABOUT = 120  # characters before and after an address in which an official and a home must be spoken of

# Digits of every script and dashes of every kind, one character each, so that offsets stay.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_DIGIT = "[0-9]"
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")


class Suggestion(msgspec.Struct, frozen=True, order=True):
    """Characters `start` to `end` of the text `where` look like `what`; `code` is an exemption to look at."""

    where: str
    start: int
    end: int
    what: str
    why: str
    code: str


class Detector(NamedTuple):
    """Finds one kind of thing in a text whose digits and dashes are plain. A text that has none of the
    characters `needs` (a class of a regular expression) holds nothing of it.
    """

    what: str
    why: str
    code: str
    places: Callable[[str], Iterable[Place]]
    needs: str = "."


def suggested(hit: Hit) -> list[Suggestion]:
    """What to look at in every text of a record, in order. Addresses of the record itself are left out."""
    return sorted(
        Suggestion(where, start, end, one.what, one.why, one.code)
        for where, text in texts_of(hit).items()
        if where not in ("permalink", "poster_id")
        for one, (start, end) in found_in(text)
    )


def found_in(text: str) -> Iterator[tuple[Detector, Place]]:
    """What each detector finds in a text; of two that claim the same characters the first counts."""
    plain = (
        "".join(_plain(char) for char in text).translate(_DASHES | _SPACES) if not text.isascii() else text
    )
    taken, has = bytearray(len(text)), {needs: re.search(needs, plain) is not None for needs in _NEEDS}
    for one in DETECTORS:
        for start, end in one.places(plain) if has[one.needs] else ():
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield one, (start, end)


def _plain(char: str) -> str:
    return str(int(char)) if char.isdecimal() else char


def _whole(pattern: re.Pattern[str], holds: Callable[[str], bool] = bool) -> Callable[[str], Iterator[Place]]:
    """Every match whose text passes a test."""

    def places(text: str) -> Iterator[Place]:
        for match in pattern.finditer(text):
            group = "found" if "found" in pattern.groupindex else 0
            if holds(match.group(group)):
                yield match.span(group)

    return places


def _told(
    pattern: re.Pattern[str], words: re.Pattern[str], holds: Callable[[str], bool] = bool
) -> Callable[[str], Iterator[Place]]:
    """Every match before which, nearby, a word says what it is."""

    def places(text: str) -> Iterator[Place]:
        for match in pattern.finditer(text):
            if holds(match.group()) and words.search(text, max(0, match.start() - _BEFORE), match.start()):
                yield match.span()

    return places


def _about(
    finder: Callable[[str], Iterator[Place]], *said: re.Pattern[str]
) -> Callable[[str], Iterator[Place]]:
    """Every place around which, before or after, each of these is spoken of."""

    def places(text: str) -> Iterator[Place]:
        for start, end in finder(text):
            around = [(max(0, start - _ABOUT), start), (end, end + _ABOUT)]
            if all(any(words.search(text, *side) for side in around) for words in said):
                yield start, end

    return places


def _all(*finders: Callable[[str], Iterator[Place]]) -> Callable[[str], Iterator[Place]]:
    def places(text: str) -> Iterator[Place]:
        for finder in finders:
            yield from finder(text)

    return places


def _phones(text: str) -> Iterator[Place]:
    """Numbers that could be called: grouped as here, international, or after a word that says so."""
    for match in patterns.PHONE.finditer(text):
        number = match.group()
        says_so = patterns.CALL.search(text, max(0, match.start() - _BEFORE), match.start())
        if not (says_so or number.startswith("+") or patterns.GROUPED.fullmatch(number)):
            continue
        try:
            parsed = phonenumbers.parse(number, "US")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed) and (
            phonenumbers.is_valid_number(parsed) or patterns.GROUPED.fullmatch(number)
        ):
            yield match.span()


def _emails(text: str) -> Iterator[Place]:
    """Looks around each @, so that a long text without one costs nothing."""
    at = text.find("@")
    while at >= 0:
        after = patterns.DOMAIN.match(text, at + 1)
        before = patterns.LOCAL.search(text[max(0, at - 64) : at]) if after else None
        if before and after:
            start = at - len(before.group().lstrip(".'`{|*=/"))
            if start < at:
                yield start, after.end()
        at = text.find("@", at + 1)


def _ages(text: str) -> Iterator[Place]:
    for pattern in patterns.MINOR:
        for match in pattern.finditer(text):
            months = "mo" in match.group().casefold()
            if months or is_minor(match["age"]):
                yield match.span()


def _addresses_of_machines(text: str) -> Iterator[Place]:
    for match in patterns.IPV4.finditer(text):
        if not patterns.VERSION.search(text, max(0, match.start() - 12), match.start()) and _is_address(
            match.group()
        ):
            yield match.span()
    for match in patterns.IPV6.finditer(text):
        if len(match.group()) > 6 and _is_address(match.group()):
            yield match.span()


def _is_address(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return isinstance(address, IPv6Address) or not (address.is_loopback or address.is_unspecified)


def _plates(text: str) -> Iterator[Place]:
    yield from _whole(patterns.PLATE)(text)
    for match in patterns.ANY_PLATE.finditer(text):
        if patterns.PLATED.search(text, max(0, match.start() - _BEFORE), match.start()):
            yield match.span()


_ADDRESSES = _all(
    _whole(patterns.ADDRESS), _whole(patterns.LOWER), _whole(patterns.CALLE), _whole(patterns.BOX)
)

DETECTORS = (
    Detector(
        "Social Security number",
        "three, two and four digits",
        "EX-SSN",
        _all(_whole(patterns.SSN, is_ssn), _told(patterns.NINE, patterns.SOCIAL, is_ssn)),
        needs=_DIGIT,
    ),
    Detector(
        "taxpayer number (ITIN)",
        "nine digits from 9, in the form of the IRS",
        "EX-PRIV",
        _all(_whole(patterns.SSN, is_itin), _told(patterns.NINE, patterns.SOCIAL, is_itin)),
        needs=_DIGIT,
    ),
    Detector("card number", "its check digit fits", "EX-PRIV", _whole(patterns.RUN, is_card), needs=_DIGIT),
    Detector(
        "bank account (IBAN)", "its check digits fit", "EX-PRIV", _whole(patterns.IBAN, is_iban), needs=_DIGIT
    ),
    Detector(
        "official's home",
        "an official and a home are spoken of beside it: no copy on the web; a private person's is redacted",
        "EX-HOME",
        _all(
            _about(_ADDRESSES, patterns.OFFICIAL, patterns.HOME),
            _about(_phones, patterns.OFFICIAL, patterns.HOME),
            _about(_whole(patterns.PARCEL), patterns.OFFICIAL),
        ),
        needs=_DIGIT,
    ),
    Detector("telephone number", "it could be called", "EX-PRIV", _phones, needs=_DIGIT),
    Detector(
        "account number",
        "a word before it says so",
        "EX-PRIV",
        _told(patterns.DIGITS, patterns.BANK, is_account),
        needs=_DIGIT,
    ),
    Detector(
        "e-mail address", "its form", "EX-PRIV", _all(_emails, _whole(patterns.SPOKEN)), needs=r"[@\[({]"
    ),
    Detector(
        "street address",
        "number, name and kind of street; an official's home is handed over, off the web",
        "EX-PRIV",
        _ADDRESSES,
        needs=_DIGIT,
    ),
    Detector(
        "driver's license",
        "a letter and seven digits after a word that says so",
        "EX-PRIV",
        _told(patterns.LICENCE, patterns.DRIVER),
        needs=_DIGIT,
    ),
    Detector(
        "date of birth",
        "a date after a word that says so",
        "EX-PRIV",
        _told(patterns.DATE, patterns.BORN),
        needs=_DIGIT,
    ),
    Detector("license plate", "its form, or a word before it says so", "EX-PRIV", _plates, needs=_DIGIT),
    Detector("network address", "its form", "EX-PRIV", _addresses_of_machines),
    Detector(
        "password or key",
        "a word before it says so",
        "EX-ITSEC",
        _whole(patterns.SECRET, lambda found: not patterns.IS_WORD.fullmatch(found) or not found.islower()),
    ),
    Detector("age of a minor", "an age under 18", "EX-PRIV", _ages, needs=_DIGIT),
    Detector("school grade", "tells that somebody is a minor", "EX-PRIV", _whole(patterns.SCHOOL)),
    Detector(
        "privileged words", "an attorney or advice is spoken of", "EX-ATTY", _whole(patterns.PRIVILEGED)
    ),
)
_NEEDS = {one.needs for one in DETECTORS}
