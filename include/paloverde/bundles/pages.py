"""The pages of a bundle: static, without script, readable by screen readers (WCAG 2.1 AA), inert whatever a
record holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

import msgspec

from paloverde.bundles.rendering import PLAIN, rendered
from paloverde.bundles.verify import PAYLOAD
from paloverde.bundles.wording import codes, opinions, origins, spoken_time
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer

PER_VOLUME = 250
INDEX, COVERAGE = f"{PAYLOAD}01_index/index.html", f"{PAYLOAD}05_search_certificate/coverage.html"
_MAY_STAY = "\n\t\u200d\u200c"  # line ends; the joiners that emoji and some scripts are written with
UP = "../"
_EMOJI = range(0x1F000, 0x1FB00)
Segment = tuple[str, str]  # what it is ("", "mark", "unseen"), and its text


class Volume(msgspec.Struct, frozen=True):
    """One page of records, by their numbers from 1."""

    path: str
    first: int
    last: int


class Part(msgspec.Struct, frozen=True):
    """A part of the bundle that is there to be read: its title, and the files it has."""

    title: str
    files: tuple[str, ...]


class Cover(msgspec.Struct, frozen=True):
    """What stands on every page. `built_by` and `searched_by` are empty where nobody was named."""

    name: str
    agency: str
    now: datetime
    key: str
    file: str
    software: str
    built_by: str = ""
    searched_by: str = ""

    @property
    def created(self) -> str:
        return spoken_time(self.now)


def volumes(count: int) -> list[Volume]:
    return [
        Volume(path_of(start // PER_VOLUME + 1), start + 1, min(start + PER_VOLUME, count))
        for start in range(0, count, PER_VOLUME)
    ]


def summary_page(answer: Answer, cover: Cover, records: Sequence[Released], parts: Sequence[Part]) -> bytes:
    """The first page to open: what is inside, and one line for each record."""
    counts = answer.counts
    tallies = [
        ("By search term", counts.per_term),
        ("By account", counts.per_account),
        ("By kind", counts.per_kind),
        ("By month of posting", counts.per_month),
    ]
    return page(
        "summary.html",
        cover,
        root=UP * 2,
        answer=answer,
        question=segments(answer.question),
        sentence=segments(answer.sentence),
        parts=parts,
        told=told(records),
        volumes=volumes(len(records)),
        tallies=tallies,
    )


def told(records: Sequence[Released]) -> dict[str, int]:
    """How many records there are, how many of them with redactions, and how many slips in place of one."""
    withheld = sum(record.is_withheld for record in records)
    redacted = sum(record.is_redacted for record in records) - withheld
    return {"records": len(records), "redacted": redacted, "withheld": withheld}


def places(records: Sequence[Released]) -> list[str]:
    """Where each record stands among the pages: the path of its volume, and its place there."""
    return [
        f"{volume.path}#record-{number}"
        for volume in volumes(len(records))
        for number in range(volume.first, volume.last + 1)
    ]


def coverage_page(
    answer: Answer, cover: Cover, runs: Sequence[object], keys: Sequence[str] = ()
) -> bytes:  # fmt: skip
    """`keys` are what the register says of each signing key, a lost one plainly."""
    limits = [segments(str(limit)) for limit in answer.limits]
    sentences = [segments(sentence) for sentence in keys]
    return page("coverage.html", cover, root=UP * 2, answer=answer, runs=runs, limits=limits, keys=sentences)


def readme(answer: Answer, cover: Cover, records: Sequence[Released], parts: Sequence[Part]) -> bytes:
    question, sentence = (visible(text) for text in (answer.question, answer.sentence))
    page = PLAIN.get_template("README.txt").render(
        **_on_all(cover),
        answer=answer,
        question=question,
        sentence=sentence,
        told=told(records),
        parts=parts,
        codes=codes(),
        origins=origins(),
    )
    return page.encode()


def page(template: str, cover: Cover, *, root: str, **more: object) -> bytes:
    """A page of the bundle; `root` leads from it to the bundle's folder."""
    return rendered(template, **_on_all(cover), root=root, **more)


def _on_all(cover: Cover) -> dict[str, object]:
    return {
        "name": visible(cover.name),
        "agency": visible(cover.agency),
        "opinions": opinions(visible(cover.agency)),
        "created": cover.created,
        "key": cover.key,
        "file": visible(cover.file),
        "software": cover.software,
        "built_by": visible(cover.built_by) or "not stated",
        "searched_by": visible(cover.searched_by) or "not stated",
    }


def path_of(volume: int) -> str:
    return f"{PAYLOAD}02_records/html/volume-{volume:05d}.html"


def segments(text: str, marks: Iterable[tuple[int, int]] = ()) -> list[Segment]:
    """A text in pieces: plain, marked, or a character that is not seen, written out as [U+202E].

    Characters that turn the direction of writing or are not seen at all could hide or reorder what is read.
    """
    pieces: list[Segment] = []
    for kind, run in _runs(text, marks):
        for seen, part in _split(run):
            if not seen:
                pieces.append(("unseen", part))
            elif pieces and pieces[-1][0] == kind:
                pieces[-1] = (kind, pieces[-1][1] + part)
            else:
                pieces.append((kind, part))
    return pieces


def _runs(text: str, marks: Iterable[tuple[int, int]]) -> Iterator[Segment]:
    """Plain and marked stretches, none of them empty."""
    done = 0
    for start, end in sorted(marks):
        if end > max(start, done) and start < len(text):
            yield from _unless_empty("", text[done:start])
            yield from _unless_empty("mark", text[max(start, done) : end])
            done = end
    yield from _unless_empty("", text[done:])


def _unless_empty(kind: str, text: str) -> Iterator[Segment]:
    if text:
        yield kind, text


def _split(text: str) -> Iterator[tuple[bool, str]]:
    """What is seen in one piece, and each character that is not, written out."""
    if all(map(str.isprintable, text.split("\n"))):
        yield True, text
        return
    for is_unseen, chars in groupby(text, _is_unseen):
        if is_unseen:
            yield from ((False, f"[U+{ord(char):04X}]") for char in chars)
        else:
            yield True, "".join(chars)


def visible(text: str) -> str:
    """A text with every unseen character written out, for places that hold plain text only."""
    return "".join(part for _, part in _split(text))


@lru_cache(maxsize=4096)
def _is_unseen(char: str) -> bool:
    if char in _MAY_STAY or ord(char) in _EMOJI:  # this Python may not know the newest emoji yet
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")
