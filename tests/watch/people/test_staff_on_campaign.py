"""No employees on campaign and personal accounts (V.E.4(f), P-66)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from paloverde.records import Account, Holder, Kind, Poster
from paloverde.watch.people.campaign_staff import STAFF_ON_CAMPAIGN as CHECK
from paloverde.watch.registers.accounts import AccountClass
from townhall import JO, TESS, asked, grant, officials, whichs
from watching import NOON, seen

CAMPAIGN = Account("facebook-duarte2026", "facebook", "500", "duarte2026", Holder.OFFICIAL)


def by(id_: str, **known: Any) -> Any:
    payload = json.dumps({"admin_creator": {"id": id_}}).encode()
    return seen(account=CAMPAIGN, poster=Poster(id=CAMPAIGN.native_id), payload=payload, **known)


def found(*items: Any, class_: AccountClass = AccountClass.CAMPAIGN, **entries: Any) -> list[Any]:
    told = {"account-papers": [officials(CAMPAIGN.slug, class_)], "people": [JO, TESS]}
    return asked(CHECK, *items, accounts=(CAMPAIGN,), entries=told | entries)


def test_an_employee_who_published_there_is_flagged_once() -> None:
    (one,) = found(by("9001"), by("9001", native_id="2", kind=Kind.COMMENT))
    assert "Jo Rivera, an employee of the City, published there on Fri, Nov 20, 2026" in one.said
    assert one.links == ("facebook-duarte2026/post/1",)


def test_an_employee_with_a_grant_there_is_flagged() -> None:
    (one,) = found(grants=[grant(account=CAMPAIGN.slug)])
    assert one.which == "grant jrivera"
    assert found(grants=[grant(account=CAMPAIGN.slug, until=date(2026, 11, 1))]) == []


def test_the_official_and_strangers_may() -> None:
    assert found(by("7777"), grants=[grant("tduarte", CAMPAIGN.slug)]) == []


def test_what_is_long_past_is_not_told_each_round() -> None:
    assert found(by("9001", observed_at=NOON - timedelta(days=40))) == []


def test_somebody_who_had_left_by_then_is_no_employee() -> None:
    gone = type(JO)(
        id="jrivera", name="Jo", standing=JO.standing, known_as=JO.known_as, left_on=date(2026, 11, 1)
    )
    assert found(by("9001"), people=[gone]) == []


def test_private_accounts_are_personal_ones_and_professional_ones_are_not() -> None:
    assert whichs(found(by("9001"), class_=AccountClass.PRIVATE)) == ["published jrivera"]
    assert found(by("9001"), class_=AccountClass.OFFICIAL) == []
