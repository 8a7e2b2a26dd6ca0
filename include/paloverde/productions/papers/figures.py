"""Figures of a production, as its papers state them, each with the place that it is read from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from paloverde.productions.document import Treatment
from paloverde.productions.papers.evidence import Checked, Claimed, Evidence, Head
from paloverde.requests.paper import Grid
from paloverde.wording import brief, some, spoken, zoned_moment


class Figure(msgspec.Struct, frozen=True):
    """A figure that a paper states, and where anybody finds it again."""

    name: str
    value: str
    source: str


def figures(evidence: Evidence) -> Sequence[Figure]:
    """Every figure that the papers of a production may state."""
    return [*_of_volumes(evidence), *_of_runs(evidence), *_of_ledger(evidence)]


def _of_volumes(evidence: Evidence) -> Iterator[Figure]:
    report, tally, natives = evidence.report, evidence.report.tally, evidence.natives
    withheld, redacted = evidence.treated(Treatment.WITHHELD), evidence.treated(Treatment.REDACTED)
    yield Figure("documents", some(tally.documents, "document"), "REPORT.json; lines of the load files")
    yield Figure("pages", some(tally.pages, "page"), "REPORT.json; column PGCOUNT of the load files")
    yield Figure("reach", f"{report.first} to {report.last}", "REPORT.json; register of Bates numbers")
    yield Figure("withheld", some(withheld, "document"), "REPORT.json; slips in the volumes; privilege log")
    yield Figure("redacted", some(redacted, "document"), "REPORT.json; privilege log")
    yield Figure("alone", some(evidence.alone, "record"), "rows without numbers of the privilege log")
    yield Figure("natives", some(natives.files, "native file"), "folders NATIVES of the volumes")
    yield Figure(
        "same", f"{natives.same:,} of them",
        "FILES.json of each volume beside the SHA-256 that the archive sealed of the record or the file",
    )  # fmt: skip
    yield Figure("list", evidence.list_sha256, "SHA-256 of HASHES.txt, read again for this paper")
    yield Figure("key", evidence.key, "HASHES.json; the archive's register of its keys")


def _of_runs(evidence: Evidence) -> Iterator[Figure]:
    answered = sum(account.answered for account in evidence.accounts)
    versions = sorted({version for account in evidence.accounts for version in account.versions})
    named = ", ".join(versions) or "[version not known]"
    yield Figure("accounts", some(len(evidence.accounts), "account"), "table of accounts below")
    yield Figure("records", some(evidence.records, "record"), "table of accounts below")
    yield Figure("answered", f"{answered:,} of them", "column CAPTUREMETHOD of the load files")
    yield Figure(
        "runs", some(evidence.runs, "run"), "table of accounts below; column RUNID of the load files"
    )
    yield Figure("software", f"Paloverde {named}", "the seal of each run names the version that made it")
    yield Figure("checked", in_words(evidence.checked), "the archive's table of checks, object by object")
    yield Figure("gaps", some(len(evidence.gaps), "gap"), "seals of the accounts searched; listed below")


def _of_ledger(evidence: Evidence) -> Iterator[Figure]:
    head = evidence.head
    where = f"signed head of the ledger over {head.size:,} entries" if head else "no signed head"
    yield Figure("root", evidence.production.root or "[no signed head]", f"column MERKLEROOT; {where}")
    yield Figure("counted", _counted(evidence), where)
    named = f"{evidence.named:,} of {evidence.runs:,}"
    yield Figure("named", named, f"the ledger, read through entry {evidence.entries:,}")
    yield Figure("stamps", _stamps(head), "timestamp tokens kept with that head")


def _counted(evidence: Evidence) -> str:
    return (
        f"{evidence.head.counts:,} of {evidence.runs:,}" if evidence.head else "none: there is no signed head"
    )


def _stamps(head: Head | None) -> str:
    if head is None:
        return "none: no head was signed when the volumes were built"
    told = [f"{service}, token {serial}, {zoned_moment(at)}" for service, serial, at in head.stamps]
    return "; ".join(told) or "none: no timestamping service has stamped this head"


def sources(caption: str, names: Iterable[str], evidence: Evidence) -> Grid:
    """Some figures, each with the place where anybody finds it again."""
    told = {figure.name: figure for figure in figures(evidence)}
    rows = [(name, told[name].value, told[name].source) for name in names if name in told]
    return Grid(caption, ("Figure", "As stated", "Where it is read from"), rows)


def in_words(checked: Checked) -> str:
    """How far stored objects were compared with their seals."""
    if checked.since is None or checked.until is None:
        return (
            f"none of {some(checked.objects, 'stored object')} was read again: no check of them is on record"
        )
    damaged = f"{checked.damaged:,} not as sealed" if checked.damaged else "none of these other than sealed"
    return (
        f"{checked.read:,} of {some(checked.objects, 'stored object')} read again, each last between "
        f"{brief(checked.since)} and {brief(checked.until)}: {damaged}"
    )


def claimed_back(claimed: Sequence[Claimed]) -> str:
    """What was claimed back since, in words; "" where nothing was."""
    told = [f"{one.first} to {one.last} ({', '.join(one.privileges)}; {spoken(one.on)})" for one in claimed]
    return f"Claimed back as privileged since it was served: {'; '.join(told)}." if told else ""
