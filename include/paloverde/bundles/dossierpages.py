"""Dossiers as a folder: a page and a data file for each, their files, and an index.

The pages are static, without script, readable by screen readers, and inert whatever a record holds: archived
text is hostile input. Privileged advice is no part of a dossier, and nothing here could read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from paloverde.archive.layout import name_of
from paloverde.archive.reader import Archive
from paloverde.bundles.dossierwords import (
    Section,
    gone_in_words,
    moment,
    sections,
    settled_in_words,
    title_of,
    until_in_words,
)
from paloverde.bundles.media import PICTURES, fetched
from paloverde.bundles.pages import segments, visible
from paloverde.bundles.rendering import rendered
from paloverde.errors import BadQuestion
from paloverde.records import archive_day
from paloverde.retention.dossier import Dossier
from paloverde.steps import Step
from paloverde.wording import some


class ExportedDossiers(msgspec.Struct, frozen=True):
    """What was written."""

    folder: str
    dossiers: int
    files: int
    left_out: int  # private ones

    def sentence(self) -> str:
        private = (
            f" Left out: {some(self.left_out, 'private dossier')}; {Step.PRIVATE} takes them in."
            if self.left_out
            else ""
        )
        held = f"{some(self.dossiers, 'dossier')} and {some(self.files, 'file')}"
        return f"{self.folder} holds {held}.{private}"


def export_dossiers(
    archive: Archive,
    dossiers: Iterable[Dossier],
    folder: Path,
    *,
    agency: str,
    now: datetime,
    left_out: Callable[[], int] = lambda: 0,
) -> ExportedDossiers:
    """Write dossiers into a new or empty folder, one at a time. Raises `BadQuestion` where it is in use."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadQuestion(f"{folder} is not empty. Name a folder that does not exist yet.")
    (folder / "dossiers").mkdir(parents=True, exist_ok=True, mode=0o700)
    files: dict[str, str] = {}
    index, today = [], archive_day(now)
    for number, dossier in enumerate(dossiers, 1):
        _fetch(archive, dossier, folder, files)
        name = f"dossiers/{number:05d}-{name_of(dossier.item.native_id)}"
        (folder / f"{name}.json").write_bytes(as_json(dossier, today))
        page = _page(dossier, files, Path(name).name, agency, now)
        (folder / f"{name}.html").write_bytes(page)
        index.append(_line(dossier, f"{name}.html", today))
    told = ExportedDossiers(str(folder), len(index), len(files), left_out())
    (folder / "index.html").write_bytes(_index(index, told, agency, now))
    return told


def as_json(dossier: Dossier, today: date) -> bytes:
    """A dossier as data: the object column by column (`raw` in base64), the papers, and what follows."""
    follows = {
        "cause_as_it_stands": dossier.cause,
        "settled": settled_in_words(dossier.papers),
        "kept_until": until_in_words(dossier.retain_until, today),
    }
    plain: dict[str, Any] = msgspec.to_builtins(dossier, builtin_types=(bytes, datetime))
    return msgspec.json.format(msgspec.json.encode(follows | plain), indent=1) + b"\n"


def as_text(dossier: Dossier, today: date) -> str:
    """A dossier for the command line, every unseen character written out: nothing in it moves the cursor."""
    lines = [title_of(dossier)]
    for section in sections(dossier, {}, today):
        lines += ["", section.title]
        lines += [_indented(term, value) for term, value in section.facts] or ["  nothing"]
    return visible("\n".join(lines))


def _indented(term: str, value: str) -> str:
    """A fact whose further lines are marked: no text can pass itself off as another fact."""
    return f"  {term}: {value}".replace("\n", "\n    | ")


def _fetch(archive: Archive, dossier: Dossier, folder: Path, files: dict[str, str]) -> None:
    """The files of every version, each once, named by their hash."""
    own = [medium["sha256"] for medium in dossier.row["media"] or () if medium["sha256"]]
    for sha256 in dict.fromkeys([*own, *(one for version in dossier.versions for one in version.media)]):
        if sha256 not in files:
            with fetched(archive, sha256) as (path, pieces):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with (folder / path).open("wb") as file:
                    file.writelines(pieces)
                files[sha256] = path


def _page(dossier: Dossier, files: Mapping[str, str], name: str, agency: str, now: datetime) -> bytes:
    own = [medium for medium in dossier.row["media"] or () if medium["sha256"]]
    pictures = [
        {
            "path": (path := files[medium["sha256"]]),
            "shown": path.rsplit(".", 1)[-1] in PICTURES,
            "alt": visible(medium["alt_text"] or "No description of it was given."),
        }
        for medium in own
    ]
    title = visible(f"Removed content: {title_of(dossier)}")
    return _render(
        title=title, agency=agency, now=now, root="../", data=f"{name}.json", pictures=pictures,
        sections=[_segmented(section) for section in sections(dossier, files, archive_day(now))],
    )  # fmt: skip


def _index(lines: list[dict[str, object]], told: ExportedDossiers, agency: str, now: datetime) -> bytes:
    return _render(
        title="Removed content", agency=agency, now=now, root="", data="", pictures=[], sections=[],
        dossiers=lines, sentence=told.sentence(),
    )  # fmt: skip


def _render(*, agency: str, now: datetime, **more: object) -> bytes:
    return rendered("dossier.html", agency=visible(agency), made=moment(now), **more)


def _segmented(section: Section) -> dict[str, object]:
    facts = [(segments(term), segments(value)) for term, value in section.facts]
    return {"title": section.title, "facts": facts}


def _line(dossier: Dossier, path: str, today: date) -> dict[str, object]:
    row, settled = dossier.row, settled_in_words(dossier.papers)
    shown = gone_in_words(dossier.item.kind.value, row["cause"], row["confirmed_by"])
    return {
        "path": path,
        "title": segments(title_of(dossier)),
        "confirmed": moment(dossier.row["confirmed_at"]),
        "cause": segments(f"{shown}; {settled}" if settled else shown),
        "until": until_in_words(dossier.retain_until, today),
    }
