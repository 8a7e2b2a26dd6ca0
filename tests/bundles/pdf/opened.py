"""Looking into a finished PDF: its tags, its properties, its text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2


class Tag(NamedTuple):
    """One structure element."""

    name: str
    alt: str
    language: str
    has_headers: bool


def tags(pdf: bytes) -> list[Tag]:
    """All structure elements in reading order."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return list(_below(opened.Root.StructTreeRoot))


def _below(node: pikepdf.Object) -> Iterator[Tag]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            attributes = kid.get("/A", [])
            headers = any("/Headers" in one and len(one.Headers) > 0 for one in attributes)
            yield Tag(str(kid.S)[1:], str(kid.get("/Alt", "")), str(kid.get("/Lang", "")), headers)
            yield from _below(kid)


def names(pdf: bytes) -> list[str]:
    return [tag.name for tag in tags(pdf)]


def text(pdf: bytes | Path) -> str:
    """The text as a viewer copies it, line ends as written."""
    with pypdfium2.PdfDocument(pdf) as opened:
        pages = [page.get_textpage().get_text_range() for page in opened]
    return "\n".join(pages).replace("\r\n", "\n")


def flat(written: str) -> str:
    """Without any white space: where lines wrap says nothing."""
    return "".join(written.split())
