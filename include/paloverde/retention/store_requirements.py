"""The requirements that concern the two stores: locks, rights, controls, copies. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from paloverde.archive.store.interface import Grade
from paloverde.archive.store.live import Rights
from paloverde.retention.inspected import Inspected, Place
from paloverde.retention.statement import Answer, Evidence, Requirement, requirement
from paloverde.wording import some, zoned_moment

_EXAMINED_WITHIN = timedelta(days=40)


def about_stores(found: Inspected) -> Iterator[Requirement]:
    """Every requirement that is answered by what the stores are and how they stand."""
    yield _guard("guarded", found.first, found.at)
    if found.second is not None:
        yield _guard("second-guarded", found.second, found.at)
    yield _tried(found)
    yield _apart(found)
    yield _controls(found)
    yield _certified(found)
    yield _copies(found)
    yield _other_keys(found)
    yield _media(found)


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
            "the locks are GOVERNANCE: the archive's own credentials could not lift one just now, "
            "a specially privileged user of the store can; whether that is plausible is for counsel to say"
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
    if place.grade is Grade.APPLICATION:
        yield Evidence("a directory has no locks of its own: those below are this program's own notes")
    elif place.settings is not None:
        kept = "versions are kept" if place.settings.keeps_versions else "versions are NOT kept"
        yield Evidence(f"{kept}; default lock of the bucket: {place.settings.default_lock}")
    if place.sample:
        locked = [one for one in place.sample if one.locked_until is not None]
        held = sum(one.legal_hold for one in place.sample)
        yield Evidence(
            f"{some(len(place.sample), 'object')} as a sample (below): {len(locked)} bear a lock, {held} a "
            "legal hold"
        )
    if place.examined is not None:
        yield Evidence(
            f"examined by the doctor on {zoned_moment(place.examined.at)}",
            place.examined.key,
            place.examined.sha256,
        )


def _tried(found: Inspected) -> Requirement:
    statement = "What the store promises was tried, and not only read from its settings"
    past = found.first.examined
    if past is None:
        answer, because = Answer.NOT_MET, "no examination came to a verdict: run `paloverde doctor`"
    elif not past.usable:
        answer, because = Answer.NOT_MET, f"it failed its examination on {zoned_moment(past.at)}"
    elif found.at - past.at > _EXAMINED_WITHIN:
        answer = Answer.NOT_MET
        because = (
            f"its last examination was on {zoned_moment(past.at)}, more than {_EXAMINED_WITHIN.days} days ago"
        )
    else:
        answer, because = Answer.MET, f"it passed the examination of {zoned_moment(past.at)} for its grade"
    evidence = [Evidence("the signed result", past.key, past.sha256)] if past else []
    return requirement("tried", "trusted_system", statement, answer, because, evidence)


def _apart(found: Inspected) -> Requirement:
    """Writing and destroying: known from an attempt of the archive's own credentials, under `probe/`."""
    statement = "Whoever may write cannot destroy: separate credentials"
    evidence = [Evidence(f"{one.name}: {_told_of(one.is_set, one.is_its_own)}") for one in found.credentials]
    evidence += [Evidence(_tried_on(place, place.rights)) for place in found.places if place.rights]
    answer, because = _apart_answer(found)
    return requirement("apart", "trusted_system", statement, answer, because, evidence)


def _tried_on(place: Place, rights: Rights) -> str:
    """What an attempt of the archive's own credentials has shown, on two objects that it made for that."""
    begun = f"tried just now on two objects under probe/ of the {place.name}"
    if place.grade is Grade.APPLICATION:
        return (
            f"{begun}: it is a directory, where whoever may write a file may delete it. The archive's own "
            f"user {_could(rights.deletes)} delete an unlocked file; a lock there is this program's own "
            "word, which binds nobody else"
        )
    return (
        f"{begun}: the credentials that write there {_could(rights.deletes)} delete an unlocked one, and "
        f"{_could(rights.lifts_locks)} delete a locked one by lifting its lock (the right to bypass "
        "GOVERNANCE retention)"
    )


def _apart_answer(found: Inspected) -> tuple[Answer, str]:
    for place in found.places:
        if place.grade is Grade.APPLICATION:
            told = "is a directory, which knows no credentials: who may write there may delete there"
            return Answer.NOT_MET, f"the {place.name} {told}"
        if place.rights is None:
            return Answer.NOT_MET, f"what may be done to the {place.name} could not be tried"
        if place.rights.deletes or place.rights.lifts_locks:
            told = "the credentials that write there could delete just now"
            return Answer.NOT_MET, f"of the {place.name}, {told}"
    for key in found.credentials:
        if "_DESTROY_" in key.name and key.is_set and not key.is_its_own:
            return Answer.NOT_MET, f"{key.name} is a key that is used for something else, too"
    return Answer.MET, "the credentials that write could delete nothing just now, in no copy"


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
        if totals.copied:
            because = (
                "PALOVERDE_SECOND_STORE is no longer set: "
                f"{some(totals.copied, 'object lies', 'objects lie')} in a second copy "
                "that is neither checked nor kept up"
            )
        return requirement("copies", "two_copies", statement, Answer.NOT_MET, because)
    evidence = [
        *(Evidence(f"{place.name}: {place.description}") for place in found.places),
        Evidence(f"{totals.copied:,} of {some(totals.objects, 'object lies', 'objects lie')} in both"),
    ]
    if found.copied.oldest_comparison is not None:
        evidence.append(
            Evidence(f"the longest uncompared was compared on {zoned_moment(found.copied.oldest_comparison)}")
        )
    if second.trouble:
        answer, because = Answer.NOT_MET, f"the second copy could not be read: {second.trouble}"
    elif missing := [one for one in second.sample if one.trouble]:
        answer, because = Answer.NOT_MET, f"{missing[0].key} is not in the second copy: {missing[0].trouble}"
    elif not totals.copied:
        answer, because = Answer.NOT_MET, "nothing lies in the second copy yet: run `paloverde copies`"
    elif found.copied.late:
        answer = Answer.NOT_MET
        because = f"{some(found.copied.late, 'object')} of runs before yesterday lie in the first copy only"
    elif totals.damaged:
        answer, because = (
            Answer.NOT_MET,
            f"{some(totals.damaged, 'object was', 'objects were')} damaged when they were last read",
        )
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


def _told_of(is_set: bool, is_its_own: bool) -> str:
    if not is_set:
        return "not set"
    return "set, one of its own" if is_its_own else "set, and the same as another"


def _could(allowed: bool) -> str:
    return "could" if allowed else "could not"
