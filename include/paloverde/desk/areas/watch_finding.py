"""One finding: what was found, in which words of the record, by which clause and rule, and the answer to it.

What was written to the City in private is shown only for a reason, which the ledger keeps with each look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.pages import visible
from paloverde.desk import reasons, showing
from paloverde.desk.areas.records import Named
from paloverde.desk.areas.removed import Named as Removed
from paloverde.desk.areas.watch_frame import HERE, is_of, roles_in_words, shown
from paloverde.desk.areas.watch_waiting import WEIGHTS, item_of, tags, title_of
from paloverde.desk.asked import Wrong
from paloverde.desk.gone import gone
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, NotAllowed, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.records import Holder, Kind
from paloverde.retention.facts import ItemId
from paloverde.search.hits import Hit
from paloverde.search.item import Item
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.findings import Standing, State, Verdict
from paloverde.watch.registers import ALL
from paloverde.wording import by_whom

pages = Pages()
_AT = "/watch"
_MOST_LINKS = 50  # of other items that show a finding
_FIELDS = (
    Field(
        "verdict", "What it was", "choice", required=True,
        options=(
            ("", "choose one"),
            (Verdict.ACTED.value, "It was right, and something was done about it"),
            (Verdict.RIGHT.value, "It was right, and there is nothing to be done"),
            (Verdict.WRONG.value, "It is a false alarm"),
        ),
    ),
    Field("words", "What was done, or why", "area", "Kept with your name. Never what counsel advised."),
)  # fmt: skip
# What a person may go on to, by the clause that a check serves.
_NEXT: Mapping[str, tuple[str, str]] = {
    "P-22": ("Take it in as a records request", "/requests/new"),
    "P-63": ("Consultations and alerts", "/removed/consults"),
}
_SAY_WHY = "This finding is about something private: say why you look at it. The ledger keeps the reason."
_NO_WORDS = "The record that it is about is in the archive no more, and its words are gone here, too. "


class Looked(NamedTuple):
    """A finding as it may stand on its page, with the version that it is about, or why there is none."""

    one: Standing
    hit: Hit | None = None
    missing: str = ""
    why: str = ""  # the number of the reason that was given for a private one


@pages.page("/watch/findings/{id_}", Act.SEE_WATCH)
def finding(visit: Here, id_: str, sample: str = "") -> Response:
    """One finding. A private one asks why somebody looks at it."""
    looked = _looked(visit, standing_of(visit, id_), visit.request.query_params.get(reasons.WHY, ""))
    return looked if isinstance(looked, Response) else _page(visit, looked, is_of_sample=sample == "yes")


@pages.form("/watch/findings/{id_}/answer", Act.ANSWER_WATCH)
def answer(visit: Here, id_: str, given: Given) -> Response:
    """File what somebody says of a finding."""
    one, typed = standing_of(visit, id_), Typed(given, _FIELDS)
    check, is_of_sample = one.finding.check, given.get("sample") == "yes"
    if not _may_answer(visit, one):
        raise NotAllowed(
            f"It is decided by: {_deciders(visit, one)}. You are signed in as {visit.person.role.words}."
        )
    try:
        verdict = Verdict(typed.choice("verdict")) if typed.text("verdict") else None
        answered = visit.city.watch.answer(id_, _chosen(verdict), typed.text("words"), visit.actor)
    except PersonNeeded as error:
        looked = _looked(visit, one, str(given.get(reasons.WHY, "")))
        if isinstance(looked, Response):
            return looked
        wrong = {error.field: plain(error)} if isinstance(error, Wrong) else {}
        told = {"values": typed.values, "wrong": wrong, "refused": "" if wrong else plain(error)}
        return _page(visit, looked, is_of_sample=is_of_sample, status=400, **told)
    told_ = f"Answered: {answered.answers[-1].verdict.in_words}."
    return visit.go(_back(check, is_of_sample=is_of_sample), told=told_)


def standing_of(visit: Visit, id_: str) -> Standing:
    """A finding, for whoever may see it; a page that is not there where there is none."""
    try:
        one = visit.city.watch.one(id_.replace("\0", ""))
    except BadQuestion:
        raise HTTPException(404) from None
    if one.finding.privileged:
        visit.need(Act.SEE_PRIVILEGED)
    if one.finding.private:
        visit.need(Act.SEE_PRIVATE)
    return one


def _back(check: str, *, is_of_sample: bool) -> str:
    """The list from which somebody came."""
    return f"/watch/precision/{check}" if is_of_sample else f"/watch?{urlencode({'check': check})}"


def _chosen(verdict: Verdict | None) -> Verdict:
    if verdict is None:
        raise Wrong("verdict", "Choose one of the list.")
    return verdict


def _may_answer(visit: Visit, one: Standing) -> bool:
    check = visit.city.watch.checks.get(one.finding.check)
    is_theirs = check is None or is_of(visit, check.answered_by)
    return visit.may(Act.ANSWER_WATCH) and is_theirs and one.state is not State.ENDED


def _deciders(visit: Visit, one: Standing) -> str:
    check = visit.city.watch.checks.get(one.finding.check)
    return roles_in_words(check.answered_by, Act.ANSWER_WATCH) if check else ""


def _looked(visit: Visit, one: Standing, why: str) -> Looked | Response:
    """A finding with its record, as far as somebody may see them; the page that asks why they look."""
    found, item = one.finding, item_of(one.finding.about)
    reason = reasons.given(visit, why, item) if found.private else ""
    if found.private:
        if not reason:
            return reasons.ask(visit, _SAY_WHY, f"{_AT}/findings/{one.id}", _asked(visit), here=HERE)
        one = visit.city.watch.opened(one.id, reason, visit.actor)
    is_listed = item is not None and item[1] in PRIVATE_KINDS  # such as somebody whom an account blocks
    if item is None or not found.version_sha256 or (is_listed and not found.private):
        return Looked(one)
    versions = visit.city.records.versions(item, visit.actor, include_private=found.private, reason=reason)
    hit = next((each for each in versions if each.version_sha256 == found.version_sha256), None)
    return Looked(one, hit, "" if hit else _NO_WORDS + gone(visit, item), why if found.private else "")


def _asked(visit: Visit) -> list[tuple[str, str]]:
    """What the address of the page carries beside a reason."""
    return [("sample", "yes")] if visit.request.query_params.get("sample") == "yes" else []


def _page(
    visit: Visit, looked: Looked, *, is_of_sample: bool = False, status: int = 200, **told: Any
) -> Response:
    one, hit = looked.one, looked.hit
    found, check = one.finding, visit.city.watch.checks.get(one.finding.check)
    marks = [(span.start, span.end) for span in found.spans]
    others = [(showing.name(link, 200), _path(visit, link, looked.why)) for link in found.links[:_MOST_LINKS]]
    facts: dict[str, Any] = {"values": {}, "wrong": {}, "refused": ""} | told
    return shown(
        visit,
        "watch_finding.html",
        title_of(visit, found.check),
        _AT,
        status=status,
        said=visible(found.said),
        next=plain(found.next),
        weight=WEIGHTS[found.weight],
        urgent=found.weight is Weight.URGENT,
        tags=tags(one),
        text=showing.said(hit.text or "", marks) if hit else None,
        lang=showing.language(hit) if hit else "",
        missing=looked.missing,
        ways=[*_ways(visit, found, looked, check)],
        others=others,
        more=max(0, len(found.links) - _MOST_LINKS),
        may_answer=_may_answer(visit, one),
        is_ended=one.state is State.ENDED,
        deciders=_deciders(visit, one),
        action=f"{_AT}/findings/{one.id}/answer",
        fields=_FIELDS,
        why=looked.why,
        of_sample=is_of_sample,
        answers=[*_answers(one)],
        clauses=check.clauses if check else (),
        says=check.says if check else "This check is no longer one of the program’s.",
        facts=[*_facts(one)],
        rules=[(_rule_in_words(rule), _path(visit, rule.partition("#")[0])) for rule in _rules(found)],
        back=_back(found.check, is_of_sample=is_of_sample),
        **facts,
    )  # fmt: skip


def _answers(one: Standing) -> Iterator[dict[str, Any]]:
    for each in one.answers:
        words = showing.name(each.words, 1_000)
        who = showing.name(by_whom(each.by))
        yield {"at": each.at, "by": who, "verdict": each.verdict.in_words, "words": words}


def _rules(found: Finding) -> list[str]:
    """The rules that were applied, one each: word-lists/profanity#3."""
    return [rule for rule in found.rule.split(", ") if rule]


def _rule_in_words(rule: str) -> str:
    """A rule by the register in which it stands, and the version of its entry that was applied."""
    register, _, rest = rule.partition("/")
    entry, _, number = rest.partition("#")
    if register not in ALL or not number:
        return showing.name(rule, 100)
    return f"{ALL[register].title}: {showing.name(entry, 100)}, version {showing.name(number, 9)}"


def _facts(one: Standing) -> Iterator[tuple[str, str]]:
    found = one.finding
    yield "About", showing.name(found.about, 300)
    if found.account and found.account != found.about:
        yield "Account", showing.name(found.account)
    yield "Found", showing.moment(one.first_found)
    if one.last_found != one.first_found:
        yield "Found last", showing.moment(one.last_found)
    yield "Check", f"{found.check}, version {found.check_version}"
    if found.version_sha256:
        yield "Version of the record (SHA-256)", found.version_sha256


def _ways(visit: Visit, found: Finding, looked: Looked, check: Check | None) -> Iterator[tuple[str, str]]:
    """Where somebody may go on: to the record, to what it is about, to what is done next."""
    item, hit = item_of(found.about), looked.hit
    if item and hit:
        named = Named(item, found.version_sha256, looked.why)
        yield "The record, its versions and its files", named.path()
        yield "What was said around it", named.path("/record/conversation")
        yield from _removal(visit, item, hit)
    elif path := _path(visit, found.about):
        yield "What it is about", path
    if found.account and visit.opens(account := f"/accounts/{found.account}"):
        yield f"The account {found.account}", account
    for clause in check.clauses if check else ():
        words, path = _NEXT.get(clause, ("", ""))
        if path and visit.opens(path):
            yield words, path
    for register in ALL.values():
        if check and set(register.clauses) & set(check.clauses):
            yield f"The register “{register.title}”", f"/watch/registers/{register.name}"


def _removal(visit: Visit, item: Item, hit: Hit) -> Iterator[tuple[str, str]]:
    """The dossier of what was removed; for an official's own, the consultation that comes before."""
    id_ = ItemId(item[0], Kind(item[1]), item[2])
    if hit.removed is not None and visit.may(Act.SEE_REMOVED):
        yield "Its dossier under “Removed content”", Removed(id_).path()
    official = {one.slug for one in visit.city.accounts() if one.holder is Holder.OFFICIAL}
    if hit.removed is None and item[0] in official and visit.may(Act.SETTLE):
        yield "Open a consultation before it is deleted", Removed(id_).path("/removed/consults/open")


def _path(visit: Visit, about: str, why: str = "") -> str:
    """The page of what a finding names; "" where it has none that the person may open."""
    if (item := item_of(about)) is not None:
        is_open = item[1] not in PRIVATE_KINDS or visit.may(Act.SEE_PRIVATE, item[0])
        return Named(item, "", why).path() if is_open and visit.may(Act.SEARCH, item[0]) else ""
    register, _, id_ = about.partition("/")
    if register in ALL:
        return f"/watch/registers/{register}" + (f"/entries/{quote(id_, safe='')}" if id_ else "")
    return path if about and visit.opens(path := f"/accounts/{about}") else ""
