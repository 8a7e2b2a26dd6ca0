"""Every look there is, in the order in which the doctor tells of them."""

from __future__ import annotations

from paloverde.alarms.here import AnyLook
from paloverde.alarms.looks import accounts, backups, copies, derived, kept, machine, offices, saying, set_up

LOOKS: tuple[AnyLook, ...] = (
    *set_up.LOOKS,
    *kept.LOOKS,
    *copies.LOOKS,
    *backups.LOOKS,
    *accounts.LOOKS,
    *offices.LOOKS,
    *derived.LOOKS,
    *machine.LOOKS,
    *saying.LOOKS,
)
