"""The desk of a city whose clerk and counsel answer a records request through its pages."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from httpx import Response

from desk.desks import Desks, text_of, until
from paloverde.desk.people import Role
from paloverde.installation import Installation, open_installation
from paloverde.settings import load
from requesthall import CLERK, NOW, RequestHall

ADDRESS = "https://records.palmaria.example"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class RequestDesk:
    """The city, its desk, and what is done at it. `number` is the request that the pages are about."""

    def __init__(self, home: Path) -> None:
        self.hall = RequestHall(home)
        more = {
            "PALOVERDE_DELIVERY_ADDRESS": ADDRESS,
            "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palma Ria",
        }
        self.city: Installation = open_installation(load(self.hall.settings | more), lambda: NOW)
        self.number = self.hall.number
        self.desks = Desks(self.city)

    def page(self, place: str = "", who: Role = Role.CLERK) -> Response:
        """A page of the request."""
        answer = self.desks.get(f"/requests/{self.number}{place}", who)
        assert answer.status_code == 200, text_of(answer)
        assert len(answer.content) < 300_000
        return answer

    def said(self, place: str = "", who: Role = Role.CLERK) -> str:
        return text_of(self.page(place, who))

    def done(self, place: str, form: dict[str, Any], who: Role = Role.CLERK, **more: Any) -> str:
        """A form that is taken; the page that it leads to."""
        return self.desks.done(f"/requests/{self.number}{place}", form, who, **more)

    def answer(self, place: str, form: dict[str, Any], who: Role = Role.CLERK, **more: Any) -> Response:
        """A form, and what it is answered with."""
        return self.desks.post(f"/requests/{self.number}{place}", form, who, **more)

    def refused(self, place: str, form: dict[str, Any], who: Role = Role.CLERK, **more: Any) -> str:
        answer = self.answer(place, form, who, **more)
        assert answer.status_code == 400, text_of(answer)
        return text_of(answer)

    def form_on(self, page: Response, button: str) -> dict[str, str]:
        """What the form with that button carries along unseen."""
        for form in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL):
            if button in form:
                pairs = HIDDEN.findall(form)
                return {name: html.unescape(value) for name, value in pairs if name != "form_token"}
        raise AssertionError(f"no form has the button {button!r}: {text_of(page)}")

    def confirmed(self, place: str, form: dict[str, Any], button: str, who: Role = Role.CLERK) -> str:
        """A final step: what it shows first is confirmed as it was shown."""
        shown = self.answer(place, form, who)
        assert shown.status_code == 200, text_of(shown)
        return self.done(place, self.form_on(shown, button), who)

    def review(self) -> None:
        """The review by clerk and counsel; its own pages are tested elsewhere."""
        hits = [*self.city.requests.found(self.number, "this test").values()]
        self.city.reviews.gather(self.number, hits, CLERK)
        self.hall.city, self.hall.number = self.city, self.number
        self.hall.review(hits)

    def sign(self) -> None:
        self.hall.sign([*self.city.requests.found(self.number, "this test").values()])

    def worked(self, path: str, who: Role = Role.CLERK) -> str:
        """Wait for long work; the page that it leads to."""
        until(lambda: "It is ready" in text_of(self.desks.get(path, who)), patience=60)
        found = re.search(r'class="usa-button" href="([^"]+)"', self.desks.get(path, who).text)
        assert found
        return text_of(self.desks.get(found[1], who))
