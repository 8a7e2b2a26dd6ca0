"""The policy was given and signed (I, V.A.6, V.A.14; P-03, P-16, P-27)."""

from __future__ import annotations

from datetime import date
from typing import Any

from paloverde.watch.people.acknowledged import ACKNOWLEDGED_POLICY as CHECK
from townhall import JO, SAM, TESS, TODAY, asked, grant, signed, version, whichs


def found(people: Any = (JO,), **entries: Any) -> list[Any]:
    told = {"people": list(people), "grants": [grant()], "policy-versions": [version()]}
    return asked(CHECK, entries=told | entries)


def test_who_signed_the_version_in_force_is_in_order() -> None:
    assert found(acknowledgements=[signed()]) == []


def test_who_may_post_and_never_signed_is_listed() -> None:
    (one,) = found()
    assert one.about == "people/jrivera"
    assert one.said.startswith(
        "Jo Rivera (jrivera) may post for the City, and no signature under version 2026-03"
    )
    assert one.said.endswith("Nor is one under an older version.")


def test_a_copy_that_was_only_given_is_not_signed() -> None:
    assert whichs(found(acknowledgements=[signed(signed_on=None, to_human_resources_on=None)])) == [
        "signed 2026-03"
    ]


def test_a_new_version_lists_everybody_who_signed_the_old_one() -> None:
    new = version(version="2026-11", effective_on=date(2026, 11, 1))
    everybody = {
        "policy-versions": [version(), new],
        "grants": [grant(), grant("slund")],
        "acknowledgements": [signed(), signed("slund")],
    }
    of = found((JO, SAM), **everybody)
    assert [one.about for one in of] == ["people/jrivera", "people/slund"]
    assert "Version 2026-03 was signed on Tue, Mar 3, 2026." in of[0].said


def test_a_grant_that_ended_asks_for_no_signature() -> None:
    ended = grant(revoked_on=TODAY, revoked_by="Ines Calder")
    assert whichs(found(grants=[ended])) == ["copies"]


def test_everybody_governed_is_listed_until_given_a_copy() -> None:
    left = type(SAM)(id="old", name="Old Hand", standing=SAM.standing, left_on=date(2026, 1, 1))
    (one,) = found((JO, SAM, TESS, left), acknowledgements=[signed()])
    assert one.said == (
        "2 people are governed by the policy, and no paper says that they were given version 2026-03: "
        "Sam Lund, Tess Duarte."
    )
    given = [
        signed(),
        *(signed(who, signed_on=None, to_human_resources_on=None) for who in ("slund", "tduarte")),
    ]
    assert found((JO, SAM, TESS), acknowledgements=given) == []


def test_the_original_and_the_own_device_are_asked_for() -> None:
    bare = signed(to_human_resources_on=None, uses_own_device=None)
    assert whichs(found(acknowledgements=[bare])) == ["original 2026-03", "device"]
    declared = type(JO)(id="jrivera", name="Jo Rivera", standing=JO.standing, uses_own_device=True)
    assert found((declared,), acknowledgements=[signed(uses_own_device=None)]) == []


def test_the_signed_paper_counts_before_a_later_copy() -> None:
    copy = signed(given_on=date(2026, 10, 1), signed_on=None, to_human_resources_on=None)
    assert found(acknowledgements=[signed(), copy]) == []


def test_without_a_version_it_says_that_nobody_can_tell() -> None:
    (one,) = asked(CHECK, entries={"grants": [grant()]})
    assert "No version of the policy is entered" in one.said
