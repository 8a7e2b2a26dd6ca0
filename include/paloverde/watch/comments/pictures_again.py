"""removed-picture-again: a picture that was removed under a guideline, shown by somebody again (V.B.4, P-34).

What a picture shows no program here sees. A person judged it once: the same bytes, or a photograph that looks
the same, are then known wherever they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from paloverde.records import archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.comments.acted import actions
from paloverde.watch.comments.hidden import COMMENTS
from paloverde.watch.comments.public import is_kept_back, is_public_speech, removed
from paloverde.watch.looks import PHOTOS, look_the_same
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen
from paloverde.wording import several, some


class _Judged(NamedTuple):
    """A removed picture: the item that showed it, the guidelines cited, whether it is a photograph."""

    item: str
    letters: tuple[str, ...]
    is_photo: bool


def _again(now: Now, book: Book) -> Iterator[Finding]:
    del book
    judged = _judged(now)
    if not judged:
        return
    since = archive_day(now.at) - timedelta(days=measure("repeat_days"))
    shown = [one for account in now.accounts() for one in _shown(now, account.slug, since)]
    photos = {sha256 for sha256, one in judged.items() if one.is_photo}
    looks = now.looks({*photos, *(sha256 for one in shown for sha256 in _photos(one))})
    for one in shown:
        same = next((found for sha256 in _files(one) if (found := _same(sha256, judged, looks))), None)
        if same is not None and same.item != one.item:
            yield _finding(one, same)


def _judged(now: Now) -> Mapping[str, _Judged]:
    """The pictures of what was removed with a guideline cited, on any of the accounts, by SHA-256."""
    letters = {
        item: acted.letters
        for account in now.accounts()
        for item, acted in actions(now, account.slug).items()
        if acted.letters
    }
    return {
        medium.sha256: _Judged(seen.item, letters[seen.item], medium.type in PHOTOS)
        for seen in now.newest_of(letters)
        for medium in seen.media
        if medium.sha256
    }


def _shown(now: Now, slug: str, since: date) -> Iterator[Seen]:
    """What the public showed on an account of late, as it was last seen, and shows still."""
    is_gone = removed(now, slug)
    versions = now.seen(slug, since, *(kind.value for kind in COMMENTS))
    for one in {seen.item: seen for seen in versions if seen.media}.values():
        if is_public_speech(one) and not is_kept_back(one) and not is_gone(one):
            yield one


def _files(seen: Seen) -> list[str]:
    return [medium.sha256 for medium in seen.media if medium.sha256]


def _photos(seen: Seen) -> list[str]:
    return [medium.sha256 for medium in seen.media if medium.sha256 and medium.type in PHOTOS]


def _same(sha256: str, judged: Mapping[str, _Judged], looks: Mapping[str, int]) -> _Judged | None:
    """What showed the same bytes, or else a photograph that looks the same."""
    if sha256 in judged or sha256 not in looks:
        return judged.get(sha256)
    alike = (other for other in judged if other in looks and look_the_same(looks[sha256], looks[other]))
    return next((judged[other] for other in alike), None)


def _finding(seen: Seen, same: _Judged) -> Finding:
    clauses = several([f"V.B.4({letter})" for letter in same.letters])
    return PICTURE_AGAIN.in_item(
        seen,
        f"This shows the same picture as {same.item}, which was removed under {clauses}. It is archived as "
        f"it was, in run {seen.sequence}.",
        f"Look at both. If it breaks the guideline here, too, hide it at the site and cite {clauses} in "
        "Removed content; the words around a picture may make it another thing. Nothing was hidden here.",
        which=same.item,
        links=(same.item,),
    )


PICTURE_AGAIN = Check(
    name="removed-picture-again",
    title="A removed picture that is shown again",
    version=1,
    clauses=("P-34",),
    says="Pictures in comments and in posts of others of the last "
    f"{some(measure('repeat_days'), 'day')} are compared with those of comments that were removed or hidden "
    "with a Content Guideline cited, on any account: the same bytes, or a photograph that looks the same in "
    "another size or compression. A picture that was cut or turned is not known again, nor a drawing written "
    "anew; what a picture shows is not read. It hides nothing.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_now=_again,
)
