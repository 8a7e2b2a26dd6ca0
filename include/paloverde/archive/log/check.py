"""Checking a whole log against itself and against a head that somebody else has kept.

The root is computed again from every entry. It needs the objects under `ledger/` and nothing else: no
database, no store, no network. Memory does not grow with the log, but for the names of its files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from paloverde.archive.layout import LEDGER_ENTRIES
from paloverde.archive.log.lineage import Lineage, Registered, broken, followed
from paloverde.archive.log.notes import Head, Key, log_key, read_head, signed_by
from paloverde.archive.log.proofs import Proof
from paloverde.archive.log.stamps import list_stamps
from paloverde.archive.log.walk import Report, Source, Walk
from paloverde.errors import ArchiveDamaged, Unreadable


def check_log(source: Source, kept: Head | None, keys: Sequence[Key]) -> Report:
    """Check a log: entries, tiles, every signed head, and that a kept head is of the same history.

    `keys` are the City's verifier keys as somebody outside knows them; without any, the heads are checked
    with the keys that the entries name.
    """
    report = Report()
    heads = _heads_in(source, report)
    if not heads:
        report.blame("No signed head can be read: nothing shows what this log was.")
        return report
    newest = max(heads, key=lambda head: head.size)
    _compare_size(kept, newest, report)
    walk = Walk(source, newest.size, report)
    wanted = {head.size for head in heads} | ({kept.size} if kept else set())
    roots = dict(walk.roots(wanted))
    if walk.is_broken_off:
        return report
    _check_roots(heads, kept, roots, report)
    _check_signatures(heads, kept, keys, walk, report)
    list_stamps(source, kept.size if kept else 0, report)
    _tell(source, newest, kept, walk, report)
    return report


def check_proof(proof: Proof, kept: Head | None, keys: Sequence[Key]) -> Report:
    """Check the proof of one entry: against a kept head, or against a key and the head in the proof."""
    report = Report()
    head = proof.head
    if not proof.holds():
        report.blame(f"The proof does not lead from entry {proof.number:,} to the root of the head in it.")
    if kept is not None and (kept.origin, kept.size, kept.root) != (head.origin, head.size, head.root):
        what = "another log" if kept.origin != head.origin else "another root over as many entries"
        if kept.origin == head.origin and kept.size != head.size:
            what = f"{kept.size:,} entries"
            report.limits.append(
                "Ask the City for a proof with your head: `paloverde ledger prove N --head YOURS`."
            )
        report.blame(
            f"The proof is for a head over {head.size:,} entries, and the head that you kept is of {what}."
        )
    if keys and signed_by(head.note, keys) is None:
        report.unvouched.append(
            "The head in the proof does not bear the signature of the key that you gave, and a proof alone "
            "does not tell whether the City has changed its key. Ask the City for the verifier key of that "
            "head, or check the whole log (`paloverde verify --log`), which tells of every such change."
        )
    if not report.wrong:
        what = "the head that you kept" if kept else "the signed head in the proof"
        report.checked.append(f"Entry {proof.number:,} is in the ledger of {head.origin}, under {what}.")
    return report


def _heads_in(source: Source, report: Report) -> list[Head]:
    heads: dict[int, Head] = {}
    for key in source.heads():
        try:
            body = source.read(key)
            head = read_head(body)
        except Unreadable as error:
            report.blame(f"{key} cannot be read: {error}.")
            continue
        except ArchiveDamaged as error:
            report.blame(str(error))
            continue
        if hashlib.sha256(body).hexdigest() != key.rpartition("-")[2]:
            report.blame(f"{key} was changed: its bytes are not those that its name tells.")
        if heads.setdefault(head.size, head).root != head.root:
            report.blame(
                f"There are two signed heads over {head.size:,} entries with two roots: two histories."
            )
        if head.origin != next(iter(heads.values())).origin:
            report.blame(f"{key} is of another log, {head.origin}.")
    return list(heads.values())


def _compare_size(kept: Head | None, newest: Head, report: Report) -> None:
    if kept is None:
        report.limits.append(
            "No head that somebody else has kept was compared: this shows that the log fits itself, not that "
            "it is the one that was published."
        )
        return
    if kept.origin != newest.origin:
        report.blame(f"The head that you kept is of the log {kept.origin}, and this one is {newest.origin}.")
    if kept.size > newest.size:
        report.blame(
            f"The head that you kept covers {kept.size:,} entries, and this log ends at {newest.size:,}: "
            "entries were cut off, or this is an older copy."
        )


def _check_roots(heads: list[Head], kept: Head | None, roots: dict[int, bytes], report: Report) -> None:
    for head in heads:
        if roots[head.size] != head.root:
            report.blame(
                f"The signed head over {head.size:,} entries has another root than these entries give."
            )
    if kept is not None and kept.size in roots and roots[kept.size] != kept.root:
        report.blame(
            f"The head that you kept, over {kept.size:,} entries, is not of this history: the first "
            f"{kept.size:,} entries here give another root. Something among them was changed, put in or "
            "taken out."
        )


def _check_signatures(
    heads: list[Head], kept: Head | None, given: Sequence[Key], walk: Walk, report: Report
) -> None:
    newest = max(heads, key=lambda head: head.size)
    registered = [key.public_key for key in walk.lineage.keys]
    own = [log_key(newest.origin, public) for public in sorted({*walk.keys, *registered})]
    for head in heads:
        if signed_by(head.note, [*given, *own]) is None:
            report.blame(
                f"The head over {head.size:,} entries bears no signature of a key that the log names."
            )
    _follow(newest, "The newest head", given, own, walk.lineage, report)
    if kept is not None:
        # What the newest head covers is vouched for with it: the keys, too, that came before.
        also = own if (kept.origin, kept.size) != (newest.origin, newest.size) else []
        if signed_by(kept.note, [*given, *also]) is None:
            _follow(kept, "The head that you kept", given, own, walk.lineage, report)
    if not given:
        told = ", ".join(key.text() for key in own)
        report.limits.append(
            f"Whose key it is, this check cannot tell. Compare it with what the City gave you: {told}"
        )


def _follow(
    head: Head, whose: str, given: Sequence[Key], own: Sequence[Key], lineage: Lineage, report: Report
) -> None:
    """Look for the signature of a given key, or of one that the log's register says took its place."""
    if signed_by(head.note, list(given) or own) is not None:
        return
    signer = signed_by(head.note, own)
    found = [lineage.steps(key.public, signer.public) for key in given if key.name == head.origin and signer]
    ways = sorted((steps for steps in found if steps), key=_is_broken)
    if signer is None or not ways:
        by = "the key that you gave" if given else "the log"
        report.blame(f"{whose} does not bear the signature of {by}.")
        return
    if _is_broken(ways[0]):
        report.unvouched.append(f"{whose} is signed with the key {signer.text()}. {broken(ways[0])}.")
        return
    report.followed.append(
        f"{whose} is signed with the key {signer.text()}, {followed(ways[0])}. Keep that key from now on."
    )


def _is_broken(steps: Sequence[Registered]) -> bool:
    return any(step.is_after_loss for step in steps)


def _tell(source: Source, newest: Head, kept: Head | None, walk: Walk, report: Report) -> None:
    newer = source.last_entry() - newest.size
    if newer > 0:
        report.limits.append(f"{newer:,} newer entries are in no signed head yet.")
    if source.last_entry() == 0:
        report.limits.append(
            f"{LEDGER_ENTRIES} is not there; the entries were read from the log's own bundles."
        )
    if report.wrong:
        return
    report.checked.append(
        f"All {newest.size:,} entries follow from one another, lie in their bundles and tiles as they are "
        f"hashed, and give the root of every signed head ({len(walk.sizes):,} sizes)."
    )
    report.checked += report.followed
    if kept is not None:
        report.checked.append(f"The head that you kept, over {kept.size:,} entries, is of the same history.")
