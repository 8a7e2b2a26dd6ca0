"""Letters, logs and certificates as pages: the same content as the PDF, for everyone, inert."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

from opened import flat, names, text

from paloverde.bundles.paperpage import paper_page
from paloverde.bundles.pdf import paper_pdf
from paloverde.requests.paper import Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.requests.plaintext import all_texts

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
PAPER = Paper(
    "Search certificate",
    (
        Heading("Search certificate", 1),
        Facts((("Request", "PRA-2026-0042"), ("Question", "park AND “café”"))),
        Paragraph("This search\nwas complete.\n\nNo records were found."),
        Heading("Limits"),
        Points(("Stories that ended", "مرحبا", "A tree 🌳")),
        Grid("Accounts searched", ("Account", "Records"), (("facebook-testville", "0"),)),
    ),
)


class _Reader(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def _read(paper: Paper = PAPER, language: str = "en") -> _Reader:
    return _Reader(paper_page(paper, agency="City of Testville", made_at=NOW, language=language))


def test_it_has_language_title_headings_and_a_table_with_scopes() -> None:
    page = _read(language="es")
    assert page.named("html") == [{"lang": "es"}]
    assert [tag for tag, _ in page.tags if tag in ("h1", "h2")] == ["h1", "h2"]
    assert [one["scope"] for one in page.named("th")] == ["col", "col"]
    assert len(page.named("caption")) == len(page.named("main")) == len(page.named("title")) == 1
    assert (len(page.named("li")), len(page.named("dt"))) == (3, 2)


def test_page_and_pdf_say_the_same() -> None:
    page = flat("".join(_read().words))
    pdf = flat(text(paper_pdf(PAPER, agency="City of Testville", made_at=NOW)))
    for part in ("City of Testville", *all_texts(PAPER)):
        assert flat(part) in page
        assert flat(part) in pdf


def test_headings_are_the_same_in_both() -> None:
    odd = Paper("Odd", (Heading("a", 3), Heading("b", 9), Heading("c", 2)))
    tags = [tag.upper() for tag, _ in _read(odd).tags if tag[0] == "h" and tag[1:].isdigit()]
    pdf = names(paper_pdf(odd, agency="City", made_at=NOW))
    assert tags == [name for name in pdf if name[0] == "H"] == ["H1", "H2", "H3", "H2"]


def test_markup_is_shown_not_obeyed() -> None:
    hostile = "</p><script>alert(1)</script><img src=x onerror=alert(1)> &amp; http://x.example \x00\u202e"
    page = _read(
        Paper(
            hostile,
            (Paragraph(hostile), Points((hostile,)), Facts(((hostile, hostile),)), Grid(hostile, (hostile,), ((hostile,),))),
        )
    )  # fmt: skip
    assert not {"script", "img", "a"} & {tag for tag, _ in page.tags}
    assert "".join(page.words).count("alert(1)</script>") == 9
    assert "[U+202E]" in page.words
    assert "[U+0000]" in page.words


def test_the_same_paper_gives_the_same_bytes() -> None:
    first, second = (paper_page(PAPER, agency="City", made_at=NOW) for _ in range(2))
    assert first == second
