"""Only authorized users publish (V.A.5, P-15)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from paloverde.records import Kind
from paloverde.watch.check import Finding, Weight
from paloverde.watch.people.authorized import AUTHORIZED_PUBLISHER as CHECK
from paloverde.watch.registers.authorizing import Authority
from townhall import JO, SAM, grant, looked, papers
from watching import CITY, MAYOR, THE_CITY, seen

GRANTED = [grant()]


def by(id_: str, name: str = "", **known: Any) -> Any:
    payload = json.dumps({"id": "1", "admin_creator": {"id": id_, "name": name}}).encode()
    return seen(payload=payload, **known)


def found(one: Any, grants: Any = GRANTED, **more: Any) -> list[Finding]:
    return looked(CHECK, one, people=[JO, SAM], grants=grants, account_papers=[papers(**more)])


def test_a_post_by_somebody_with_a_grant_is_in_order() -> None:
    assert found(by("9001", "Jo Rivera")) == []


def test_a_post_by_an_unlisted_administrator_is_flagged() -> None:
    (one,) = found(by("6666", "Mallory Vance"))
    assert one.said.startswith(
        "Mallory Vance (facebook:6666) published on facebook-palmaria on Fri, Nov 20, 2026 ("
    )
    assert one.links == ("facebook-palmaria/post/1",)
    assert one.weight is Weight.WARNING
    assert "take the access away" in one.next


def test_a_post_by_a_known_person_without_a_grant_is_flagged() -> None:
    (one,) = found(by("9002", "Sam Lund"))
    assert one.said.startswith("Sam Lund (slund) published on facebook-palmaria")


def test_the_grant_must_be_in_force_on_the_day_of_the_post() -> None:
    then = {"since": date(2026, 9, 1), "revoked_on": date(2026, 11, 1), "revoked_by": "Ines Calder"}
    before = by("9001", posted_at=datetime(2026, 10, 31, 20, tzinfo=UTC))
    # 6:59 in the morning of 1 November in London is still 31 October in the City
    still = by("9001", posted_at=datetime(2026, 11, 1, 6, 59, tzinfo=UTC))
    after = by("9001", posted_at=datetime(2026, 11, 1, 7, tzinfo=UTC))
    assert found(before, [grant(**then)]) == []
    assert found(still, [grant(**then)]) == []
    assert len(found(after, [grant(**then)])) == 1


def test_who_may_only_answer_may_comment_and_not_post() -> None:
    answers = [grant(authority=Authority.ANSWER)]
    comment = by("9001", kind=Kind.COMMENT, poster=THE_CITY)
    assert found(comment, answers) == []
    assert len(found(by("9001"), answers)) == 1


def test_a_name_of_somebody_authorized_is_a_hint_and_no_proof() -> None:
    (one,) = found(by("5555", "Jo Rivera"))
    assert one.weight is Weight.ADVICE
    assert "It may be jrivera" in one.next
    assert "“facebook:5555”" in one.next


def test_a_program_of_the_citys_papers_is_let_pass() -> None:
    assert found(by("4444", "Post Planner"), publishing_tools=("4444",)) == []


def test_thirty_comments_of_one_person_are_one_finding_a_week() -> None:
    ids = {
        one.id
        for number in range(30)
        for one in found(by("6666", kind=Kind.COMMENT, poster=THE_CITY, native_id=str(number)))
    }
    assert len(ids) == 1
    (next_week,) = found(by("6666", posted_at=datetime(2026, 11, 23, 20, tzinfo=UTC)))
    assert next_week.id not in ids


def test_a_residents_comment_and_a_post_that_names_nobody_say_nothing() -> None:
    assert found(by("6666", kind=Kind.COMMENT)) == []
    assert found(seen(payload=b'{"id": "1"}')) == []


def test_an_account_without_any_grant_is_left_to_the_review_of_access() -> None:
    assert found(by("6666"), []) == []
    assert found(by("6666"), [grant(account="x-palmaria")]) == []


def test_officials_publish_on_their_own_accounts_themselves() -> None:
    own = by("6666", account=MAYOR)
    assert found(own, [grant(account=MAYOR.slug)]) == []


def test_the_account_is_named_for_who_may_see_it() -> None:
    (one,) = found(by("6666"))
    assert (one.about, one.account, one.private) == (CITY.slug, CITY.slug, False)


def test_of_the_days_before_its_first_grant_the_register_says_nothing() -> None:
    before = by("9002", posted_at=datetime(2026, 8, 31, 20, tzinfo=UTC))
    first = by("9002", posted_at=datetime(2026, 9, 1, 20, tzinfo=UTC))
    assert found(before) == []
    assert len(found(first)) == 1
