"""What reaches the City's accounts and wants more than a reply (policy V.A.10, V.A.11, V.E.4(e))."""

from __future__ import annotations

from paloverde.watch.check import Check
from paloverde.watch.inbox import forwarding, question_waiting, request_in_disguise

CHECKS: tuple[Check, ...] = (request_in_disguise.CHECK, question_waiting.CHECK, forwarding.CHECK)
