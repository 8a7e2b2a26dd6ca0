"""The requirements of the Trusted System Statement, one function each: what is read says what is answered.

Pure. An answer is "met" only where what was read shows it; what no program can see is left to people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from paloverde.archive.store.interface import Grade
from paloverde.records import PACIFIC
from paloverde.retention.decision import spoken
from paloverde.retention.inspected import Inspected, Place
from paloverde.retention.statement import Answer, Evidence, Requirement, requirement

_EXAMINED_WITHIN = timedelta(days=40)
_STAMPED_WITHIN = timedelta(days=3)
_BOTH = 2  # authorities


def requirements_of(found: Inspected) -> Iterator[Requirement]:
    """Every requirement with its answer."""
    about_store = [_sealed(found), _guarded(found), *_second_guarded(found), _tried(found), _apart(found)]
    proven = [_read_again(found), _stamped(found), _signed(found)]
    cloud = [_controls(found), _certified(found)]
    copies = [_copies(found), _other_keys(found), _media(found)]
    keeping = [_scheduled(found), _held(found), _procedures(found)]
    yield from (*about_store, *proven, *cloud, *copies, *keeping)
    yield _admissible([*about_store, *proven, *cloud, *copies])
    yield from _for_others()


def _sealed(found: Inspected) -> Requirement:
    evidence = [
        Evidence(
            f"{found.seals:,} sealed runs, {found.entries:,} ledger entries, each naming the one before"
        ),
        Evidence(f"Ed25519 public key {found.public_key}"),
    ]
    if found.last_seal is None:
        answer, because = Answer.NOT_MET, "nothing is sealed yet"
    else:
        answer = Answer.MET
        because = "every object is named with its SHA-256 in a signed chain and compared whenever it is read"
        evidence.append(Evidence("the last seal", found.last_seal.key, found.last_seal.sha256))
    statement = "An alteration of any stored object shows: hashes, signatures and chained seals"
    return requirement("sealed", "trusted_system", statement, answer, because, evidence)


def _guarded(found: Inspected) -> Requirement:
    return _guard("guarded", found.first, found.at)


def _second_guarded(found: Inspected) -> Iterator[Requirement]:
    if found.second is not None:
        yield _guard("second-guarded", found.second, found.at)


def _guard(id_: str, place: Place, now: datetime) -> Requirement:
    """Whether a plausible scenario is left in which a stored object is replaced or deleted unseen."""
    answer, because = _guard_answer(place, now)
    statement = f"Nobody can alter or delete what is kept before its time ({place.name})"
    return requirement(id_, "trusted_system", statement, answer, because, _evidence_of(place))


def _guard_answer(place: Place, now: datetime) -> tuple[Answer, str]:
    if place.trouble:
        return Answer.NOT_MET, f"the store could not be read: {place.trouble}"
    if place.grade is Grade.APPLICATION:
        return Answer.NOT_MET, (
            "it is a directory, application-enforced: this program refuses to delete there, and whoever "
            "administers the machine can alter or delete every file of it"
        )
    if reason := _unlocked(place, now):
        return Answer.NOT_MET, reason
    if place.grade is Grade.GOVERNANCE:
        if place.rights and place.rights.lifts_locks:
            return Answer.NOT_MET, (
                "the locks are GOVERNANCE, and the archive's own credentials could lift one just now"
            )
        return Answer.UNKNOWN, (
            "the locks are GOVERNANCE: the archive's own credentials could not lift one just now, a "
            "specially privileged user of the store can; whether that is a plausible scenario is for counsel to say"
        )
    if not (place.examined and place.examined.compliance_allowed):
        return (
            Answer.NOT_MET,
            "the locks are COMPLIANCE, and no examination of this store says that it keeps them",
        )
    return Answer.MET, (
        "every object of the sample is there, and the store keeps COMPLIANCE locks, which nobody can lift or "
        "shorten, as its last examination showed"
    )


def _unlocked(place: Place, now: datetime) -> str:
    """Why the locks of a store cannot be relied on; empty where they can."""
    if place.settings is None or not place.settings.keeps_versions:
        return "the bucket does not keep versions and locks"
    if place.settings.expiry_rules:
        return f"the bucket deletes by rules of its own: {', '.join(place.settings.expiry_rules)}"
    if not place.sample:
        return "nothing is stored yet whose lock could be seen"
    for one in place.sample:
        if one.trouble:
            return f"of the sample, {one.key} could not be seen: {one.trouble}"
        if one.locked_until is None or one.mode is None:
            return f"of the sample, {one.key} bears no lock"
        if one.locked_until > now and one.mode is not place.grade:
            return f"of the sample, {one.key} is locked in {one.mode.value}, not in {place.grade.value}"
    return ""


def _evidence_of(place: Place) -> Iterator[Evidence]:
    yield Evidence(f"{place.name}: {place.description}, {place.grade.value}")
    if place.settings is not None:
        kept = "versions are kept" if place.settings.keeps_versions else "versions are NOT kept"
        yield Evidence(f"{kept}; default lock of the bucket: {place.settings.default_lock}")
    if place.sample:
        locked = [one for one in place.sample if one.locked_until is not None]
        held = sum(one.legal_hold for one in place.sample)
        yield Evidence(
            f"{len(place.sample)} objects as a sample (below): {len(locked)} bear a lock, {held} a legal hold"
        )
    if place.examined is not None:
        yield Evidence(
            f"examined by the doctor on {moment(place.examined.at)}",
            place.examined.key,
            place.examined.sha256,
        )


def _tried(found: Inspected) -> Requirement:
    statement = "What the store promises was tried, and not only read from its settings"
    past = found.first.examined
    if past is None:
        answer, because = Answer.NOT_MET, "the store was never examined: run `paloverde doctor`"
    elif not past.usable:
        answer, because = Answer.NOT_MET, f"it failed its examination on {moment(past.at)}"
    elif found.at - past.at > _EXAMINED_WITHIN:
        answer = Answer.NOT_MET
        because = f"its last examination was on {moment(past.at)}, more than {_EXAMINED_WITHIN.days} days ago"
    else:
        answer, because = Answer.MET, f"it passed the examination of {moment(past.at)} for its grade"
    evidence = [Evidence("the signed result", past.key, past.sha256)] if past else []
    return requirement("tried", "trusted_system", statement, answer, because, evidence)


def _apart(found: Inspected) -> Requirement:
    """Writing and destroying: known from an attempt of the archive's own credentials, under `probe/`."""
    statement = "Whoever may write cannot destroy: separate credentials"
    rights = found.first.rights
    destroyer = next(one for one in found.credentials if one.name == "PALOVERDE_DESTROY_S3_ACCESS_KEY")
    evidence = [Evidence(f"{one.name}: {_told_of(one.is_set, one.is_its_own)}") for one in found.credentials]
    if rights is not None:
        evidence.append(
            Evidence(
                "tried just now on two objects under probe/: the archive's own credentials "
                f"{_could(rights.deletes)} delete an unlocked one, and {_could(rights.lifts_locks)} delete a "
                "locked one by the right to bypass"
            )
        )
    if found.first.grade is Grade.APPLICATION:
        answer, because = (
            Answer.NOT_MET,
            "a directory knows no credentials: who may write there may delete there",
        )
    elif rights is None:
        answer, because = Answer.NOT_MET, "what the archive's own credentials can do could not be tried"
    elif rights.deletes or rights.lifts_locks:
        answer, because = Answer.NOT_MET, "the archive's own credentials could delete just now"
    elif destroyer.is_set and not destroyer.is_its_own:
        answer, because = (
            Answer.NOT_MET,
            "the key for destruction is one that is used for something else, too",
        )
    else:
        answer, because = Answer.MET, "the archive's own credentials could delete nothing just now"
    return requirement("apart", "trusted_system", statement, answer, because, evidence)


def _read_again(found: Inspected) -> Requirement:
    days, totals, read = found.fixity_days, found.totals, found.read
    statement = f"Every object is read again and compared within {days} days"
    share = 1 - totals.unread / totals.objects if totals.objects else 0.0
    evidence = [
        Evidence(
            f"{totals.objects:,} objects; read again at least once: {share:.1%}; overdue: {totals.overdue:,};"
            f" damaged when last read: {totals.damaged:,}"
        )
    ]
    if read.oldest is not None:
        evidence.append(Evidence(f"the longest unread was read on {moment(read.oldest)}"))
    if read.last_event is not None:
        about = ", ".join(f"{name} {value}" for name, value in read.last_event.about.items())
        evidence.append(Evidence(f"the last check, on {moment(read.last_event.at)}: {about}"))
    if totals.damaged:
        answer, because = Answer.NOT_MET, f"{totals.damaged:,} objects were damaged when they were last read"
    elif read.last_event is None:
        answer, because = Answer.NOT_MET, "nothing was ever read again: run `paloverde fixity`"
    elif read.late or totals.overdue:
        late = max(read.late, totals.overdue)
        answer, because = Answer.NOT_MET, f"{late:,} objects were not read within {days} days"
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
    shown = f"head over {head.tree_size:,} entries, {moment(head.made_at)}, with {head.stamps} timestamps"
    if head.stamps < _BOTH:
        answer, because = Answer.NOT_MET, f"its newest stamped head bears {head.stamps} timestamps of {_BOTH}"
    elif found.at - head.made_at > _STAMPED_WITHIN:
        answer, because = Answer.NOT_MET, f"the newest head that they stamped is of {moment(head.made_at)}"
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


def _controls(found: Inspected) -> Requirement:
    statement = "The storage has controls that keep records from being overwritten, deleted or altered"
    place = found.first
    past = place.examined
    if place.grade is Grade.APPLICATION:
        answer, because = Answer.NOT_MET, "a directory on one machine is no such storage service"
    elif reason := place.trouble or _unlocked(place, found.at):
        answer, because = Answer.NOT_MET, reason
    elif past is None or not past.usable:
        answer, because = Answer.NOT_MET, "no passed examination shows that the locks hold"
    else:
        answer = Answer.MET
        because = f"versions and {place.grade.value} Object Lock are on, and the doctor found that locks hold"
    return requirement("controls", "cloud_service", statement, answer, because, _evidence_of(place))


def _certified(found: Inspected) -> Requirement:
    statement = "The storage service complies with ISO/IEC 27001:2013 or another applicable industry standard"
    if found.first.grade is Grade.APPLICATION:
        because = "no storage service is used: the archive lies in a directory on one machine"
        return requirement("certified", "cloud_service", statement, Answer.NOT_MET, because)
    because = "the provider's certificate, its scope and its dates are for an auditor to see"
    return requirement("certified", "cloud_service", statement, Answer.UNKNOWN, because)


def _copies(found: Inspected) -> Requirement:
    statement = "Two separate copies exist, each complete"
    second, totals = found.second, found.totals
    if second is None:
        because = "PALOVERDE_SECOND_STORE is not set: there is one copy only"
        return requirement("copies", "two_copies", statement, Answer.NOT_MET, because)
    evidence = [
        *(Evidence(f"{place.name}: {place.description}") for place in found.places),
        Evidence(f"{totals.copied:,} of {totals.objects:,} objects lie in both"),
    ]
    if found.copied.oldest_comparison is not None:
        evidence.append(
            Evidence(f"the longest uncompared was compared on {moment(found.copied.oldest_comparison)}")
        )
    if second.trouble:
        answer, because = Answer.NOT_MET, f"the second copy could not be read: {second.trouble}"
    elif missing := [one for one in second.sample if one.trouble]:
        answer, because = Answer.NOT_MET, f"{missing[0].key} is not in the second copy: {missing[0].trouble}"
    elif found.copied.late or not totals.copied:
        answer = Answer.NOT_MET
        because = f"{found.copied.late:,} objects of runs before yesterday lie in the first copy only"
    elif totals.damaged:
        answer, because = Answer.NOT_MET, f"{totals.damaged:,} objects were damaged when they were last read"
    else:
        answer, because = Answer.MET, "every object of the runs before yesterday lies in both places"
    return requirement("copies", "two_copies", statement, answer, because, evidence)


def _other_keys(found: Inspected) -> Requirement:
    statement = "The second copy is under other credentials, so that one intruder does not reach both"
    second = found.second
    key = next(one for one in found.credentials if one.name == "PALOVERDE_SECOND_S3_ACCESS_KEY")
    evidence = [Evidence(f"{key.name}: {_told_of(key.is_set, key.is_its_own)}")]
    if second is None:
        answer, because = Answer.NOT_MET, "there is no second copy"
    elif second.grade is Grade.APPLICATION:
        answer, because = Answer.NOT_MET, "it is a directory that this program's own user writes"
    elif not (key.is_set and key.is_its_own):
        answer, because = Answer.NOT_MET, "its access key is not set, or is used for something else, too"
    else:
        answer = Answer.UNKNOWN
        because = "its access key is its own; whether one person holds both is for an auditor to see"
    return requirement("other-keys", "two_copies", statement, answer, because, evidence)


def _media(found: Inspected) -> Requirement:
    statement = "Both copies lie on media that meet AIIM ARP1-2009, section 5.3.3"
    if found.second is None:
        return requirement("media", "two_copies", statement, Answer.NOT_MET, "there is no second copy")
    return requirement("media", "two_copies", statement, Answer.UNKNOWN, "an auditor must compare the media")


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
    if held.unseen:
        answer, because = Answer.NOT_MET, f"{held.unseen:,} objects were not seen to bear it within two days"
    elif held.items and not held.objects:
        answer, because = Answer.NOT_MET, "items are held, and none of their objects is"
    elif held.objects:
        answer, because = Answer.MET, "each was seen to bear it within two days"
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
    if missing := [one.id for one in rest if one.answer is Answer.NOT_MET]:
        because = f"what a trusted system asks is not all met here: {', '.join(missing)}"
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


def moment(at: datetime) -> str:
    """A moment in the City's time: Monday, March 2, 2026, 09:00 PST."""
    local = at.astimezone(PACIFIC)
    return f"{spoken(local.date())}, {local:%H:%M %Z}"


def _told_of(is_set: bool, is_its_own: bool) -> str:
    if not is_set:
        return "not set"
    return "set, one of its own" if is_its_own else "set, and the same as another"


def _could(allowed: bool) -> str:
    return "could" if allowed else "could not"
