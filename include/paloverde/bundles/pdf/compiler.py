"""Running Typst: always in another process, which a hostile record may crash and whose memory is given back.

A process that has compiled must not fork afterwards (its threads are gone in the child, and the next compile
waits for them for ever), and Airflow forks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.bundles.pdf.fonts import Fonts
from paloverde.bundles.pdf.worker import EACH, REFUSED
from paloverde.bundles.scratch import scratch
from paloverde.errors import PersonNeeded

_HERE = Path(__file__).parent
WORKER = _HERE / "worker.py"
_SECONDS = 900  # a volume takes about two
_ENCODER = msgspec.json.Encoder()
_ALONE = {"RAYON_NUM_THREADS": "1"}  # of many small documents threads wait for each other more than they work


@contextmanager
def compiled(
    template: str,
    data: Mapping[str, object],
    *,
    what: str,
    made_at: datetime,
    fonts: Fonts,
    pictures: Sequence[tuple[str, str]] = (),
    worker: Path = WORKER,
) -> Iterator[Path]:
    """The PDF that a template makes of `data`, as a file that is there inside of the `with`.

    `pictures` are (name in the template, path). Raises `PersonNeeded`, which says `what` could not be made.
    """
    job = {"template": template, "timestamp": int(made_at.timestamp()), "pictures": pictures, "counts": False}
    with _folder(job, data, fonts) as folder:
        _run(worker, folder, what)
        yield folder / "out.pdf"


@contextmanager
def compiled_each(
    template: str,
    data: Mapping[str, object],
    each: Sequence[Mapping[str, object]],
    *,
    what: str,
    made_at: datetime,
    fonts: Fonts,
    pictures: Sequence[tuple[str, str]] = (),
) -> Iterator[list[tuple[Path, int]]]:
    """A PDF for each of `each`, which a template makes of it and of the `data` that they have in common; with
    how many pages it has.
    """
    job = {"template": template, "timestamp": int(made_at.timestamp()), "pictures": pictures, "counts": False}
    with _folder(job, data, fonts) as folder:
        (folder / EACH).write_bytes(_ENCODER.encode_lines(each))
        _run(WORKER, folder, what, _ALONE)
        lengths: list[int] = json.loads((folder / "lengths.json").read_bytes())
        yield [(folder / f"{number}.pdf", pages) for number, pages in enumerate(lengths)]


def starts_of(
    template: str, data: Mapping[str, object], *, what: str, made_at: datetime, fonts: Fonts
) -> list[int]:
    """The pages that a template labels with `<start>`, from the layout alone: no PDF is made."""
    job = {"template": template, "timestamp": int(made_at.timestamp()), "pictures": (), "counts": True}
    with _folder(job, data, fonts) as folder:
        _run(WORKER, folder, what, _ALONE)
        found: list[int] = json.loads((folder / "starts.json").read_bytes())
    return found


@contextmanager
def _folder(job: Mapping[str, object], data: Mapping[str, object], fonts: Fonts) -> Iterator[Path]:
    """A folder with all that the worker needs."""
    with scratch() as folder:
        for name in ("house.typ", str(job["template"])):
            shutil.copyfile(_HERE / name, folder / name)
        _write(folder / "job.json", {"fonts": fonts.folders} | dict(job))
        _write(folder / "data.json", {"families": fonts.names} | dict(data))
        yield folder


def _write(file: Path, content: object) -> None:
    file.write_bytes(_ENCODER.encode(content))


def _run(worker: Path, folder: Path, what: str, more: Mapping[str, str] | None = None) -> None:
    """`-I`: nothing of this process's surroundings, its secrets least of all, reaches the other one."""
    command = [sys.executable, "-I", str(worker), str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 our own program and folder
            command, check=False, capture_output=True, text=True, timeout=_SECONDS,
            env=_surroundings() | dict(more or {}),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PersonNeeded(f"{what} was not made within {_SECONDS} seconds and was given up.") from error
    if done.returncode == REFUSED:
        raise PersonNeeded(f"{what} could not be set as PDF: {done.stderr.strip()}")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PersonNeeded(
            f"{what} could not be made: the program that sets it ended with {_ending(done.returncode)} "
            f"({last})."
        )


def _surroundings() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}


def _ending(code: int) -> str:
    return f"signal {-code}, which may mean that memory ran out" if code < 0 else f"exit code {code}"
