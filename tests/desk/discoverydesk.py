"""The desk of a city that is sued: counsel orders a production at it, the clerk signs and agrees."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from httpx import Response

from desk.desks import Desks, text_of, until
from desk.requestdesk import HIDDEN
from matters import COUNSEL as BY
from matters import Matter
from paloverde.desk.areas.discovery_shelf import folder_for
from paloverde.desk.paces import Paces
from paloverde.desk.people import Role
from paloverde.productions.plan import Form

COUNSEL, CLERK = Role.COUNSEL, Role.CLERK
ORDER = {
    "matter": "Rivera v. City of Palma Ria", "prefix": "PDC", "digits": "7", "hold": "", "families": "whole",
    "number-1": "1", "question-1": "pool", "number-2": "2", "question-2": "settle", "number-3": "",
    "question-3": "", "private": "yes", "form-dat": "yes",
}  # fmt: skip
FACTS = {
    "fact.ATTY-CLIENT.counsel": "Dana Cole, for the City",
    "fact.ATTY-CLIENT.purpose": "legal advice about the pool",
    "title": "City Attorney",
}


class DiscoveryDesk:
    """The city, its desk, and the steps of a production. `number` is the one that the pages are about."""

    def __init__(self, home: Path) -> None:
        self.matter = Matter(home)
        self.city = self.matter.city
        self.desks = Desks(self.city, paces=Paces(per_window={"search": 10_000, "export": 10_000}))
        self.number = "PROD-2026-0001"

    @property
    def path(self) -> str:
        return f"/discovery/{self.number}"

    def page(self, path: str, who: Role = COUNSEL) -> Response:
        answer = self.desks.get(path, who)
        assert answer.status_code == 200, text_of(answer)
        assert len(answer.content) < 300_000
        return answer

    def said(self, path: str, who: Role = COUNSEL) -> str:
        return text_of(self.page(path, who))

    def form_on(self, page: Response, button: str) -> dict[str, str]:
        """What the form with that button carries along unseen."""
        for form in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL):
            if button in form:
                return {
                    name: html.unescape(value) for name, value in HIDDEN.findall(form) if name != "form_token"
                }
        raise AssertionError(f"no form has the button {button!r}: {text_of(page)}")

    def worked(self, path: str, form: dict[str, Any], who: Role = COUNSEL) -> str:
        """A form that begins long work; the page that the work leads to."""
        answer = self.desks.post(path, form, who)
        assert answer.status_code == 303, text_of(answer)
        progress = answer.headers["location"]
        assert progress.startswith("/progress/"), progress

        def ended() -> bool:
            said = text_of(self.desks.get(progress, who))
            assert "could not be" not in said, said
            return "It is ready" in said

        until(ended, patience=120)
        found = re.search(r'class="usa-button" href="([^"]+)"', self.desks.get(progress, who).text)
        assert found
        return self.said(html.unescape(found[1]), who)

    def order(self, **changes: str) -> str:
        told = self.desks.done("/discovery/order", ORDER | changes, COUNSEL)
        self.number = self.city.productions.numbers()[-1]
        return told

    def choose(self) -> str:
        return self.worked(f"{self.path}/choose", {})

    def place(self, native_id: str) -> int:
        versions = self.city.reviews.get(self.number).versions
        return next(at for at, version in enumerate(versions, 1) if version[2] == native_id)

    def review_of(self, native_id: str) -> str:
        return f"/requests/{self.number}/review/{self.place(native_id)}"

    def planned(self, path: str, form: dict[str, Any]) -> Response:
        """The page that says what will be decided."""
        answer = self.desks.post(path, form, COUNSEL)
        assert answer.status_code == 303, text_of(answer)
        return self.page(answer.headers["location"])

    def decided(self, plan: Response, more: dict[str, str]) -> str:
        return self.desks.done(plan.url.path, self.form_on(plan, "Decide so for") | more, COUNSEL)

    def withhold(self, native_id: str) -> str:
        form = {"verdict": "exempt", "code": "ATTY-CLIENT"}
        return self.decided(self.planned(f"{self.review_of(native_id)}/verdict", form), FACTS)

    def redact(self, native_id: str, words: str) -> str:
        form = {"words": words, "code": "ATTY-CLIENT"}
        return self.decided(self.planned(f"{self.review_of(native_id)}/redact", form), FACTS)

    def rest(self) -> str:
        form = self.form_on(self.page(f"{self.path}/rest"), "Produce")
        return self.worked(f"{self.path}/rest", form | {"title": "City Attorney"})

    def sign(self) -> str:
        path = f"/requests/{self.number}/review/sign"
        page = self.page(path, CLERK)
        form = self.form_on(page, "Sign the review")
        if seen := re.search(r'name="all_seen" value="(\d+)"', page.text):
            form["all_seen"] = seen[1]
        return self.desks.done(path, form, CLERK)

    def build(self, who: Role = COUNSEL) -> str:
        form = self.form_on(self.page(f"{self.path}/volumes", who), "Build exactly this")
        return self.worked(f"{self.path}/volumes", form, who)

    def agree(self, who: Role = CLERK) -> str:
        form = self.form_on(self.page(f"{self.path}/volumes", who), "I agree that exactly")
        return self.worked(f"{self.path}/volumes/agree", form, who)

    def take(self, file: str, who: Role = COUNSEL) -> Response:
        return self.desks.post(f"{self.path}/volumes/{file}/take", {}, who)

    def confirmed(self, step: str, form: dict[str, Any], button: str) -> str:
        """A final step: what it shows first is confirmed as it was shown."""
        shown = self.desks.post(f"{self.path}/step/{step}", form, COUNSEL)
        assert shown.status_code == 200, text_of(shown)
        assert "Nothing is filed yet" in text_of(shown)
        return self.desks.done(f"{self.path}/step/{step}", self.form_on(shown, button), COUNSEL)

    def notes(self) -> list[str]:
        """What is noted in the history."""
        return [entry.event.note for entry in self.city.productions.get(self.number).entries]

    def ready(self) -> DiscoveryDesk:
        """A production that is reviewed and built, for the pages that come after."""
        self.number = shelved(self.matter)
        return self


def shelved(matter: Matter) -> str:
    """The number of a production whose volumes lie at the desk: one comment withheld, one message redacted."""
    number, productions = matter.reviewed(forms=(Form.DAT,), include_private=True), matter.city.productions
    docket = productions.get(number)
    basis = productions.basis(docket, productions.check_ready(docket))
    folder = folder_for(matter.city, number, basis)
    folder.mkdir(parents=True, mode=0o700)
    matter.city.volumes.build(number, folder, BY)
    return number
