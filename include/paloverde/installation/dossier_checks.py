"""What is looked at before something is added to a dossier: nothing of it can be changed or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from paloverde.bundles.dossierwords import CAUSES
from paloverde.capture.removal import Cause
from paloverde.errors import BadQuestion
from paloverde.retention.dossier import FiledPaper, Paper, RemovalFact, Settled, cause_of, settlement
from paloverde.wording import at_time

_NOT_THE_CITYS = frozenset({Cause.AUTHOR.value, Cause.PLATFORM.value, Cause.PRIVACY.value})


def refuse_twice(paper: Paper, actor: str, before: Iterable[FiledPaper]) -> None:
    """The same from the same person is a form that was sent twice: `BadQuestion`, and nothing is filed."""
    for one in before:
        if (_without_place(one.paper), one.filed_by) == (_without_place(paper), actor):
            raise BadQuestion(
                f"This was filed already, on {at_time(one.filed_at)}: it is entry {one.number} of the "
                "dossier. Nothing was filed again."
            )


def doubt_of_citing(fact: RemovalFact, papers: Sequence[FiledPaper]) -> str:
    """Why a guideline hardly applies: whoever removed it was not the City. Empty where it may have been."""
    cause = cause_of(fact, papers)
    if cause not in _NOT_THE_CITYS:
        return ""
    who = "It is settled" if settlement(papers) else "The site says"
    return f"{who} that {CAUSES[cause]} removed it: a guideline is cited for what the City removes."


def _without_place(paper: Paper) -> Paper:
    return replace(paper, corrects=0) if isinstance(paper, Settled) else paper
