"""Released records as the PDF prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

from paloverde.bundles.articles import kept_back
from paloverde.bundles.media import PICTURES
from paloverde.bundles.pdf import Picture, Printed
from paloverde.bundles.wording import (
    count_label,
    is_from_the_site,
    origin,
    poster_missing,
    remarks,
    spoken_time,
    versions_given,
)
from paloverde.requests.redaction import Released
from paloverde.search.hits import Hit, Kept


class Printing(Sequence[Printed]):
    """Each record as it is printed, made when it is asked for: they are never all in memory.

    `files` and `pictures` are by hash: paths in the bundle, and on disk.
    """

    def __init__(
        self, records: Sequence[Released], files: Mapping[str, str], pictures: Mapping[str, Path]
    ) -> None:
        self._records, self._files, self._pictures = records, files, pictures
        self._versions = versions_given(records)

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, at: int) -> Printed: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Printed]: ...
    def __getitem__(self, at: int | slice) -> Printed | Sequence[Printed]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        record = self._records[at]
        hit, known = record.hit, self._versions[record.hit.item]
        count = len(known.hits)
        return Printed(
            control_number=record.control,
            account=f"{hit.account} ({hit.platform})",
            kind=hit.kind.replace("_", " ").capitalize(),
            posted_at=hit.posted_at,
            poster=", ".join(dict.fromkeys(filter(None, _poster(hit)))),
            text=hit.text or "",
            language=hit.language,
            remarks=[*kept_back(record), *remarks(hit, known)],
            version=f"{known.numbers.index(at % len(self) + 1) + 1} of {count} in this bundle"
            if count > 1
            else "",
            pictures=[_picture(kept, self._files, self._pictures) for kept in hit.media],
            permalink=hit.permalink or "",
            facts=[(name, value) for name, value in _facts(hit) if value],
        )


def _poster(hit: Hit) -> Iterator[str | None]:
    yield hit.poster_name
    yield hit.poster_username
    yield hit.poster_id and f"id {hit.poster_id}"


def _picture(kept: Kept, files: Mapping[str, str], pictures: Mapping[str, Path]) -> Picture:
    path = files.get(kept.sha256 or "")
    what = kept.type or "file"
    if path is None:
        return Picture(
            f"Attached {what}", "", kept.alt_text or "", f"Not here: {kept.not_captured or 'not kept'}."
        )
    shown = pictures.get(kept.sha256 or "") if path.rpartition(".")[2] in PICTURES else None
    return Picture(path, str(shown or ""), kept.alt_text or "", f"Attached {what}.")


def _facts(hit: Hit) -> Iterator[tuple[str, str | None]]:
    yield "Not known of the poster", poster_missing(hit)
    yield "Edited", spoken_time(hit.edited_at) if hit.edited_at else None
    yield "Archived" if is_from_the_site(hit) else "As its source stood", spoken_time(hit.observed_at)
    yield "How it came", origin(hit)
    yield "Reply to", hit.parent_id
    yield "Thread", hit.thread_id
    yield count_label(hit), None if hit.count is None else f"{hit.count:,}"
    yield "Identifier", hit.native_id
