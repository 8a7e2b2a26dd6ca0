"""The search that a bundle answers: its question, counts and limits, and the runs that it looked through."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from paloverde.archive.keys import key_entries, register_of
from paloverde.archive.layout import LEDGER_ENTRIES, ledger_key
from paloverde.archive.reader import Archive
from paloverde.bundles.box import Box
from paloverde.bundles.covered import coverage, runs_of, runs_told
from paloverde.bundles.pages import COVERAGE, Cover, coverage_page, told
from paloverde.bundles.proofs import Proofs, add_proofs
from paloverde.bundles.verify import KEYS, PAYLOAD, RUNS
from paloverde.requests.redaction import Released
from paloverde.search.answer import Answer
from paloverde.search.scope import Scope

_SEARCH, _LIMITS = (f"{PAYLOAD}05_search_certificate/{name}.json" for name in ("search", "coverage"))


def add_search(
    box: Box,
    archive: Archive,
    answer: Answer,
    cover: Cover,
    records: Sequence[Released],
    scopes: Sequence[Scope],
) -> None:
    """The question and its counts, what was searched, and what the archive may be missing."""
    runs = list(runs_of(archive, answer))
    with archive.books.connect() as connection:
        announced = key_entries(connection)
    keys = [key.sentence() for key in register_of(entry for entry, _ in announced).keys]
    box.add(COVERAGE, coverage_page(answer, cover, runs, keys))
    box.add(_LIMITS, _pretty(_made_by(cover) | coverage(answer, runs)))
    more = {"scopes": msgspec.to_builtins(scopes), "released": told(records)}
    box.add(_SEARCH, _pretty(answer.summary() | _made_by(cover) | more))
    for entry, said in announced:
        sha256 = hashlib.sha256(said.encode()).hexdigest()
        name = ledger_key(entry.sequence, sha256).removeprefix(LEDGER_ENTRIES)
        box.add(f"{KEYS}{name}", said.encode())


def add_runs(box: Box, archive: Archive, answer: Answer, records: Sequence[Released], proofs: Proofs) -> None:
    """Each run with the hash of its seal, and the ledger's entry that names it where there is one."""
    entries = {told.seal: told for told in proofs.entries}
    for run in runs_told(archive, answer, records):
        found = entries.get(run.seal)
        named = {"entry": found.number, "leaf": found.leaf} if found else {}
        box.add(f"{RUNS}{run.sequence:012d}.json", _pretty(msgspec.to_builtins(run) | named))
    add_proofs(box, proofs)


def _made_by(cover: Cover) -> dict[str, object]:
    return {"searched_by": cover.searched_by, "built_by": cover.built_by, "software": cover.software}


def _pretty(value: object) -> bytes:
    """JSON that people can read too, always the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
