"""A review platform finds the pages of each document by the Opticon file."""

from __future__ import annotations

from pathlib import Path

import msgspec
from documents import PRODUCTION, document, family, hostile, volume
from loadfiles import file_at, member, read_opt

from paloverde.productions.document import Treatment
from paloverde.productions.fields import entry
from paloverde.productions.formats.opt import Opt
from paloverde.productions.texts import text_of
from paloverde.productions.volume import Parts


def test_every_document_with_pages_is_a_line(tmp_path: Path) -> None:
    some = [msgspec.structs.replace(one, pages=at + 1) for at, one in enumerate(family())]
    with volume(tmp_path) as opened:
        opt = Opt(opened)
        for one in some[:-1]:
            image = opened.add(f"IMAGES/0001/{one.begin}.pdf", f"pages of {one.begin}".encode())
            opt.add(entry(one, Parts(image=image), PRODUCTION))
        opt.add(entry(some[-1], Parts(), PRODUCTION))
        opt.close()
    lines = read_opt(member(tmp_path / "VOL001.zip", ".opt"))
    assert [(line.id, line.volume, line.pages) for line in lines] == [
        (one.begin, "VOL001", one.pages) for one in some[:-1]
    ]
    for line in lines:
        assert file_at(tmp_path / "VOL001.zip", line.path) == f"pages of {line.id}".encode()


def test_a_text_says_who_and_when_and_ends_with_the_exact_words() -> None:
    for one in hostile():
        head, words = text_of(one).split("\n\n", 1)
        assert words == (one.hit.text or "")
        assert head.startswith(f"Document: {one.begin}\n")
    told = text_of(document())
    assert "From: Rosa Vale, rosa.vale, 77001" in told
    assert "Posted: Sunday, November 22, 2026, 12:00 PST (2026-11-22T20:00:00Z)" in told


def test_the_text_of_a_slip_says_nothing_but_that_it_is_withheld() -> None:
    slip = document(1, None, treatment=Treatment.WITHHELD, privileges=("Attorney-client",))
    assert text_of(slip).endswith("\n\nWithheld: Attorney-client. See the privilege log.")
