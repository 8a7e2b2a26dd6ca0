"""The City's posts contain no personal information, except for the names of employees whose job includes
being available for contact by the public (V.A.12(e)).

What looks like personal information is found as for redaction (`requests.detectors`). There a clerk reads
every suggestion; here a false alarm a day would teach everybody to look away. So a telephone number, an
address or an age counts only beside words by which it is a person's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.platforms.hosts import is_under
from paloverde.requests.detectors import found_in
from paloverde.requests.likely import digits_of, is_minor
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight
from paloverde.watch.posts.published import is_said_by_the_city
from paloverde.watch.registers.contacts import PUBLISHED_CONTACTS
from paloverde.watch.registers.people import PEOPLE, Standing
from paloverde.watch.seen import Seen

_BEFORE = 60  # characters before something in which words must stand that say whose it is
_DIGITS = 10  # of a telephone number of North America, without the country's
_LEAST_SECRET = 6  # characters
_ENDS = ".,;:!?)"
_NAME = r"[A-Z][\w'’-]{1,20}(?: [A-Z][\w'’-]{1,20}){1,2}"
_CALL = re.compile(
    r"(?:[Cc]all|[Tt]ext|[Cc]ontact|[Pp]hone|[Rr]each|[Ll]lame a|[Ll]lamar a) "
    rf"(?:(?:Mr|Ms|Mrs|Dr)\.? )?(?P<name>{_NAME})"
    r"(?: at| on| al|:|,| -)? ?\(?\Z"
)
_CHILD = re.compile(
    rf"(?P<name>{_NAME}),? (?:is |who is )?(?:aged? )?(?P<age>\d{{1,2}})(?:[- ]years?[- ]old| ?y/?o)\b"
    rf"|(?P<name2>{_NAME}),? (?:is )?aged? (?P<age2>\d{{1,2}})\b(?! ?(?:and|or|to|plus|\+|-|–|&))"
    rf"|(?P<age3>\d{{1,2}})[- ]year[- ]old (?P<name3>{_NAME})"
)


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    source: str
    effective_from: date
    verified_by: str
    mailboxes: tuple[str, ...]
    own_number: str
    home: str
    toll_free: tuple[str, ...]
    animals: str
    meant_for_all: str
    not_a_person: tuple[str, ...]


TOLD = msgspec.convert(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), _Told)
_OWN_NUMBER, _HOME, _FOR_ALL, _ANIMALS = (
    re.compile(rf"(?i)(?<!\w)(?:{words})(?!\w)")
    for words in (TOLD.own_number, TOLD.home, TOLD.meant_for_all, TOLD.animals)
)
_NO_PERSON = frozenset(TOLD.not_a_person)


class Allowed(NamedTuple):
    """What the registers permit in a post, made once for a book. Names are in lower case."""

    numbers: frozenset[str]
    written: tuple[str, ...]  # addresses of mail and streets, in lower case
    city_domains: tuple[str, ...]
    may_be_named: frozenset[str]
    others: re.Pattern[str] | None  # the names of staff who may not


@lru_cache(maxsize=4)
def allowed(book: Book) -> Allowed:
    """What the registers permit."""
    contacts = [one.entry.contact.strip() for one in book.of(PUBLISHED_CONTACTS).values()]
    people = [one.entry for one in book.of(PEOPLE).values()]
    named = [one for one in people if one.may_be_named or one.standing is Standing.OFFICIAL]
    others = [one.name for one in people if one not in named and one.standing is Standing.STAFF]
    full = sorted((re.escape(name) for name in others if " " in name.strip()), key=len, reverse=True)
    return Allowed(
        frozenset(digits_of(one)[-_DIGITS:] for one in contacts if "@" not in one),
        tuple(one.lower() for one in [*contacts, *(one.email for one in named if one.email)]),
        book.city_domains,
        frozenset(one.name.lower() for one in named),
        re.compile(rf"(?<!\w)(?:{'|'.join(full)})(?!\w)") if full else None,
    )


class Place(NamedTuple):
    """Characters of a text that look like personal information."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - _BEFORE) : self.start]


def _number_weight(place: Place, may: Allowed) -> Weight | None:
    number = digits_of(place.words)[-_DIGITS:]
    if number in may.numbers or number.startswith(TOLD.toll_free):
        return None
    if _OWN_NUMBER.search(place.before):
        return Weight.WARNING
    called = _CALL.search(place.before)
    return Weight.WARNING if called and _is_person(called["name"], may) else None


def _is_person(name: str, may: Allowed) -> bool:
    return name.lower() not in may.may_be_named and _NO_PERSON.isdisjoint(name.lower().split())


def _mail_weight(place: Place, may: Allowed) -> Weight | None:
    address = place.words.lower()
    domain = address.rpartition("@")[2]
    if address in may.written or is_under(domain, may.city_domains):
        return None
    return Weight.WARNING if domain in TOLD.mailboxes else None


def _address_weight(place: Place, may: Allowed) -> Weight | None:
    is_published = any(one and one in place.words.lower() for one in may.written)
    return Weight.WARNING if not is_published and _HOME.search(place.before) else None


def _password_weight(place: Place, may: Allowed) -> Weight | None:
    """“Password reset” and “password tip:” are none: a secret has six characters, and not letters alone."""
    del may
    plain = place.words.rstrip(_ENDS)
    if len(plain) < _LEAST_SECRET or plain.isalpha():
        return None
    around = place.text[max(0, place.start - 2 * _BEFORE) : place.end]
    return None if _FOR_ALL.search(around) else Weight.URGENT


def _always(weight: Weight) -> Callable[[Place, Allowed], Weight | None]:
    return lambda _, __: weight


# What the detectors find, and how soon somebody should look at it. What is not named here is no personal
# information in a post of the City: ages of a swimming class, an attorney's title, an address of a machine.
WEIGHTS: dict[str, Callable[[Place, Allowed], Weight | None]] = {
    "Social Security number": _always(Weight.URGENT),
    "taxpayer number (ITIN)": _always(Weight.URGENT),
    "card number": _always(Weight.URGENT),
    "bank account (IBAN)": _always(Weight.URGENT),
    "driver's license": _always(Weight.URGENT),
    "password or key": _password_weight,
    "account number": _always(Weight.WARNING),
    "date of birth": _always(Weight.WARNING),
    "license plate": _always(Weight.WARNING),
    "telephone number": _number_weight,
    "e-mail address": _mail_weight,
    "street address": _address_weight,
    "official's home": _address_weight,
}


class Seeming(NamedTuple):
    """Personal information, as it seems: what it is, where it stands, how soon to look."""

    what: str
    place: Place
    weight: Weight


def seeming(text: str, may: Allowed) -> Iterator[Seeming]:
    """What of a text of the City seems to be personal information, and is not permitted."""
    for detector, (start, end) in found_in(text):
        weigh, place = WEIGHTS.get(detector.what), Place(text, start, end)
        weight = weigh(place, may) if weigh else None
        if weight is not None:
            yield Seeming(detector.what, place, weight)
    for match in _CHILD.finditer(text) if not _ANIMALS.search(text) else ():
        name, age = (
            match["name"] or match["name2"] or match["name3"],
            match["age"] or match["age2"] or match["age3"],
        )
        if is_minor(age) and _NO_PERSON.isdisjoint(name.lower().split()):
            yield Seeming("name of a minor", Place(text, *match.span()), Weight.WARNING)
    for match in may.others.finditer(text) if may.others else ():
        yield Seeming("name of an employee", Place(text, *match.span()), Weight.ADVICE)


def _personal(seen: Seen, book: Book) -> Iterable[Finding]:
    if not is_said_by_the_city(seen):
        return
    found: dict[str, list[Seeming]] = {}
    for one in seeming(seen.text, allowed(book)):
        found.setdefault(one.what, []).append(one)
    for what, places in found.items():
        weight = min((one.weight for one in places), key=list(Weight).index)
        yield PERSONAL_INFORMATION.in_item(
            seen,
            f"In the City's own words stands what looks like this: {what}.",
            _NEXT.get(what, _TAKE_OUT),
            weight=weight,
            spans=tuple(Span(one.place.start, one.place.end, one.place.words) for one in places),
            rule=f"posts/personal#{TOLD.version}/{what.replace(' ', '-')}",
            which=what,
        )
    yield from _beside_pictures(seen, book)


def _beside_pictures(seen: Seen, book: Book) -> Iterable[Finding]:
    """The same in the descriptions of pictures: some sites write there what a picture says. It is not quoted,
    since it stands beside the text of the post.
    """
    soonest: dict[str, Weight] = {}
    for medium in seen.media:
        for one in seeming(medium.alt_text, allowed(book)):
            soonest[one.what] = min(soonest.get(one.what, one.weight), one.weight, key=list(Weight).index)
    for what, weight in soonest.items():
        yield PERSONAL_INFORMATION.in_item(
            seen,
            f"In the description of a picture that the City shows stands what looks like this: {what}.",
            _NEXT.get(what, _TAKE_OUT),
            weight=weight,
            rule=f"posts/personal#{TOLD.version}/{what.replace(' ', '-')}",
            which=f"description/{what}",
        )


_TAKE_OUT = "If it is somebody's, take it out of the post: the archive keeps what was there."
_ENTER = "If it is an office's, enter it in the register “Published contacts”; else take it out of the post."
_NEXT = {
    "telephone number": _ENTER,
    "e-mail address": _ENTER,
    "street address": _ENTER,
    "name of an employee": "If the job includes contact with the public, say so in the register of people.",
}

PERSONAL_INFORMATION = Check(
    name="personal-information",
    title="Personal information in the City's own words",
    version=3,
    clauses=("P-24",),
    says="A post or answer of the City with what looks like a Social Security, card, bank, license or plate "
    "number, a password, a date of birth, a minor's name, a private mailbox, or a telephone number or "
    "address that words beside it call somebody's own; and names of staff whom the register of people has as "
    "not available for contact. "
    "Contacts in the register “Published contacts” and the City's own e-mail addresses are passed over. "
    "The descriptions of pictures that a site gives are read, too; what a picture shows beyond them is not. "
    "A number or address that no word calls somebody's own stands in the report “Contacts in the City's "
    "posts”.",
    answered_by=("public_affairs", "clerk"),
    of_item=_personal,
)
