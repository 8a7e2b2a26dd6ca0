"""What a page says of a record in words, from the facts and no further than they carry. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from paloverde.records import PACIFIC, Kind, Missing, Provenance, Visibility
from paloverde.requests.redaction import Released
from paloverde.search.hits import Hit, Kept, Removal
from paloverde.wording import long_date

# As `capture.removal` notes them.
SITES_OWN = "the site's own statement that it is hidden"
CITYS_OWN = "the site's answer to the City's own request to hide it"
MISSING = {
    Missing.API_NOT_EXPOSED: "the site does not give the poster's {}",
    Missing.WITHHELD: "the site left the poster's {} out of its answer",
    Missing.DELETED_ACCOUNT: "the poster's account was deleted, and the site no longer gives the {}",
    Missing.ANONYMISED: "the site shows the poster without {}",
    Missing.NOT_CAPTURED_IN_TIME: "the poster's {} could not be archived in time",
}
ORIGINS = {
    Provenance.API: "from the site's own answer to the City",
    Provenance.EXPORT: "from the site's download of the account",
    Provenance.RECORDS: "moved in from another archive",
    Provenance.FORWARDED: "forwarded by e-mail by an official",
    Provenance.PERSONAL_DEVICE: "handed in from a personal device, with the custodian's declaration",
    Provenance.UPLOAD: "handed in as a file",
}
_PARTS = {"poster_name": "display name", "poster_username": "user name", "poster_id": "id"}
_CHANGES = {
    "text": "text",
    "poster_name": "poster's display name",
    "poster_username": "poster's user name",
    "poster_id": "poster's id",
    "edited_at": "time of the last edit",
    "parent_id": "item that it replies to",
    "count": "count",
}
_BY_SHELL = re.compile(r"command line \((.+)\)")  # as the ledger notes who nobody signed in
Item = tuple[str, str, str]


class Versions(msgspec.Struct, frozen=True):
    """All versions of one item in the bundle, oldest first: each with its number (from 1) on the pages."""

    hits: tuple[Hit, ...]
    numbers: tuple[int, ...]


class AllVersions:
    """By item, all of its versions in the order in which they were archived. They are put together when they
    are asked for: most items have one, and there may be very many. `at` gives a hit by its place, from 0.
    """

    def __init__(self, hits: Iterable[Hit], at: Callable[[int], Hit]) -> None:
        self._at = at
        self._first: dict[Item, int] = {}
        self._numbers: dict[Item, list[int]] = {}
        for number, hit in enumerate(hits, 1):
            first = self._first.setdefault(hit.item, number)
            if first != number:
                self._numbers.setdefault(hit.item, [first]).append(number)

    def __getitem__(self, item: Item) -> Versions:
        numbers = self._numbers.get(item) or [self._first[item]]
        found = sorted((self._at(number - 1).observed_at, number) for number in numbers)
        return Versions(
            tuple(self._at(number - 1) for _, number in found), tuple(number for _, number in found)
        )


def opinions(agency: str) -> str:
    """Whose opinion it is that stands in a bundle (policy V.B.3)."""
    return (
        "What members of the public say here is their own opinion alone. That it is here implies no "
        f"endorsement of it and no agreement with it by {agency}."
    )


def versions_of(hits: Sequence[Hit]) -> AllVersions:
    """The versions of every item among these."""
    return AllVersions(hits, hits.__getitem__)


def versions_given(records: Sequence[Released]) -> AllVersions:
    """The versions of every item among what is released; no record is kept for it."""
    return AllVersions((record.hit for record in records), lambda at: records[at].hit)


def count_label(hit: Hit) -> str:
    """What the number of a record counts."""
    return "Subscribers" if hit.kind == Kind.SUBSCRIBER_COUNT else "Replies, as the site counts them"


def person_in_words(actor: str) -> str:
    """Who did something, for people who do not know the ledger."""
    at_shell = _BY_SHELL.fullmatch(actor)
    return f"user {at_shell[1]} of the City's archive system" if at_shell else actor


def spoken_time(moment: datetime) -> str:
    """A moment in Pacific time and in UTC."""
    local = moment.astimezone(PACIFIC)
    in_utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"{long_date(local.date())}, {local:%I:%M %p} Pacific ({in_utc})"


def removal_in_words(versions: Versions) -> str | None:
    """When the item was found hidden or removed, and the cause on record; None where it was not."""
    first = next((hit for hit in versions.hits if _is_shown(hit)), versions.hits[0])
    removal = first.removed
    if removal is None:
        return None
    return f"{_found(removal, first)} Cause on record: {_cause(removal)}."


def removal_of(hit: Hit, versions: Versions) -> str | None:
    """The removal as far as it concerns the words of this version: what came another way inherits none."""
    told = removal_in_words(versions)
    if told is None or hit.removed is None or hit.removed.of_these_words:
        return told
    when = f" on {spoken_time(hit.removed.removed_at)}" if hit.removed.removed_at else ""
    return (
        f"How these words came: {origin(hit)}. The item of that id was found hidden or removed{when}, which "
        f"does not say that the site ever showed these words. Cause on record: {_cause(hit.removed)}."
    )


def _is_shown(hit: Hit) -> bool:
    return hit.removed is not None and hit.removed.of_these_words


def _found(removal: Removal, first: Hit) -> str:
    """Nobody knows when something was hidden that was hidden already at the first look."""
    first_seen = removal.first_seen or first.observed_at
    hidden_at_first = first.visibility == Visibility.HIDDEN and first.observed_at <= first_seen
    if hidden_at_first or (removal.removed_at is not None and removal.removed_at <= first_seen):
        return "Was hidden or removed already when it was first archived (exact time not known)."
    if removal.confirmed_by == CITYS_OWN and removal.removed_at is not None:
        return f"Hidden by the City {spoken_time(removal.removed_at)}."
    what = "Found hidden" if removal.confirmed_by == SITES_OWN else "Found removed"
    if removal.removed_at is None:
        return f"{what} (time not known)."
    return f"{what} {spoken_time(removal.removed_at)}; it happened at that time or before."


def _cause(removal: Removal) -> str:
    if removal.confirmed_by == SITES_OWN:
        return "hidden by the page or by its own word filter (the site does not say which)"
    cause = removal.cause or "not known"
    reason = (removal.cause_reason or "").rstrip(".")
    return f"{reason} (recorded as: {cause})" if reason else cause


def poster_missing(hit: Hit) -> str | None:
    """Which part of the poster's identity is missing, and why; None where none is."""
    parts = [words for name, words in _PARTS.items() if not getattr(hit, name)]
    if not parts or hit.poster_missing is None:
        return None
    missing = listed(parts)
    if hit.poster_missing not in set(Missing):
        return f"the poster's {missing}, for a reason noted as {hit.poster_missing}"
    return MISSING[Missing(hit.poster_missing)].format(missing)


def origin(hit: Hit) -> str | None:
    """How a record came to the City, in words; None where that was not noted."""
    if hit.provenance is None:
        return None
    known = hit.provenance in set(Provenance)
    return ORIGINS[Provenance(hit.provenance)] if known else f"noted as {hit.provenance}"


def is_from_the_site(hit: Hit) -> bool:
    """Whether a look at the site itself gave it."""
    return hit.provenance in (None, Provenance.API)


def changes(before: Hit, now: Hit) -> str:
    """What became different from one version of an item to the next.

    Two sources tell different things of the same item: that is never worded as if somebody had edited it.
    """
    found = list(_differences(before, now))
    if before.provenance == now.provenance or not (before.provenance and now.provenance):
        return (
            f"Changed: the {listed(found)}." if found else "Changed: other data that the site gives with it."
        )
    if _same_words(before, now):
        found = [words for words in found if words != _CHANGES["text"]]  # other line ends say nothing
        told = f"The same words from another source, no edit: {origin(now)} (before: {origin(before)})."
        return f"{told} Told otherwise here: the {listed(found)}." if found else told
    told = f"Another source tells it differently: {origin(now)} (before: {origin(before)})."
    return f"{told} Different: the {listed(found)}."


def _differences(before: Hit, now: Hit) -> Iterator[str]:
    yield from (words for name, words in _CHANGES.items() if getattr(before, name) != getattr(now, name))
    if before.visibility != now.visibility:
        yield f"visibility (from {before.visibility or 'unknown'} to {now.visibility or 'unknown'})"
    if _media(before.media) != _media(now.media):
        yield "pictures, videos or attachments"


def _same_words(before: Hit, now: Hit) -> bool:
    """As `capture.held` compares what two sources say: one form of each character and line end."""
    if now.kind == Kind.SUBSCRIBER_COUNT and before.count != now.count:
        return False
    return _plain(before.text) == _plain(now.text)


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").strip()


def _media(media: Iterable[Kept]) -> list[tuple[str | None, str | None]]:
    """What identifies media: sites sign their addresses anew each night."""
    return [(kept.native_id or _address(kept.url or ""), kept.alt_text) for kept in media]


def _address(url: str) -> str:
    """The path of an address: hosts and signatures change."""
    return url.partition("://")[2].partition("/")[2].partition("?")[0]


def listed(parts: Sequence[str]) -> str:
    """A list as it is said: a, b and c."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def codes() -> Mapping[str, str]:
    """The codes of the column `poster_missing`, in words."""
    return {code.value: words.format("name, user name or id") for code, words in MISSING.items()}


def origins() -> Mapping[str, str]:
    """The codes of the column `provenance`, in words."""
    return {code.value: words for code, words in ORIGINS.items()}


def remarks(hit: Hit, versions: Versions) -> Iterator[str]:
    """What a reader must not overlook."""
    if not is_from_the_site(hit):
        yield f"The City did not get this record from the site's own answer: {origin(hit)}."
    removal = removal_of(hit, versions)
    if removal is not None:
        yield removal
    if hit.visibility in (Visibility.HIDDEN, Visibility.PRIVATE, Visibility.UNPUBLISHED):
        yield f"This record was {hit.visibility} when it was archived."
    if hit.visibility == Visibility.HELD:
        yield "This record was held for review, or as likely spam, and not shown when it was archived."
