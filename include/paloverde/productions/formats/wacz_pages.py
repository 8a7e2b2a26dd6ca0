"""The pages of a web archive: what is produced of a document, without script or anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from paloverde.bundles.pages import visible
from paloverde.bundles.wording import spoken_time
from paloverde.productions.document import Document, Production, Treatment
from paloverde.productions.fields import Entry, words_of
from paloverde.wording import some

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_STYLE = """
body { font: 1rem/1.5 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
blockquote { white-space: pre-wrap; border-left: .25rem solid #555; margin: 1rem 0; padding: 0 1rem }
img { max-width: 100% }
dt { font-weight: bold }
"""


def page_of(entry: Entry, native: str) -> bytes:
    """The page of a document; `native` is the name of its file beside the page, "" for none."""
    document = entry.document
    title = f"{document.begin}: {document.rectype.value.lower()}"
    return _page(title, "".join((*_words(document), *_file(document, native), *_facts(document))))


def front_page(production: Production, documents: int) -> bytes:
    """What the archive is, for whoever opens it."""
    told = (
        f"<p>{escape(production.agency)} produced {some(documents, 'document')} in "
        f"{escape(production.matter)}. Each is a page of this archive, made by the City of what it archived; "
        "the player lists and searches them.</p>"
    )
    return _page(production.name, told)


def _words(document: Document) -> Iterator[str]:
    if document.treatment is Treatment.WITHHELD:
        yield f"<p>Withheld: {escape(', '.join(document.privileges))}. See the privilege log.</p>"
        return
    words = words_of(document)
    language = f' lang="{escape(document.hit.language)}"' if document.hit.language else ""
    yield f"<blockquote{language}>{escape(visible(words))}</blockquote>" if words else "<p>(no text)</p>"


def _file(document: Document, native: str) -> Iterator[str]:
    if not native:
        return
    if document.file is not None and native.lower().endswith(_PICTURES):
        alt = escape(visible(words_of(document)) or "No description of it was given.")
        yield f'<p><img src="/{escape(native)}" alt="{alt}"></p>'
    yield f'<p>File: <a href="/{escape(native)}">{escape(native)}</a></p>'


def _facts(document: Document) -> Iterator[str]:
    hit = document.hit
    facts = (
        ("Account", f"{hit.account} ({hit.platform})"),
        ("Poster", ", ".join(filter(None, (hit.poster_name, hit.poster_username, hit.poster_id)))),
        ("Posted", spoken_time(hit.posted_at) if hit.posted_at else "without a posting date"),
        ("Archived", spoken_time(hit.observed_at)),
        ("Address at the site", hit.permalink),
        ("Family", f"{document.family[0]} to {document.family[1]}"),
    )
    yield "<dl>"
    if document.parent:
        yield f'<dt>Belongs to</dt><dd><a href="/{document.parent}.html">{document.parent}</a></dd>'
    for term, value in facts:
        if value:
            yield f"<dt>{term}</dt><dd>{escape(visible(value))}</dd>"
    yield "</dl>"


def _page(title: str, body: str) -> bytes:
    shown = escape(visible(title))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{shown}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{shown}</h1>{body}</main></body></html>\n"
    ).encode()
