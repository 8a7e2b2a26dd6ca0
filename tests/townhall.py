"""The papers of an invented city: its accounts, its people, its policy. What a test does not name is in order."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from paloverde.records import Account, Kind, Poster
from paloverde.watch.check import Check, Finding
from paloverde.watch.registers.accounts import AccountClass, AccountPapers, PolicyVersion
from paloverde.watch.registers.authorizing import AccessReview, Acknowledgement, Grant
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen
from watching import CITY, Then, book, seen

TODAY = date(2026, 11, 20)
DISCLAIMER = (
    "The City of Palma Ria reserves the right to restrict or remove any postings or comments that violate the "
    "City’s Social Media Policy, which can be found on the City’s website."
)
URL = "https://www.palmaria.example/social-media-policy"
SHA = "5f" * 32


def version(**known: Any) -> PolicyVersion:
    """The version of the policy in force."""
    told = {
        "version": "2026-03",
        "effective_on": date(2026, 3, 1),
        "sha256": SHA,
        "city_name": "City of Palma Ria",
        "url": URL,
    }
    return PolicyVersion(**(told | known))


def papers(account: str = CITY.slug, **known: Any) -> AccountPapers:
    """Papers of a City account that lack nothing."""
    told = {
        "account_class": AccountClass.CITY,
        "department": "Public Affairs",
        "approved_by": "Ines Calder, City Manager",
        "approved_on": date(2026, 9, 1),
        "vault": "social/facebook",
        "second_factor": "jrivera",
        "recovery_email": "social@palmaria.example",
    }
    return AccountPapers(account=account, **(told | known))


def officials(account: str, class_: AccountClass, **known: Any) -> AccountPapers:
    """Papers of an official's own account, declared with consent."""
    told = {"official": "tduarte", "consent_on": date(2026, 1, 5)}
    return AccountPapers(account=account, account_class=class_, **(told | known))


JO = Person(
    id="jrivera", name="Jo Rivera", standing=Standing.STAFF, title="Public Affairs Specialist",
    known_as=("facebook:9001", "linkedin:urn:li:person:AbC9"),
)  # fmt: skip
SAM = Person(id="slund", name="Sam Lund", standing=Standing.STAFF, known_as=("facebook:9002",))
TESS = Person(id="tduarte", name="Tess Duarte", standing=Standing.OFFICIAL, title="Mayor")


def grant(person: str = "jrivera", account: str = CITY.slug, **known: Any) -> Grant:
    told = {"since": date(2026, 9, 1), "granted_by": "Ines Calder"}
    return Grant(person=person, account=account, **(told | known))


def signed(person: str = "jrivera", **known: Any) -> Acknowledgement:
    """An acknowledgement that lacks nothing."""
    told = {
        "version": "2026-03",
        "given_on": date(2026, 3, 2),
        "signed_on": date(2026, 3, 3),
        "to_human_resources_on": date(2026, 3, 4),
        "uses_own_device": False,
    }
    return Acknowledgement(person=person, **(told | known))


def review(account: str = CITY.slug, on: date = date(2026, 10, 1), *able: str) -> AccessReview:
    return AccessReview(account=account, reviewed_on=on, reviewed_by="jrivera", able_to_post=able)


def profile(account: Account = CITY, name: str = "City of Palma Ria", **payload: Any) -> Seen:
    """An account's own page, as its site sends it. `observed_at` and `text` are those of the version."""
    own = {key: payload.pop(key) for key in ("observed_at", "permalink") if key in payload}
    text = str(payload.get("about") or payload.get("description") or payload.get("biography") or "")
    return seen(
        text,
        account=account,
        kind=Kind.PROFILE,
        native_id=account.native_id,
        poster=Poster(name=name, username=account.handle, id=account.native_id),
        payload=json.dumps(payload).encode(),
        **own,
    )


def asked(
    check: Check, *items: Seen, accounts: tuple[Account, ...] = (CITY,), day: date = TODAY, **more: Any
) -> list[Finding]:
    """What a check that is asked once a round finds: `entries` are the registers, the rest is the moment's."""
    registers = book(day, more.pop("entries", {"policy-versions": [version()], "account-papers": [papers()]}))
    assert check.of_now is not None
    return list(check.of_now(Then(accounts=accounts, items=items, **more), registers))


def looked(check: Check, one: Seen, **entries: Any) -> list[Finding]:
    """What a check finds in one item."""
    assert check.of_item is not None
    return list(check.of_item(one, book(TODAY, {name.replace("_", "-"): of for name, of in entries.items()})))


def whichs(found: list[Finding]) -> list[str]:
    return [one.which for one in found]
