"""What stops a letter from being sent: a table of checks over its facts and its words. Pure.

Each check is one row of `LINTS`, its sentence, citation and advice one table of `lints.toml`. A letter for
which `findings` gives nothing lacks nothing that the statute asks for, as far as a program can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from paloverde.errors import BadQuestion
from paloverde.requests.costs import wrongs
from paloverde.requests.events import DENYING, DISCLOSING, Outcome, Responsible, Way, is_a_name
from paloverde.requests.everywhere import Words
from paloverde.requests.exemptions import EXEMPTIONS, Exemption
from paloverde.requests.gates import web_delivery_refusals
from paloverde.requests.letters import (
    Claimed,
    ClawBack,
    Counts,
    Delivery,
    Determination,
    Estimate,
    Extension,
    Letter,
    Production,
    said_freely,
)
from paloverde.requests.lint_extension import facts, ground, no_extension, sent_late, too_late, twice
from paloverde.requests.lint_words import Finding, Known, Told, found, how_to_give
from paloverde.requests.plaintext import all_texts
from paloverde.requests.review_state import untold
from paloverde.requests.wording import Written, in_words
from paloverde.steps import Step
from paloverde.wording import at_time, some

_LEFT_OPEN = re.compile(r"\{[a-z_.0-9]+\}|\[[A-Z][A-Z /-]{2,}\]|_{3,}|\bX{3,}\b|\bTBD\b")
_PURPOSE = re.compile(
    r"\b(why (do|are|did) you|what (do you (want|need)|are) (it|them|they|these|the records|this) for"
    r"|(purpose|reasons?) (of|for|behind) (your|the|this) request|who are you"
    r"|(proof of|your) (identity|identification)"
    r"|whom do you (work|ask) for|what will you use)\b",
    re.IGNORECASE,
)


def findings(letter: Letter, written: Written, known: Known) -> list[Finding]:
    """Everything that stops this letter, in the order of `LINTS`; nothing where it may be sent."""
    return [found(code, told) for code, check in LINTS.items() for told in check(letter, written, known)]


def _withholds_nothing(letter: Letter, _: Written, known: Known) -> Told:
    """A denial by itself, where the signed review keeps nothing back, is another letter."""
    review, number = known.review, letter.case.number
    if review is None or not isinstance(letter.body, Determination) or letter.claims:
        return
    if letter.is_denial and review.versions and not review.kept_back and not review.open(number):
        other = Outcome.FULL if review.responsive else Outcome.NONE
        yield {"how": f"This is another letter: use {Step.LETTER.of(number, other.value)}"}


def _statutes(letter: Letter, written: Written, _: Known) -> Told:
    counts = letter.counts
    if not letter.claims and letter.is_denial:
        kept_back = counts.redacted + counts.withheld
        what = some(kept_back, "record is", "records are") if kept_back else "Records are"
        yield {"what": f"{what} redacted or withheld"}
    texts = list(all_texts(written.paper))
    for claim in letter.claims:
        row = EXEMPTIONS.get(claim.code)
        if row is None:
            yield {"what": f"{claim.code}, which is no exemption, is claimed"}
        elif not row.is_law_on(letter.day):
            yield {"what": f"{claim.code}, which is not law on that day, is claimed"}
        elif not any(row.statute(claim.facts) in text and row.letter in text for text in texts):
            yield {"what": f"{claim.code} is claimed"}


def _no_time(letter: Letter, _: Written, __: Known) -> Told:
    if letter.discloses and isinstance(letter.body, Determination) and letter.body.available_at is None:
        yield {}


def _passed(letter: Letter, _: Written, __: Known) -> Told:
    at = letter.body.available_at if isinstance(letter.body, Determination) else None
    if at is not None and at <= letter.at:
        yield {"available": at_time(at)}


def _reasons(letter: Letter, _: Written, __: Known) -> Told:
    if isinstance(letter.body, Determination) and not letter.body.reasons.strip():
        yield {}


def _names(letter: Letter, written: Written, _: Known) -> Told:
    if not letter.is_denial:
        return
    if not letter.deniers:
        yield {"what": "nobody is named who is responsible for that"}
    if letter.signer.name.strip() and not is_a_name(letter.signer.name):
        yield {"what": f"the name of {letter.signer.name}, who signs, is not given"}
    text = "\n".join(all_texts(written.paper))
    for one in letter.deniers:
        if lacking := _lacking(one):
            yield {"what": f"{lacking} of {one.name.strip() or one.title.strip() or 'somebody'} is not given"}
        elif f"{one.name}, {one.title}" not in text:
            yield {"what": f"{one.name} does not stand in its words"}


def _officer(letter: Letter, _: Written, __: Known) -> Told:
    if isinstance(letter.body, Extension) and (lacking := _lacking(letter.signer)):
        yield {"what": lacking}


def _lacking(one: Responsible) -> str:
    """What is not given of somebody: the name, the title."""
    given = (("name", is_a_name(one.name)), ("title", bool(one.title.strip())))
    parts = [name for name, is_given in given if not is_given]
    return " and ".join(f"the {part}" for part in parts)


def _segregability(letter: Letter, written: Written, _: Known) -> Told:
    if letter.is_denial and not written.cites("segregation"):
        yield {"how": _other_letter(letter)}


def _other_letter(letter: Letter) -> str:
    """What to do where a letter's wording has no sentence for what is kept back."""
    if letter.kind in (Outcome.PART, Outcome.DENIED) or not isinstance(letter.body, Determination):
        return "IT puts the sentence that cites law.segregation back into letters.toml"
    part, denied = (Step.LETTER.of(letter.case.number, one.value) for one in (Outcome.PART, Outcome.DENIED))
    return f"This is another letter: use {part}, or {denied} where nothing can be released"


def _promise(letter: Letter, written: Written, _: Known) -> Told:
    """That a denial may follow is said with the promise, and by which law it is told then."""
    told = ("denial", "segregation")
    if isinstance(letter.body, Determination) and not letter.is_final:
        yield from ({"id": one} for one in told if not written.cites(one))


def _rows(letter: Letter) -> Iterator[tuple[Claimed, Exemption]]:
    return ((claim, EXEMPTIONS[claim.code]) for claim in letter.claims if claim.code in EXEMPTIONS)


def _balancing(letter: Letter, written: Written, _: Known) -> Told:
    text = "\n".join(all_texts(written.paper))
    for claim, row in _rows(letter):
        if row.needs_balancing:
            balancing = claim.facts.get("balancing", "").strip()
            if not balancing:
                yield {"code": claim.code, "what": "there is none"}
            elif balancing.rstrip(".!?") not in text:
                yield {"code": claim.code, "what": "the letter does not say it"}


def _second_statute(letter: Letter, _: Written, __: Known) -> Told:
    for claim, row in _rows(letter):
        if row.needs_second_statute and not claim.facts.get("second_statute", "").strip():
            yield {"code": claim.code}


def _matter(letter: Letter, _: Written, known: Known) -> Told:
    open_ = {matter.casefold() for matter in known.open_matters}
    for claim, row in _rows(letter):
        if row.expires_with == "matter":
            matter = claim.facts.get("matter", "").strip()
            if not matter:
                yield {"code": claim.code, "what": "none is named"}
            elif matter.casefold() not in open_:
                yield {"code": claim.code, "what": f"“{matter}” is no open matter of the City"}


def _draft(letter: Letter, _: Written, __: Known) -> Told:
    for claim, row in _rows(letter):
        if "not_retained" in row.facts and claim.retained:
            yield {"code": claim.code, "records": some(claim.retained, "record", "records")}


def _cost(letter: Letter, _: Written, __: Known) -> Told:
    if isinstance(letter.body, Estimate):
        yield from ({"what": wrong} for wrong in wrongs(letter.body.sheet, letter.day))


def _web(letter: Letter, _: Written, known: Known) -> Told:
    barred = web_delivery_refusals(delivery_of(letter), known.exposed, known.private_records, letter.day)
    yield from ({"what": one.says, "by": one.cite} for one in barred)


def _no_address(letter: Letter, _: Written, known: Known) -> Told:
    promised = delivery_of(letter)
    if promised is not None and promised.way is Way.LINK and not known.has_links:
        yield {}


def delivery_of(letter: Letter) -> Delivery | None:
    """How the copies that a letter tells of are handed over; None where it tells of none."""
    return letter.body.delivery if isinstance(letter.body, Determination | Production) else None


def _number(letter: Letter, _: Written, known: Known) -> Told:
    body, held = letter.body, known.bundle
    if held is None or (isinstance(body, Determination) and body.counts == Counts()):
        return
    told = body.bundle.counts if isinstance(body, ClawBack) else letter.counts
    if isinstance(body, Determination | Production | ClawBack) and told != held.counts:
        yield {"told": _counted(told), "held": _counted(held.counts)}


def _counted(counts: Counts) -> str:
    released = some(counts.released, "released record", "released records")
    return f"{released}, {counts.redacted:,} redacted, {counts.withheld:,} withheld whole"


def _bundle(letter: Letter, _: Written, known: Known) -> Told:
    if not isinstance(letter.body, Production | ClawBack):
        return
    told, held = letter.body.bundle, known.bundle
    if held is None:
        yield {"told": f"{told.file} ({told.sha256[:16]}…)", "held": "no sealed bundle of this request"}
    elif (told.file, told.sha256, told.key) != (held.file, held.sha256, held.key):
        named = (f"{one.file} ({one.sha256[:16]}…)" for one in (told, held))
        yield dict(zip(("told", "held"), named, strict=True))


def _signed_off(letter: Letter, _: Written, known: Known) -> Told:
    """What was disclosed cannot be taken back: a second person looks first (rulebook R-21)."""
    if isinstance(letter.body, Production) and not known.is_signed_off:
        yield {"file": letter.body.bundle.file}


def _found_all_the_same(letter: Letter, _: Written, known: Known) -> Told:
    if not isinstance(letter.body, Determination) or letter.body.outcome is not Outcome.NONE:
        return
    if known.responsive:
        found = some(known.responsive, "record version was", "record versions were")
        yield {"found": f"{found} found responsive"}
    if known.unreviewed:
        found = some(
            known.unreviewed, "record version that was found was", "record versions that were found were"
        )
        yield {"found": f"{found} not reviewed"}


def _not_reviewed(letter: Letter, _: Written, known: Known) -> Told:
    if not isinstance(letter.body, Determination) or known.review is None:
        return
    outcome = letter.body.outcome
    if outcome in (Outcome.FULL, Outcome.DISCLOSABLE) and not known.is_searched:
        yield {"what": f"Nothing was searched yet: {Step.SEARCH.of(letter.case.number)}."}
    if outcome in (DISCLOSING | DENYING) and (told := known.review.open(letter.case.number)):
        yield {"what": told}


def _not_as_reviewed(letter: Letter, _: Written, known: Known) -> Told:
    if letter.is_final and isinstance(letter.body, Determination) and known.review is not None:
        codes, named = {claim.code for claim in letter.claims}, [one.name for one in letter.deniers]
        yield from ({"what": what} for what in untold(letter.body.outcome, codes, named, known.review))


def _unfilled(letter: Letter, written: Written, _: Known) -> Told:
    for name in written.unfilled:
        if name.startswith("law."):
            how = f"letters.toml has no {name.removeprefix('law.')} that is in force on that day: add it"
        else:
            how = how_to_give().get(name, f"Give it with the letter: {Step.LETTERS.of(letter.case.number)}")
        yield {"what": in_words(name), "how": how}
    for text in said_freely(letter):
        for left in _LEFT_OPEN.findall(text):
            yield {"what": left, "how": "Write what belongs there"}


def _says_redacted(letter: Letter, _: Written, known: Known) -> Told:
    """What the requester said first discloses nothing."""
    theirs = f"{letter.case.wording}\n{letter.case.requester}"
    said = "\n".join(said_freely(letter))
    hits = sum(1 for needle in known.redacted if _holds(said, needle) and not _holds(theirs, needle))
    if hits:
        yield {"where": some(hits, "redacted passage", "redacted passages")}


def _holds(text: str, needle: str) -> bool:
    try:
        return bool(Words(needle).places(text))
    except BadQuestion:  # nothing but blanks was redacted
        return False


def _purpose(letter: Letter, _: Written, __: Known) -> Told:
    for text in said_freely(letter):
        asked = _PURPOSE.search(text)
        if asked:
            yield {"words": asked[0]}


LINTS: Mapping[str, Callable[[Letter, Written, Known], Told]] = {
    "nothing-withheld": _withholds_nothing,
    "redaction-without-statute": _statutes,
    "extension-too-late": too_late,
    "extension-is-none": no_extension,
    "extension-without-ground": ground,
    "extension-without-facts": facts,
    "extension-sent-late": sent_late,
    "extension-twice": twice,
    "no-date-and-time": _no_time,
    "date-has-passed": _passed,
    "no-reasons": _reasons,
    "denial-without-names": _names,
    "notice-without-officer": _officer,
    "no-segregability": _segregability,
    "promise-without-warning": _promise,
    "no-balancing": _balancing,
    "no-second-statute": _second_statute,
    "no-open-matter": _matter,
    "draft-is-retained": _draft,
    "cost-without-ground": _cost,
    "web-barred": _web,
    "no-link-address": _no_address,
    "wrong-number": _number,
    "wrong-bundle": _bundle,
    "not-signed-off": _signed_off,
    "none-but-found": _found_all_the_same,
    "not-reviewed": _not_reviewed,
    "not-as-reviewed": _not_as_reviewed,
    "unfilled": _unfilled,
    "names-redacted": _says_redacted,
    "asks-for-purpose": _purpose,
}
