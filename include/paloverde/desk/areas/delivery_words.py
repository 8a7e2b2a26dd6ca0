"""What is about to be handed over, and what was, as the desk's page says it. Pure but for the person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from paloverde.desk.areas.request_frame import line
from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.desk.wording import plain
from paloverde.requests.delivery import Agreed, Delivered, Proposed, Summary
from paloverde.requests.events import Released
from paloverde.requests.links import LinkState
from paloverde.requests.request import Request
from paloverde.wording import spoken

_IN_THE_WAY = "IN THE WAY: "


def summary_of(
    visit: Visit,
    request: Request,
    summary: Summary | None,
    open_: Sequence[Agreed],
    proposal: Proposed | None,
) -> dict[str, Any]:
    """What is about to go, line by line, its hash, and whether this person may be the second one."""
    if summary is None:
        return {"sentences": [], "refusals": [], "seen": ""}
    made = request.bundle(summary.bundle.sha256)
    is_own = made is not None and made.by.is_same_person(visit.by)
    is_proposed = proposal is not None and (proposal.terms, proposal.sha256) == (
        summary.terms,
        summary.bundle.sha256,
    )
    is_mine = proposal is not None and proposal.by.is_same_person(visit.by)
    is_agreed = any(one.summary_sha256 == summary.sha256 for one in open_)
    may = visit.may(Act.AGREE) and not (is_own or is_agreed or summary.refusals)
    lines = [one for one in summary.sentences() if not one.startswith(_IN_THE_WAY)]
    return {
        "sentences": [line(one, 2_000) for one in lines],
        "refusals": [plain(one) for one in summary.refusals],
        "seen": summary.sha256,
        "is_own": is_own or (is_proposed and is_mine),
        "is_agreed": is_agreed,
        "is_proposed": is_proposed,
        "may_agree": may and (proposal is None or (is_proposed and not is_mine)),
        "proposal": _proposed(proposal) if proposal else "",
        "proposed_at": proposal.at if proposal else None,
    }


def _proposed(act: Proposed) -> str:
    how = " ".join(act.terms.sentences())
    return line(f"{act.by.name} proposed that it goes {act.terms.channel} to {act.terms.to}. {how}", 2_000)


def agreement_of(act: Agreed) -> str:
    terms, name = act.summary.terms, act.summary.bundle.name
    how = " ".join(terms.sentences())
    return line(f"{act.by.name} agreed that {name} goes {terms.channel} to {terms.to}. {how}", 2_000)


def told_of(request: Request, act: Proposed | Agreed | Delivered) -> tuple[Any, str]:
    """When something was done about handing over, and what."""
    if isinstance(act, Proposed):
        return act.at, _proposed(act)
    if isinstance(act, Agreed):
        return act.at, agreement_of(act)
    made, note = request.bundle(act.sha256), f" {act.note}" if act.note else ""
    name = made.bundle.name if made else "the bundle"
    return act.at, line(f"{act.by.name} handed {name} over {act.channel} to {act.to}.{note}", 1_000)


def went_out(request: Request, acts: Iterable[Proposed | Agreed | Delivered], sha256: str) -> str:
    """How and on what day a bundle was handed over last, as a sentence; empty where it was not yet."""
    days = [event.released_on for event in request.all(Released) if event.sha256 == sha256]
    last = [act for act in acts if isinstance(act, Delivered) and act.sha256 == sha256]
    return (
        f"It was handed over on {spoken(days[-1])}. {told_of(request, last[-1])[1]}" if days and last else ""
    )


def hash_of(links: Iterable[LinkState]) -> str:
    """Of the links that were shown, with what was taken by each."""
    told_ = "\n".join(f"{one.link.secret_sha256} {one.papers}" for one in links)
    return hashlib.sha256(told_.encode()).hexdigest()
