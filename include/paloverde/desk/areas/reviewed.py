"""What is reviewed: the records of a records request, or those of a production in discovery.

Their pages are the same, and stand at the same addresses; what may be claimed in them is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.responses import Response

from paloverde.desk.areas import discovery_frame, request_frame
from paloverde.desk.visit import Visit
from paloverde.productions.docket import Docket
from paloverde.productions.order import is_number
from paloverde.requests.request import Request


def subject_of(visit: Visit, number: str) -> Request | Docket:
    """The request or the production of that number; a page that is not there where there is none."""
    if is_number(number):
        return discovery_frame.docket_of(visit, number)
    return request_frame.request_of(visit, number)


def has_records(subject: Request | Docket) -> bool:
    """Whether anything was looked for yet."""
    return bool(subject.choices if isinstance(subject, Docket) else subject.searches)


def shown(
    visit: Visit, number: str, template: str, title: str, at: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of its review, among the other pages of the request or production."""
    in_discovery = is_number(number)
    frame: Callable[..., Response] = discovery_frame.shown if in_discovery else request_frame.shown
    told = {
        "in_discovery": in_discovery,
        "home": f"/discovery/{number}" if in_discovery else f"/requests/{number}",
        "subject": "production" if in_discovery else "request",
        "claim_word": "Privilege" if in_discovery else "Exemption",
    }
    return frame(visit, number, template, title, at, status=status, **told, **facts)
