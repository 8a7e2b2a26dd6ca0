"""The text of a document for the search of a review platform: who, when and where, then the words."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.productions.document import Document, Treatment
from paloverde.productions.fields import iso, words_of
from paloverde.wording import zoned_moment


def text_of(document: Document) -> str:
    """The text file of a document. The words stand last and whole, as the archive has them."""
    head = "\n".join(f"{name}: {value}" for name, value in _head(document) if value)
    return f"{head}\n\n{_words(document)}"


def _head(document: Document) -> Iterator[tuple[str, str | None]]:
    hit = document.hit
    yield "Document", document.begin
    yield "Kind", document.rectype.value
    yield "Account", f"{hit.account} ({hit.platform})"
    yield "From", ", ".join(filter(None, (hit.poster_name, hit.poster_username, hit.poster_id)))
    yield "To", "; ".join(document.recipients)
    yield (
        "Posted",
        f"{zoned_moment(hit.posted_at)} ({iso(hit.posted_at)})"
        if hit.posted_at
        else "without a posting date",
    )
    yield "Address at the site", hit.permalink
    yield "Belongs to", document.parent


def _words(document: Document) -> str:
    if document.treatment is Treatment.WITHHELD:
        return f"Withheld: {', '.join(document.privileges) or 'privileged'}. See the privilege log."
    return words_of(document)
