"""The Brown Act on social media (policy V.D): advice to the City Attorney, and to nobody else."""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.meetings import majority_on_a_thread, member_answers_member, members_across_accounts

CHECKS: tuple[Check, ...] = (
    member_answers_member.CHECK,
    majority_on_a_thread.CHECK,
    members_across_accounts.CHECK,
)
