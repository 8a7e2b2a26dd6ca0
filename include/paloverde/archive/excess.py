"""What keys may do beyond the work of their role: tried without harm, never assumed from a policy's text.

A policy that is read says what somebody meant; only the server's answer says what it does. Nothing is changed
by asking: the policy sent is no policy, versions are set as they are, and the object to be deleted never was.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from paloverde.archive.store.interface import Grade
from paloverde.archive.store.roles import Role
from paloverde.archive.store.rules import whole_second
from paloverde.archive.store.tamper import PREFIX, Tamper
from paloverde.errors import BadSetting, StoreCannotPromise
from paloverde.wording import several

_LOCK_SECONDS = 10
_ALL_BUT_AUDITOR = frozenset(Role) - {Role.AUDITOR}


class Act(msgspec.Struct, frozen=True):
    """Something that keys can do, in words for after "can", and the roles whose work needs it."""

    words: str
    needed_by: frozenset[Role]
    may: Callable[[Tamper], bool | None]


def _may_write(keys: Tamper) -> bool:
    return keys.overwrite(f"{PREFIX}{uuid.uuid4().hex[:12]}/written", b"written to see whether it may be")


def _may_lift(keys: Tamper) -> bool:
    """Keys that may not write cannot be asked, and lift nothing that they could not write."""
    until = whole_second(datetime.now(UTC) + timedelta(seconds=_LOCK_SECONDS))
    key = f"{PREFIX}{uuid.uuid4().hex[:12]}/lifted"
    try:
        return keys.delete(keys.lock(key, key.encode(), Grade.GOVERNANCE, until), bypass=True)
    except (BadSetting, StoreCannotPromise):
        return False


ACTS = (
    Act("change the bucket's policy", frozenset(), lambda keys: keys.may_set_policy()),
    Act("set whether the bucket keeps versions", frozenset(), lambda keys: keys.may_set_versions()),
    Act("delete records", frozenset({Role.DISPOSER}), lambda keys: keys.may_delete_records()),
    Act("lift GOVERNANCE locks", frozenset({Role.EXAMINER}), _may_lift),
    Act("write objects", frozenset({Role.WRITER, Role.EXAMINER}), _may_write),
    Act("read records", _ALL_BUT_AUDITOR, lambda keys: keys.may_read_records()),
)


def excess(keys: Tamper, role: Role) -> tuple[str, ...]:
    """What these keys can do and the role's work does not need. Empty for a directory, which has no keys."""
    if keys.store.grade is Grade.APPLICATION:
        return ()
    return tuple(act.words for act in ACTS if role not in act.needed_by and act.may(keys))


def sentence(beyond: Sequence[str], role: Role) -> str:
    """What was found, for IT: what it means and what to do."""
    if not beyond:
        return f"These keys can do nothing that was tried beyond the work of the {role}."
    told = f"These keys can do more than the work of the {role} needs: {several(list(beyond))}."
    if list(beyond) == [
        act.words for act in ACTS if Role.EXAMINER in act.needed_by and role not in act.needed_by
    ]:
        return f"{told} They are the examiner's: put the {role}'s back when the examination is done."
    return f"{told} `paloverde store policy {role}` prints the rights that are enough; put them in place."
