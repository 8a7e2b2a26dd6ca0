"""What is about to be handed out in answer to a request, in numbers and names, before anything is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from paloverde.installation.gathered import Gathered
from paloverde.requests.redaction import Given
from paloverde.requests.review import Verdict
from paloverde.requests.unverified import in_a_sentence, of_request
from paloverde.search.counts import by_name
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.wording import some


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be handed out, in numbers and names, and what stands in its way."""

    number: str
    counts: dict[str, int]
    accounts: dict[str, int]
    exemptions: dict[str, int]  # by statute, in how many records
    responsible: tuple[tuple[str, str], ...]
    signed_by: str
    letter: str
    refusals: tuple[str, ...]
    unverified: tuple[str, ...] = ()  # law of the letter and the review that counsel has not verified

    def sentences(self) -> Iterator[str]:
        """The same to read aloud, before a second person agrees."""
        yield f"Response to {self.number}: " + ", ".join(f"{n:,} {what}" for what, n in self.counts.items())
        yield from (f"Account {account}: {some(n, 'record')}" for account, n in self.accounts.items())
        yield from (
            f"Kept back under {statute}: in {some(n, 'record')}" for statute, n in self.exemptions.items()
        )
        yield from (f"Responsible for what is kept back: {name}, {title}" for name, title in self.responsible)
        yield f"Review signed by: {self.signed_by or 'nobody yet'}"
        yield f"Cover letter: {self.letter or 'none was sent yet'}"
        yield from filter(None, [in_a_sentence(self.unverified)])
        yield from (f"IN THE WAY: {refusal}" for refusal in self.refusals)


def preview_of(number: str, found: Gathered, refusals: Iterable[str]) -> Preview:
    """What the response would be, by the decisions of its review."""
    released = found.released
    withheld = sum(record.is_withheld for record in released)
    kept_back = [record for record in released if record.is_redacted]
    # Each once, however many records have it: it is given in the same way in all.
    files = [*{file.source: file.given for record in released for file in record.files}.values()]
    statutes = [statute for one in kept_back for statute in {each.statute for each in one.redactions}]
    counts = {
        "records found": len(found.hits),
        "handed over": len(released) - withheld,
        "with redactions": len(kept_back) - withheld,
        "withheld whole": withheld,
        "not responsive": found.review.counts[Verdict.NOT_RESPONSIVE],
        "private": sum(record.hit.kind in PRIVATE_KINDS for record in released if not record.is_withheld),
        "pictures and files": files.count(Given.WHOLE),
        "pictures painted over": files.count(Given.PAINTED),
        "pictures and files withheld": files.count(Given.WITHHELD),
    }
    signature = found.review.signature
    return Preview(
        number=number,
        counts=counts,
        accounts=by_name(record.hit.account for record in released if not record.is_withheld),
        exemptions=by_name(statutes),
        responsible=tuple(found.review.responsible),
        signed_by=signature.by.name if signature else "",
        letter=found.letter.written.paper.title if found.letter else "",
        refusals=tuple(refusals),
        unverified=_unverified(found),
    )


def _unverified(found: Gathered) -> tuple[str, ...]:
    claimed = [claim.code for claim in found.reviewed.claims] if found.reviewed else ()
    of_letter = found.letter.unverified if found.letter else ()
    return tuple(dict.fromkeys([*of_letter, *of_request(found.request, claimed)]))
