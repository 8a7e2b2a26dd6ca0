"""The form in which somebody says why they look at something private, and the way on to it."""

from __future__ import annotations

import re

from fastapi.responses import Response

from paloverde.desk import reasons
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages
from paloverde.errors import BadQuestion

pages = Pages()
_OURS = re.compile(r"/[a-z][!-\[\]-~]*")  # an address of the desk: no other host, nothing unseen
_SAY_WHY = "What you are about to see is private: say why you look at it. The ledger keeps the reason."


@pages.form("/reason", Act.SEE_PRIVATE)
def give(visit: Here, form: Given) -> Response:
    """Keep the reason, and go on."""
    onward, reason = str(form.get("onward", "")), " ".join(str(form.get("reason", "")).split())
    if not _OURS.fullmatch(onward):
        raise BadQuestion("This form is out of date: open the page again and repeat what you did.")
    if not 0 < len(reason) <= reasons.MOST:
        wrong = f"Say why, in at most {reasons.MOST} characters."
        return reasons.again(visit, _SAY_WHY, onward, wrong=wrong)
    joint = "&" if "?" in onward else "?"
    return visit.go(f"{onward}{joint}{reasons.WHY}={reasons.keep(visit, reason)}")
