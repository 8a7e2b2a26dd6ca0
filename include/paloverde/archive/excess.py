"""What keys may do beyond the work of their role: tried without harm, never assumed from a policy's text.

A policy that is read says what somebody meant; only the server's answer says what it does. Nothing is changed
by asking: the policy sent is no policy, versions are set as they are, and the object to be deleted never was.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

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


def _may_lift(keys: Tamper) -> bool | None:
    """Tried on an object of its own: of keys that may not write it, it is not known."""
    until = whole_second(datetime.now(UTC) + timedelta(seconds=_LOCK_SECONDS))
    key = f"{PREFIX}{uuid.uuid4().hex[:12]}/lifted"
    try:
        locked = keys.lock(key, key.encode(), Grade.GOVERNANCE, until)
    except (BadSetting, StoreCannotPromise):
        return None
    return keys.delete(locked, bypass=True)


ACTS = (
    Act("change the bucket's policy", frozenset(), lambda keys: keys.may_set_policy()),
    Act("set whether the bucket keeps versions", frozenset(), lambda keys: keys.may_set_versions()),
    Act("delete records", frozenset({Role.DISPOSER}), lambda keys: keys.may_delete_records()),
    Act("lift GOVERNANCE locks", frozenset({Role.EXAMINER}), _may_lift),
    Act("write objects", frozenset({Role.WRITER, Role.EXAMINER}), _may_write),
    Act("read records", _ALL_BUT_AUDITOR, lambda keys: keys.may_read_records()),
)


class Tried(NamedTuple):
    """What keys can do and a role's work does not need, and what could not be tried with them."""

    beyond: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()


def tried(keys: Tamper, role: Role) -> Tried:
    """Try all that the role's work does not need. Nothing for a directory, which has no keys."""
    if keys.store.grade is Grade.APPLICATION:
        return Tried()
    found = {act.words: act.may(keys) for act in ACTS if role not in act.needed_by}
    beyond = (words for words, may in found.items() if may)
    return Tried(tuple(beyond), tuple(words for words, may in found.items() if may is None))


def excess(keys: Tamper, role: Role) -> tuple[str, ...]:
    """What these keys can do and the role's work does not need."""
    return tried(keys, role).beyond


def sentence(beyond: Sequence[str], role: Role, untried: Sequence[str] = ()) -> str:
    """What was found, for IT: what it means and what to do."""
    rest = f" What could not be tried with them: {several(list(untried))}." if untried else ""
    return f"{_sentence(beyond, role)}{rest}"


def _sentence(beyond: Sequence[str], role: Role) -> str:
    if not beyond:
        return f"These keys can do nothing that was tried beyond the work of the {role}."
    told = f"These keys can do more than the work of the {role} needs: {several(list(beyond))}."
    if list(beyond) == [
        act.words for act in ACTS if Role.EXAMINER in act.needed_by and role not in act.needed_by
    ]:
        return f"{told} They are the examiner's: put the {role}'s back when the examination is done."
    return f"{told} `paloverde store policy {role}` prints the rights that are enough; put them in place."
