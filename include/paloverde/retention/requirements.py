"""The requirements of the Trusted System Statement, one function each: what is read says what is answered.

Pure. An answer is "met" only where what was read shows it; what no program can see is left to people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from paloverde.retention.inspected import Inspected
from paloverde.retention.statement import Answer, Evidence, Requirement, requirement
from paloverde.retention.store_requirements import about_stores
from paloverde.wording import some, zoned_moment

_STAMPED_WITHIN = timedelta(days=3)
_BOTH = 2  # authorities


def requirements_of(found: Inspected) -> Iterator[Requirement]:
    """Every requirement with its answer."""
    first = [_sealed(found), *about_stores(found)]
    proven = [_read_again(found), _stamped(found), _signed(found)]
    keeping = [_scheduled(found), _held(found), _procedures(found)]
    yield from (*first, *proven, *keeping)
    yield _admissible([*first, *proven])
    yield from _for_others()


def _sealed(found: Inspected) -> Requirement:
    evidence = [
        Evidence(
            f"{some(found.seals, 'sealed run')}, {found.entries:,} ledger entries, each naming the one before"
        ),
        Evidence(f"Ed25519 public key {found.public_key}"),
    ]
    if found.last_seal is None:
        answer, because = Answer.NOT_MET, "nothing is sealed yet"
    elif found.seal_trouble:
        answer, because = Answer.NOT_MET, f"the last seal could not be read back: {found.seal_trouble}"
    else:
        answer = Answer.MET
        because = (
            "every object is named with its SHA-256 in a signed chain and compared whenever it is read; the "
            "last seal was read back just now, and its hash and signature hold"
        )
        evidence.append(Evidence("the last seal", found.last_seal.key, found.last_seal.sha256))
    if found.keys_lost:
        because += (
            f"; signing keys that were stated as lost: {len(found.keys_lost)} (see the evidence). What such "
            "a key signed before stays believed, what it signs since is not"
        )
        evidence += [Evidence(told) for told in found.keys_lost]
    statement = "An alteration of any stored object shows: hashes, signatures and chained seals"
    return requirement("sealed", "trusted_system", statement, answer, because, evidence)


def _read_again(found: Inspected) -> Requirement:
    days, totals, read = found.fixity_days, found.totals, found.read
    statement = f"Every object is read again and compared within {days} days"
    fresh = totals.objects - totals.unread - totals.overdue
    share = fresh / totals.objects if totals.objects else 0.0
    evidence = [
        Evidence(
            f"{some(totals.objects, 'object')}; read again within {days} days: {share:.1%}; overdue: "
            f"{totals.overdue:,}; never yet: {totals.unread:,}; damaged when last read: {totals.damaged:,}"
        )
    ]
    if read.oldest is not None:
        evidence.append(Evidence(f"the longest unread was read on {zoned_moment(read.oldest)}"))
    if read.last_event is not None:
        about = ", ".join(f"{name} {value}" for name, value in read.last_event.about.items())
        evidence.append(Evidence(f"the last check, on {zoned_moment(read.last_event.at)}: {about}"))
    if totals.damaged:
        answer, because = (
            Answer.NOT_MET,
            f"{some(totals.damaged, 'object was', 'objects were')} damaged when they were last read",
        )
    elif read.last_event is None:
        answer, because = Answer.NOT_MET, "nothing was ever read again: run `paloverde fixity`"
    elif read.late or totals.overdue:
        late = max(read.late, totals.overdue)
        answer, because = (
            Answer.NOT_MET,
            f"{some(late, 'object was', 'objects were')} not read within {days} days",
        )
    else:
        answer, because = Answer.MET, "none is overdue, and none was damaged when it was last read"
    return requirement("read-again", "trusted_system", statement, answer, because, evidence)


def _stamped(found: Inspected) -> Requirement:
    statement = "Authorities outside of the City bear witness to the ledger's state, day by day"
    set_up = Evidence(f"timestamp authorities set: {found.authorities}; witnesses set: {found.witnesses}")
    head = found.head
    if head is None:
        answer, because = Answer.NOT_MET, "no head of the ledger's log was signed yet"
        return requirement("stamped", "trusted_system", statement, answer, because, [set_up])
    shown = (
        f"head over {head.tree_size:,} entries, {zoned_moment(head.made_at)}, with {head.stamps} timestamps"
    )
    if head.stamps < _BOTH:
        stamps = "no timestamp" if not head.stamps else "one timestamp"
        answer, because = Answer.NOT_MET, f"its newest signed head bears {stamps}, and two are expected"
    elif found.at - head.made_at > _STAMPED_WITHIN:
        answer, because = (
            Answer.NOT_MET,
            f"the newest head that they stamped is of {zoned_moment(head.made_at)}",
        )
    else:
        answer, because = Answer.MET, "the newest head bears timestamps that were verified when received"
    evidence = [set_up, Evidence(shown, head.key, head.sha256)]
    return requirement("stamped", "trusted_system", statement, answer, because, evidence)


def _signed(found: Inspected) -> Requirement:
    statement = "The signing key is readable by this program's user only"
    evidence = [Evidence(f"Ed25519 public key {found.public_key}")]
    if found.key_is_private:
        because = (
            "its file is closed to every other user of the machine; who administers the machine can read it"
        )
        return requirement("signed", "trusted_system", statement, Answer.MET, because, evidence)
    because = "others may read its file: take that right off (chmod 600)"
    return requirement("signed", "trusted_system", statement, Answer.NOT_MET, because, evidence)


def _scheduled(found: Inspected) -> Requirement:
    statement = "A retention schedule that the council adopted is in effect"
    if not found.schedules:
        because = "none is in effect: every class is unknown, and nothing may be destroyed"
        return requirement("scheduled", "schedule", statement, Answer.NOT_MET, because)
    named = [Evidence(f"Resolution {resolution}") for resolution in found.schedules]
    because = "it is filed in the archive; whether the council adopted it so is for the City Clerk to say"
    return requirement("scheduled", "schedule", statement, Answer.MET, because, named)


def _held(found: Inspected) -> Requirement:
    held = found.held
    statement = "Every object under a hold bears the store's legal hold"
    evidence = [Evidence(f"holds: {held.holds}; items: {held.items:,}; objects: {held.objects:,}")]
    if held.waiting:
        answer, because = Answer.NOT_MET, f"what {some(held.waiting, 'hold')} keep is not gathered yet"
    elif held.unseen:
        answer, because = (
            Answer.NOT_MET,
            f"{some(held.unseen, 'object was', 'objects were')} not seen to bear it within two days",
        )
    elif held.items and not held.objects:
        answer, because = Answer.NOT_MET, "items are held, and none of their objects is"
    elif held.objects:
        answer, because = Answer.MET, "each was seen to bear it within two days"
    elif held.holds:
        answer, because = Answer.MET, "holds are in force, and nothing in the archive answers to them yet"
    else:
        answer, because = Answer.MET, "no hold is in force"
    return requirement("held", "litigation_hold", statement, answer, because, evidence)


def _procedures(found: Inspected) -> Requirement:
    statement = "Written policies and procedures govern the system, and are followed"
    evidence = [Evidence(f"the ledger has {found.entries:,} entries of who did what and when")]
    because = "a program sees what was done with it, not what the City has written down: counsel must say"
    return requirement("procedures", "trusted_system", statement, Answer.UNKNOWN, because, evidence)


def _admissible(rest: list[Requirement]) -> Requirement:
    statement = "A record printed from this archive is one of a trusted system"
    if missing := [one.statement for one in rest if one.answer is Answer.NOT_MET]:
        quoted = "; ".join(f"“{statement}”" for statement in missing)
        because = f"of what a trusted system asks, these are not met: {quoted}"
        return requirement("admissible", "trusted_reproduction", statement, Answer.NOT_MET, because)
    because = "nothing that was read speaks against it; a court decides, on evidence that people give"
    return requirement("admissible", "trusted_reproduction", statement, Answer.UNKNOWN, because)


def _for_others() -> Iterator[Requirement]:
    """What the law leaves to counsel, auditors and courts whatever a program finds."""
    rows = (
        ("presumption", "printed_representation", "What is printed is presumed to represent the stored data",
         "the presumption is a court's to apply, and to be rebutted"),
        ("reach", "regulation_reach", "The regulations on trusted systems bind this City",
         "whether existing law requires them of it is for counsel"),
        ("design", "regulation_design", "The system is designed after AIIM ARP1-2009, section 6.2",
         "its text was not at hand when this program was made: an auditor must compare"),
        ("manuals", "not_for_local_government", "The state's manuals do not apply to the City",
         "counsel must confirm it"),
    )  # fmt: skip
    for id_, rule, statement, because in rows:
        yield requirement(id_, rule, statement, Answer.UNKNOWN, because)
