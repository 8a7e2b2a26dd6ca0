"""The guides and reference pages of the documentation as pages of the desk.

They are rendered when they are asked for, from the Markdown that the project keeps under `docs/`: a wheel
carries those folders beside this module, a checkout has them at its root. Nothing in them is taken as HTML,
links lead only to pages of the desk, and an address elsewhere is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from struct import unpack
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_IN_A_WHEEL = Path(__file__).parent / "docs"
_DOCS = _IN_A_WHEEL if _IN_A_WHEEL.is_dir() else Path(__file__).parents[3] / "docs"
_FOLDERS = ("guide", "reference")
_NAME = re.compile(r"[a-z0-9-]{1,60}")
_MADE = re.compile(r"^Made by `make docs` from .*; edit there\.\s", re.MULTILINE)  # for who writes it
_PICTURE = re.compile(r"[a-z0-9-]{1,80}\.png")
_PAGE = re.compile(r"(?:\.\./)?(?:(?:guide|reference)/)?([a-z0-9-]+)\.md(#.*)?")

# What each guide is for, in the order in which the page of help lists them: heading, then names and words.
SHELF: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    ("For everybody", (("desk", "the pages of this desk"), ("searching", "how to ask, all of the language"))),
    (
        "For the City Clerk",
        (
            ("clerk", "searching, handing out, what a requester checks"),
            ("requests", "records requests and their deadlines"),
            ("reviewing", "reviewing and redacting"),
            ("letters", "letters, certificates, the cost sheet"),
            ("delivering", "handing a bundle over"),
            ("devices", "searches of officials’ own devices and accounts"),
        ),
    ),
    (
        "For counsel",
        (
            ("counsel", "what is proven, and where the proof ends"),
            ("holds", "litigation holds"),
            ("proof", "what the ledger proves to an outsider"),
            ("discovery", "discovery productions"),
        ),
    ),
    (
        "For Public Affairs",
        (
            ("removed", "removed content, guidelines, officials’ accounts"),
            ("watch", "the policy’s other duties: checks, registers, reports"),
        ),
    ),
    (
        "For whoever keeps and destroys",
        (
            ("retention", "schedules, reasons to keep, the Trusted System Statement"),
            ("disposition", "lawful destruction"),
        ),
    ),
    (
        "For IT",
        (
            ("installing", "from an empty server to a running archive"),
            ("it", "tokens, the nightly run, red tasks, backup"),
            ("alarms", "alerts, the doctor, figures, lineage"),
            ("imports", "imports, moving in and out"),
            ("storage", "stores, locks, keys"),
            ("disaster", "when something is lost"),
            ("scale", "asking on Spark, Trino or Athena"),
            ("cities", "many cities in one installation"),
        ),
    ),
)


class Guide(NamedTuple):
    """A page: its title, its HTML, and the headings of its sections with their places."""

    title: str
    body: Markup
    sections: list[tuple[str, str]]


def names() -> list[str]:
    """The names of all pages that there are."""
    return sorted(path.stem for folder in _FOLDERS for path in (_DOCS / folder).glob("*.md"))


def guide(name: str, url: Callable[[str], str]) -> Guide | None:
    """The page of that name; None where there is none. `url` gives the addresses of the desk's pages."""
    if not _NAME.fullmatch(name):
        return None
    for folder in _FOLDERS:
        path = _DOCS / folder / f"{name}.md"
        if path.is_file():
            return _rendered(path.read_text(encoding="utf-8"), url("/help"))
    return None


def picture(file: str) -> Path | None:
    """A picture of the guides; None where there is none of that name."""
    path = _DOCS / "guide" / "pictures" / file
    return path if _PICTURE.fullmatch(file) and path.is_file() else None


@lru_cache(maxsize=64)
def _rendered(text: str, root: str) -> Guide:
    text = _MADE.sub("", text, count=1)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title, tokens = _taken_title(tokens)
    sections: list[tuple[str, str]] = []
    _mark(tokens, title, sections)
    for token in tokens:
        if token.type == "inline":
            token.children = list(_linked(token.children or [], root))
    for kind, rule in _RULES.items():
        parser.add_render_rule(kind, rule)
    # What the renderer gives is escaped by it, but for what the rules below make, which escape themselves.
    return Guide(title, Markup(parser.renderer.render(tokens, parser.options, {})), sections)  # noqa: S704


def _taken_title(tokens: Sequence[Token]) -> tuple[str, list[Token]]:
    """The first heading, which the layout shows, and the rest."""
    if len(tokens) > 2 and tokens[0].type == "heading_open":
        return tokens[1].content.replace("`", ""), list(tokens[3:])
    return "Guide", list(tokens)


def _mark(tokens: Sequence[Token], title: str, sections: list[tuple[str, str]]) -> None:
    """Give headings their places, and tables the name of the section that they stand in."""
    above, taken = title, set[str]()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            above = tokens[at + 1].content.replace("`", "")
            place = _place(above, taken)
            token.attrSet("id", place)
            if token.tag == "h2":
                sections.append((place, above))
        elif token.type == "table_open":
            token.meta["name"] = above
        elif token.type == "th_open":
            token.attrSet("scope", "col")


def _place(heading: str, taken: set[str]) -> str:
    """The place of a heading as links of the guides name it: as GitHub makes it."""
    begun = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    place, number = begun, 0
    while place in taken:
        number += 1
        place = f"{begun}-{number}"
    taken.add(place)
    return place


def _linked(children: Sequence[Token], root: str) -> Iterator[Token]:
    """Links as the desk has them: to its own pages; of others the words, and the address as text."""
    told = ""
    for token in children:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
            own = _own(address, root)
            told = "" if own else address
            if own:
                token.attrSet("href", own)
                yield token
        elif token.type == "link_close" and told:
            if told.startswith("http"):
                yield Token("text", "", 0, content=f" ({told})")
            told = ""
        elif token.type == "image":
            yield _shown(token, root)
        else:
            yield token


def _shown(image: Token, root: str) -> Token:
    """A picture at its address here; what it shows in words where its file was not installed."""
    file = str(image.attrGet("src") or "").removeprefix("pictures/")
    path = picture(file)
    if path is None:
        return Token("text", "", 0, content=f"[Picture: {image.content}]")
    width, height = unpack(">II", path.read_bytes()[16:24])  # of a PNG, so that no page jumps
    image.attrSet("src", f"{root}/pictures/{file}")
    image.attrs |= {"width": width, "height": height, "loading": "lazy"}
    return image


def _own(address: str, root: str) -> str:
    if address.startswith("#"):
        return address
    found = _PAGE.fullmatch(address)
    return f"{root}/{found[1]}{found[2] or ''}" if found and found[1] in names() else ""


def _table_open(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    name = escape(tokens[at].meta["name"])
    return (
        f'<div class="desk-scroll" tabindex="0" role="region" aria-label="Table: {name}">'
        f'<table class="usa-table"><caption class="usa-sr-only">{name}</caption>'
    )


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _code(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return f'<pre class="desk-cite"><code>{escape(tokens[at].content)}</code></pre>\n'


_RULES = {"table_open": _table_open, "table_close": _table_close, "fence": _code, "code_block": _code}
