"""The ledger: who did what and when, the proof that an entry is in it, and whether all of it is whole."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from fastapi.responses import Response

from paloverde.archive.ledger import Entry
from paloverde.archive.ledger_pages import MOST_READ, Sieve, entry_of, heads, newest_first
from paloverde.archive.log.notes import Head, read_head
from paloverde.bundles.pages import visible
from paloverde.desk.deeds import KINDS, Deed, deed, facts, for_counsel, proofs
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.ledger_checks import check, find, sha256_of
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded, Unreadable
from paloverde.retention.privileged import ENTRIES

pages = Pages()
HERE = "Ledger"
PER_PAGE = 50
_LAST = 2**31 - 1  # the largest number that an entry can have
_NO_HEAD = (
    "This is not the text of a signed head: it was cut or edited, or is something else. Every character "
    "counts: paste the whole text as it was given out."
)


@pages.page("/ledger", Act.SEE_LEDGER)
def entries(
    visit: Here,
    who: Annotated[str, Query(max_length=200)] = "",
    kind: str = "",
    day: str = "",
    before: Annotated[int | None, Query(ge=1, le=_LAST)] = None,
) -> Response:
    """The entries, newest first, as far as they answer."""
    wanted = _day(day)
    wrong = "Write the day as 2026-11-18." if day and wanted is None else ""
    words = KINDS[kind][1] if kind in KINDS else ()
    # Whoever is not shown of what kind an entry is, and by whom, does not find it by that either.
    never = ENTRIES if (who.strip() or words) and not visit.may(Act.SEE_ADVICE) else frozenset[str]()
    leaf = newest_first(visit.city.vault.books, Sieve(who.strip(), words, wanted, never), PER_PAGE, before)
    asked = {key: value for key, value in (("who", who), ("kind", kind), ("day", day)) if value}
    return visit.show(
        "ledger_list.html",
        title="Ledger",
        here=HERE,
        deeds=[_deed(visit, entry) for entry in leaf.entries],
        who=who,
        kind=kind,
        day=day,
        wrong=wrong,
        kinds=[("", "everything"), *((key, words) for key, (words, _) in KINDS.items())],
        further=urlencode(asked | {"before": leaf.further}) if leaf.further else "",
        newest=urlencode(asked),
        is_first=before is None,
        is_narrowed=bool(asked),
        cut=MOST_READ if leaf.is_cut else 0,
        total=visit.city.ledger.count(),
    )


@pages.page("/ledger/heads", Act.SEE_LEDGER)
def signed_heads(visit: Here, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """The signed heads, the newest as it is kept and mailed, and who outside has seen each."""
    found, total = heads(visit.city.vault.books, PER_PAGE, page)
    newest = visit.city.log.head() if visit.city.log.has_head else ""
    return visit.show(
        "ledger_heads.html",
        title="Signed heads of the ledger",
        here=HERE,
        heads=found,
        newest=newest,
        total=total,
        page=page,
        last_page=max(1, -(-total // PER_PAGE)),
    )


@pages.page("/ledger/head.txt", Act.SEE_LEDGER)
def head_file(visit: Here) -> Response:
    """The newest head as a file: its exact bytes, as they are checked later."""
    return _file(visit.city.log.head(), "ledger-head.txt")


@pages.page("/ledger/check", Act.SEE_LEDGER)
def ask_check(visit: Here) -> Response:
    """What a check does, and the button."""
    return _ask(visit)


@pages.form("/ledger/check", Act.SEE_LEDGER)
def start_check(visit: Here, head: Annotated[str, Form(max_length=100_000)] = "") -> Response:
    """Begin the check of all of it."""
    try:
        kept = _kept_head(head)
    except Unreadable:
        return _ask(visit, head, _NO_HEAD)
    city = visit.city

    def work(progress: Progress) -> str:
        check(city, progress, kept)
        return f"/ledger/checks/{progress.id}"

    subject = f"ledger, with the head {sha256_of(kept)}" if kept else "ledger"
    return visit.go(
        JOBS.start(visit, "The check of the ledger", subject, work, again="/ledger/check", act=Act.SEE_LEDGER)
    )


@pages.page("/ledger/checks/{id_}", Act.SEE_LEDGER)
def checked(visit: Here, id_: str) -> Response:
    """What a check found."""
    found = find(visit.city, id_)
    if found is None:
        sentence = "What this check found is not kept any more. Check again: it takes a minute at the most."
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=sentence)
    return visit.show("ledger_checked.html", title="The check of the ledger", here=HERE, found=found)


@pages.page("/ledger/{number}", Act.SEE_LEDGER)
def entry(visit: Here, number: int) -> Response:
    """One entry with all that it says, and the proof that it is in the ledger."""
    found, body, sha256 = entry_of(visit.city.vault.books, min(max(number, 0), _LAST))
    if _is_kept_from(visit, found):
        return visit.show(
            "ledger_sealed.html", title=f"Ledger entry {number:,}", here=HERE, number=number,
            deed=for_counsel(found), sha256=sha256, previous=found.previous,
        )  # fmt: skip
    proof, why_not = _proof(visit, number)
    return visit.show(
        "ledger_entry.html",
        title=f"Ledger entry {number:,}",
        here=HERE,
        entry=found,
        deed=deed(found),
        facts=facts(found),
        proofs=proofs(found),
        kind=visible(found.event.what),
        exact=visible(body),
        sha256=sha256,
        proof=proof,
        why_not=why_not,
    )


@pages.page("/ledger/{number}/proof.txt", Act.SEE_LEDGER)
def proof_file(visit: Here, number: int) -> Response:
    """The proof as a file, its exact bytes. It holds the entry."""
    found, _, _ = entry_of(visit.city.vault.books, min(max(number, 0), _LAST))
    if _is_kept_from(visit, found):
        visit.need(Act.SEE_ADVICE)
    return _file(visit.city.log.prove(number).text(), f"ledger-entry-{number}-proof.txt")


def _is_kept_from(visit: Visit, entry: Entry) -> bool:
    """Whether an entry says that there is advice of counsel, and somebody else looks."""
    return entry.event.what in ENTRIES and not visit.may(Act.SEE_ADVICE)


def _deed(visit: Visit, entry: Entry) -> Deed:
    return for_counsel(entry) if _is_kept_from(visit, entry) else deed(entry)


def _ask(visit: Visit, head: str = "", error: str = "") -> Response:
    return visit.show(
        "ledger_check.html",
        title="Check the ledger",
        here=HERE,
        head=head,
        error=error,
        total=visit.city.ledger.count(),
    )


def _proof(visit: Visit, number: int) -> tuple[str, str]:
    """The proof, or why there is none yet."""
    try:
        return visit.city.log.prove(number).text(), ""
    except PersonNeeded as error:
        return "", plain(error)


def _kept_head(text: str) -> Head | None:
    """A head that was pasted: browsers send other line ends than were copied."""
    lines = text.replace("\r\n", "\n").strip("\n ")
    return read_head(f"{lines}\n".encode("utf-8", "replace")) if lines else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(text: str, file: str) -> Response:
    return Response(
        text.encode(),
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
