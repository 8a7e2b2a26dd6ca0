"""Running text of a record: strings, and what stands where something was redacted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.fonts import Fonts
from paloverde.bundles.pdf.glyphs import Piece, pieces, runs_right_to_left

_LANGUAGE = re.compile("[a-z]{2,3}")


class Redacted(msgspec.Struct, frozen=True):
    """Words that are not here: only the codes of the exemptions that they were taken out under."""

    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"[redacted: {', '.join(self.codes)}]"


Part = str | Redacted
Words = str | Sequence[Part]
Paragraph = tuple[bool, list[Piece]]  # whether it runs from right to left


def primary(language: str | None) -> str | None:
    """The primary subtag of a language (BCP 47), as Typst takes it; None for what cannot be one."""
    short = (language or "").replace("_", "-").partition("-")[0].lower()
    return short if _LANGUAGE.fullmatch(short) and short != "und" else None


def plain(words: Words) -> str:
    """Words as one text, with the labels of what is redacted."""
    return "".join(written_out(words))


def written_out(words: Words) -> Iterator[str]:
    """Each part as text."""
    return (part if isinstance(part, str) else part.label for part in _parts(words))


def worded(words: Words, fonts: Fonts) -> list[Piece]:
    """Words as pieces in one line or paragraph."""
    made: list[Piece] = []
    for part in _parts(words):
        made += pieces(part, fonts) if isinstance(part, str) else [["redacted", visible(part.label)]]
    return made


def paragraphs(words: Words, fonts: Fonts) -> list[Paragraph]:
    """Words as paragraphs: lines that run in one direction, between empty lines."""
    made: list[Paragraph] = []
    held: list[Part] = []
    leftwards: bool | None = None
    for line in (*_lines(words), []):
        text = "".join(part for part in line if isinstance(part, str))
        turned = runs_right_to_left(text)
        ends = not text.strip() and len(line) <= 1
        if held and (ends or (turned is not None and leftwards is not None and turned != leftwards)):
            made.append((bool(leftwards), worded(_together(held[:-1]), fonts)))
            held, leftwards = [], None
        if not ends:
            held += [*line, "\n"]
            leftwards = turned if leftwards is None else leftwards
    return made


def _parts(words: Words) -> Sequence[Part]:
    return (words,) if isinstance(words, str) else words


def _lines(words: Words) -> list[list[Part]]:
    lines: list[list[Part]] = [[]]
    for part in _parts(words):
        if isinstance(part, str):
            first, *rest = part.replace("\r\n", "\n").split("\n")
            lines[-1].append(first)
            lines.extend([line] for line in rest)
        else:
            lines[-1].append(part)
    return lines


def _together(parts: Iterable[Part]) -> list[Part]:
    """Neighbouring strings as one, so that each is looked through once."""
    made: list[Part] = []
    held: list[str] = []
    for part in parts:
        if isinstance(part, str):
            held.append(part)
        else:
            made += ["".join(held), part]
            held = []
    return [*made, "".join(held)]
