"""Redacted words that also stand in what is released: told before anything is built."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from paloverde.bundles.leak_finder import Finder, Needle, is_telling, stands
from paloverde.bundles.leak_forms import views_of
from paloverde.errors import Suspicious
from paloverde.steps import Step

_SEPARATOR = "\n\n"
_NAMED = 20  # places that one message names
_AT_ONCE = 2_000  # records whose texts are looked through together


class Standing(msgspec.Struct, frozen=True, order=True):
    """A released record, `within`, that shows words which were redacted from the record `control`."""

    control: str
    within: str

    def sentence(self) -> str:
        if self.control == self.within:
            return f"{self.control} still shows words elsewhere that were redacted from it"
        return f"{self.within} shows words that were redacted from {self.control}"


Accepted = Collection[tuple[str, str]]
_Texts = tuple[str, Sequence[str]]  # the control number of a record, and all that it says
Known = Mapping[Needle, Collection[str]]  # records that show words which were redacted from another


def refuse_standing(found: Sequence[Standing]) -> None:
    """`Suspicious`, naming control numbers and never the words, where released records show them."""
    if found:
        raise Suspicious(
            f"Nothing was built: {some_of([one.sentence() for one in found])}. Redact them there too; or, "
            "where they are words that anybody says, whoever signs the review accepts it "
            f"({Step.ACCEPT.of('CONTROL', 'CONTROL')})."
        )


def some_of(told: Sequence[str]) -> str:
    more = f", and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    return ", ".join(told[:_NAMED]) + more


def sorted_out(
    needles: Iterable[Needle], texts: Iterable[_Texts], accepted: Accepted
) -> tuple[list[Needle], list[Standing], dict[Needle, set[str]]]:
    """The words to look for in every file, where words stand in what is released and nobody accepted it, and
    in which records words are known to stand.

    `texts` are of each released record its control number and its texts. What says too little is looked for
    in its own record alone.
    """
    needles = list(needles)
    telling = [needle for needle in needles if is_telling(needle.text)]
    short: dict[str, list[Needle]] = defaultdict(list)
    for needle in needles:
        if not is_telling(needle.text):
            short[needle.control].append(needle)
    finder, known = Finder(telling), defaultdict[Needle, set[str]](set)
    for some in _batches(texts):
        for needle, within in (*_elsewhere(finder, some), *_in_own(short, some)):
            known[needle].add(within)
    told = {Standing(needle.control, within) for needle, places in known.items() for within in places}
    return telling, sorted(one for one in told if (one.control, one.within) not in accepted), dict(known)


def _batches(texts: Iterable[_Texts]) -> Iterator[list[_Texts]]:
    texts = iter(texts)
    while some := list(islice(texts, _AT_ONCE)):
        yield some


def _in_own(short: Mapping[str, Sequence[Needle]], texts: Sequence[_Texts]) -> Iterator[tuple[Needle, str]]:
    """Words that say too little to be looked for everywhere, where their own record still shows them."""
    for control, own in texts:
        if control in short:
            body = views_of(_SEPARATOR.join(own).encode("utf-8", "surrogatepass"))
            yield from ((needle, control) for needle in short[control] if stands(needle.text, body))


def _elsewhere(finder: Finder, texts: Sequence[_Texts]) -> Iterator[tuple[Needle, str]]:
    """In one pass over these texts; where each record's begin is remembered."""
    body, begins = bytearray(), list[int]()
    if not finder:
        return
    for _, own in texts:
        begins.append(len(body))
        view = views_of(_SEPARATOR.join(own).encode("utf-8", "surrogatepass")).plain[0]
        body += view + _SEPARATOR.encode()
    for needle, at in finder.places_in_plain(bytes(body)):
        yield needle, texts[bisect_right(begins, at) - 1][0]
