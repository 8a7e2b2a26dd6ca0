"""The page of what was broken on purpose, from the figures that `make faults` wrote.

python -m faults.page > docs/reference/reliability.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from faults.results import ROOT, Result

FIGURES = ROOT / "docs" / "reference" / "reliability.json"
PAGE = ROOT / "docs" / "reference" / "reliability.md"

_HEAD = """\
# What was broken on purpose, and what came of it

Written by `make faults` from what it measured (`reliability.json` beside this page holds the same figures). Each
suite plays a real fault on the real parts: the S3 server of `make s3`, which enforces Object Lock, and both
databases. After each the run is repeated without a fault, and an audit that shares no code with the archive looks
at everything: nothing lost, nothing twice, nothing called removed that is there, every object locked, the chain
whole, the database equal to one that is filled again from the objects, no token in any byte. A case passes where the
audit names nothing. Each suite is also run over bugs that are planted on purpose (`tests/faults/test_planted_faults.py`):
it must name every one of them.
"""
_WAYS = """\
## The ten ways, and where they have a meaning

| fault | a request to the S3 server | a statement of PostgreSQL | a statement of SQLite |
|---|---|---|---|
| drop before | the connection is closed, nothing arrives | the same | the disk refuses: an error, nothing is done |
| drop after | it is done, and its answer is lost | the same | it is done, and an error is told |
| 500 | an error in place of the answer | the server is shut down | as "drop before" |
| 503 | the server asks to wait | a lock is not to be had | the disk is full |
| 429 | the server asks to wait | as "503" | as "hang" |
| hang | it is done, and no answer comes | no answer comes; the run is killed, as Airflow kills a task at the end of its time | another process holds the lock for longer than is waited |
| truncate | half an answer; half its head where it has no body | half an answer | none: no answer takes a way that could end |
| bit flip | one bit of the body; of the version's name where there is no body | none: the protocol has no checksum of its own, and goes over a unix socket or TLS | none; damage to the file is played by the suite of corruption |
| kill before | SIGKILL when the request arrives | the same | SIGKILL before the statement |
| kill after | SIGKILL when it is done | the same | SIGKILL after it |

What one would have to reach below S3 for cannot be played from outside: a bit that turns on the disk of the server.
Its view for a reader is played instead (bytes that arrive turned each time); the overwriting of an object is a new
version there and harms nothing.
"""
_WORDS = """\
## Words

- *surplus versions of a key*: the same object stored twice. It could not be deleted for two years. A case with one
  is broken; of writers that race, one with a surplus seal or entry.
- *locked objects that no seal names*: what a run had stored when it died, and the run after it stored anew with its
  own times. Nobody reads them; they lie there until their locks end. This is the price of a kill, and counted here.
- *ended with ...*: how the run itself ended. `Unreachable` is repeated by Airflow after a pause.
"""


def read(path: Path = FIGURES) -> list[Result]:
    return msgspec.json.decode(path.read_bytes(), type=list[Result])


def page(results: Sequence[Result]) -> str:
    return "\n".join(_lines(results))


def _lines(results: Sequence[Result]) -> Iterator[str]:
    yield _HEAD
    yield "| suite | cases | passed | broken | seconds | when, from what, on how many cores |"
    yield "|---|---|---|---|---|---|"
    for one in results:
        part = "" if one.whole else " (as many as the time allowed)"
        yield (
            f"| {one.title} | {one.cases:,}{part} | {one.passed:,} | {one.cases - one.passed:,} | {one.seconds:,.0f} "
            f"| {one.date}, commit {one.commit}, {one.cores} |"
        )
    yield ""
    for one in results:
        yield from _at_length(one)
    yield _WAYS
    yield _WORDS.rstrip("\n")
    yield ""


def _at_length(one: Result) -> Iterator[str]:
    yield f"## {one.title}\n"
    for name, figure in one.figures.items():
        yield f"- {name}: {figure:,}" if not isinstance(figure, str) else f"- {name}: {figure}"
    for note in one.notes:
        yield f"- {note}"
    if one.breaks:
        yield "\nBroken:\n"
        for words in one.breaks[:20]:
            yield f"- {words}"
        if len(one.breaks) > 20:
            yield f"- and {len(one.breaks) - 20:,} more"
    yield ""


if __name__ == "__main__":
    print(page(read()), end="")
