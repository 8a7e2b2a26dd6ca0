"""What the review of a request comes to, as its letters claim it: exemptions, names, numbers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from paloverde.requests.asked import Unsaid, unsaid_in
from paloverde.requests.events import Responsible
from paloverde.requests.exemptions import SEGREGABILITY
from paloverde.requests.gates import Exposed
from paloverde.requests.letters import Claimed, Counts
from paloverde.requests.redaction import Released
from paloverde.requests.review import Decision, Exempted
from paloverde.search.scope import PRIVATE_KINDS


class Settled(NamedTuple):
    """A decision, and the record as it is released under it."""

    decision: Decision
    released: Released


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions of a release, added up. `needles` are the redacted words: they go into no letter.
    `undecided` is how many found record versions nobody has decided about.

    `exposed` is what was found that bars the web and is neither redacted nor withheld.
    """

    counts: Counts
    claims: tuple[Claimed, ...] = ()
    deniers: tuple[Responsible, ...] = ()
    needles: tuple[str, ...] = ()
    private_records: int = 0
    not_responsive: int = 0
    undecided: int = 0
    exposed: tuple[Exposed, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()  # what no search may tell beside the records


def reviewed(
    pairs: Sequence[Settled], exposed: Iterable[Exposed] = (), accepted: Collection[tuple[str, str]] = ()
) -> Reviewed:
    """What these decisions come to. Everything that was found lies in the archive, and so is retained.

    `accepted` are pairs of a control number and what may tell of it all the same, as the review was signed.
    """
    kept_back = [pair for pair in pairs if pair.released.is_redacted or pair.released.is_withheld]
    given = [pair.released for pair in pairs if not pair.released.is_withheld]
    return Reviewed(
        counts=Counts(
            released=len(given),
            redacted=sum(one.is_redacted for one in given),
            withheld=len(pairs) - len(given),
        ),
        claims=_claims(kept_back),
        deniers=_deniers(kept_back),
        needles=tuple(dict.fromkeys(needle for pair in pairs for needle in pair.released.needles)),
        private_records=sum(one.hit.kind in PRIVATE_KINDS for one in given),
        exposed=tuple(exposed),
        unsaid=unsaid_in((pair.released for pair in pairs), accepted),
    )


def _claims(pairs: Iterable[Settled]) -> tuple[Claimed, ...]:
    """Each exemption once for each set of facts: another second statute is another claim. Why no part of a
    record could be separated is told of each record, in the log.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Claimed] = {}
    for decision, released in pairs:
        for code, facts in claimed(decision, released).items():
            told = {name: text for name, text in sorted(facts.items()) if name != SEGREGABILITY}
            key = (code, tuple(told.items()))
            before = found.get(key, Claimed(code=code, facts=told))
            found[key] = msgspec.structs.replace(
                before,
                redacted=before.redacted + (not released.is_withheld),
                withheld=before.withheld + released.is_withheld,
                retained=before.retained + 1,
            )
    return tuple(found[key] for key in sorted(found))


def claimed(decision: Decision, released: Released) -> Mapping[str, Mapping[str, str]]:
    """The facts of each exemption under which something of this record is kept back, by code."""
    claims = {claim.code: claim for claim in decision.exempted}
    codes = {redaction.code for redaction in released.redactions}
    codes |= claims.keys() if released.is_withheld else set()
    return {code: claims.get(code, Exempted(code)).facts for code in sorted(codes)}


def _deniers(pairs: Iterable[Settled]) -> tuple[Responsible, ...]:
    """Whoever decided that something is kept back, each once, in the order of their names."""
    found = {(pair.decision.decided_by, pair.decision.title) for pair in pairs}
    return tuple(Responsible(name, title) for name, title in sorted(found))
