"""Files that people bring to the desk, and files that they take from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData, UploadFile

from paloverde.bundles.scratch import scratch
from paloverde.desk.asked import Wrong
from paloverde.desk.filekinds import wrong_with
from paloverde.errors import BadQuestion

_MOST_FILES = 20  # of one form
_LONGEST = 120  # characters of a name
_PIECE = 1 << 20  # bytes


@contextmanager
def brought(given: FormData, field: str = "document", *, any_kind: bool = False) -> Iterator[list[Path]]:
    """The files of a form, each in a folder of its own under its name, for as long as they are needed.

    `Wrong` where one is empty, or of a kind in which neither letters nor evidence come, but with `any_kind`.
    """
    uploads = [one for one in given.getlist(field) if isinstance(one, UploadFile) and one.filename]
    if len(uploads) > _MOST_FILES:
        raise BadQuestion(
            f"These are {len(uploads)} files, and a form takes {_MOST_FILES} at the most: none was kept. "
            "Send them in several parts."
        )
    with scratch() as folder:
        files = []
        for number, upload in enumerate(uploads):
            place = folder / str(number)
            place.mkdir()
            files.append(place / name_of(upload.filename or ""))
            with files[-1].open("xb") as file:
                while piece := upload.file.read(_PIECE):
                    file.write(piece)
            if not any_kind and (wrong := wrong_with(files[-1], files[-1].name)):
                raise Wrong(field, wrong)
        yield files


@contextmanager
def brought_alone(given: FormData) -> Iterator[Path]:
    """The one file of a form that takes one; `Wrong` where none or several were chosen."""
    with brought(given) as files:
        if len(files) != 1:
            raise Wrong("document", "Choose one file.")
        yield files[0]


def name_of(told: str) -> str:
    """The name of a file as a browser tells it, without its folder and without what no name may hold."""
    last = told.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return _cut(kept, _LONGEST) or "document"
    return f"{_cut(stem, _LONGEST - 20)}.{_cut(ending, 19)}"


def _cut(text: str, most: int) -> str:
    """The beginning of a name: a folder takes 255 bytes, and a letter can have four."""
    return text[:most].encode()[: 2 * most].decode(errors="ignore")


def taken(name: str, body: bytes | Iterable[bytes], kind: str = "application/octet-stream") -> Response:
    """A file to keep: no browser shows it by itself."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    if isinstance(body, bytes):
        return Response(body, media_type=kind, headers=headers)
    return StreamingResponse(body, media_type=kind, headers=headers)
