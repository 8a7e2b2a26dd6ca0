"""The fields of questions: `kind:comment`, `poster:"Rosa"`, `in:"last month"` become nodes of the tree."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date

from paloverde.archive.registry import OTHER
from paloverde.platforms import PLATFORMS
from paloverde.records import Kind, Provenance, Visibility
from paloverde.search.fiscal import period, stretch
from paloverde.search.lexemes import Mendable
from paloverde.search.tree import Field, Has, LinkedTo, Node, Posted, PostedBy, Removed
from paloverde.search.written import CannotBeCut, term_of

FIELDS = (
    *("poster", "account", "kind", "platform", "visibility", "provenance", "language", "removed"),
    *("has", "link", "in", "from", "to"),
)
VALUES = {
    "kind": tuple(kind.value for kind in Kind),
    "platform": (*PLATFORMS, OTHER),
    "visibility": tuple(visibility.value for visibility in Visibility),
    "provenance": tuple(provenance.value for provenance in Provenance),
    "removed": ("yes", "no"),
    "has": ("media", "picture", "video", "link"),
}
# What people write who know other languages of questions.
_MEANT = {
    **dict.fromkeys(("author", "by", "name", "sender", "user", "username"), "poster"),
    **dict.fromkeys(("date", "during", "month", "when", "year"), "in"),
    **dict.fromkeys(("after", "since"), "from"),
    **dict.fromkeys(("before", "until"), "to"),
    **dict.fromkeys(("network", "service", "site", "source"), "platform"),
    **dict.fromkeys(("domain", "href", "url", "website"), "link"),
    "deleted": "removed",
    "lang": "language",
    "page": "account",
    "type": "kind",
}
_MEANT_VALUES = {
    **dict.fromkeys(("attachment", "attachments", "file", "files"), "media"),
    **dict.fromkeys(("image", "images", "photo", "photos", "picture", "pictures"), "picture"),
    **dict.fromkeys(("film", "films", "movie", "reel"), "video"),
    **dict.fromkeys(("address", "url", "urls", "website"), "link"),
    "true": "yes",
    "false": "no",
    "twitter": "x",
    **dict.fromkeys(("status", "tweet", "tweets"), "post"),
    **dict.fromkeys(("answer", "replies", "reply"), "comment"),
    **dict.fromkeys(("chat", "dm", "dms"), "message"),
}
# Codes of ISO 639-1, as the sites give them.
LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "english": "en", "french": "fr", "german": "de", "hebrew": "he",
    "hindi": "hi", "italian": "it", "japanese": "ja", "korean": "ko", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "russian": "ru", "spanish": "es", "tagalog": "tl", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
_CODE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_EXAMPLES = {
    "from": "from:2025-01-31",
    "to": "to:2025-12-31",
    "in": 'in:2025-03 or in:"last month"',
    "removed": "removed:yes",
    "kind": "kind:comment",
    "has": "has:media",
    "link": "link:palmdesert.gov",
    "language": "language:es",
}


def field_of(name: str, value: str, today: date | None) -> Node:
    """What a field with a value asks; `today` is the day of asking. Raises `Mendable` or `CannotBeCut`."""
    if name not in FIELDS:
        raise _no_field(name, value)
    if not value.strip():
        raise Mendable(f"{name}: has no value", f"Write it directly behind the colon, as in {_example(name)}")
    match name:
        case "poster":
            return PostedBy(term_of(value.removeprefix("@")))
        case "link":
            return LinkedTo(term_of(_address(value)))
        case "from" | "to" | "in":
            return _posted(name, value, today)
        case "language":
            return Field(name, (_language(value),))
    value = _known(name, value.lower()) if name in VALUES else value.lower()
    match name:
        case "removed":
            return Removed(value == "yes")
        case "has":
            return Has(value)
    return Field(name, (value,))


def _known(name: str, value: str) -> str:
    """A value that the field knows."""
    known = VALUES[name]
    if value in known:
        return value
    meant = [one for one in (_MEANT_VALUES.get(value),) if one in known]
    near = meant or difflib.get_close_matches(value, known, 1)
    hint = f"Did you mean {name}:{near[0]}?" if near else f"Write one of {', '.join(known)}"
    raise Mendable(f"{name}:{value} does not exist", hint)


def _posted(name: str, value: str, today: date | None) -> Posted:
    found = stretch(value, today) if name == "in" else period(value, today)
    if name == "in":
        return Posted(found.first, found.last, found.called)
    called = f"{name} {found.called}" if found.called else ""
    return (
        Posted(since=found.first, called=called)
        if name == "from"
        else Posted(until=found.last, called=called)
    )


def _address(value: str) -> str:
    """What is looked for of a web address: not how it is reached, and `?` parts words in it."""
    known = re.sub(r"^(?:https?://)?(?:www\.)?", "", value, flags=re.IGNORECASE).replace("?", "/").rstrip("/")
    if not known.strip("*"):
        raise CannotBeCut(f"“{value}” is no part of an address", "Write has:link for any link at all")
    return known


def _language(value: str) -> str:
    code = value.lower().replace("_", "-")
    code = LANGUAGES.get(code, code)
    if not _CODE.fullmatch(code):
        near = difflib.get_close_matches(code, LANGUAGES, 1)
        hint = (
            f"Did you mean language:{near[0]}?"
            if near
            else "Write its code of two letters, as in language:es"
        )
        raise Mendable(f"language:{value} does not exist", hint)
    return code


def _no_field(name: str, value: str) -> Mendable:
    meant = [_MEANT[name]] if name in _MEANT else difflib.get_close_matches(name, FIELDS, 1)
    hint = f"Did you mean {meant[0]}:? " if meant else f"The fields are {_listed(FIELDS)}. "
    words = f"{name} {value}".strip()
    return Mendable(f"there is no field {name}:", f'{hint}To search for the words, write "{words}"')


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{name}:" for name in names)


def _example(name: str) -> str:
    return _EXAMPLES.get(name, f'{name}:"…"')
