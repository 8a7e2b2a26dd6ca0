"""The exact disclaimer on each page (V.B.6, P-47)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from paloverde.records import Account, Kind
from paloverde.retention.dossier import RemovalFact
from paloverde.retention.facts import ItemId
from paloverde.watch.accounts.disclaimer import DISCLAIMER as CHECK
from paloverde.watch.accounts.disclaimer import prescribed
from paloverde.watch.check import Weight
from paloverde.watch.registers.accounts import AccountClass
from townhall import DISCLAIMER, TODAY, asked, officials, papers, profile, version
from watching import CITY, CITY_ON_X, MAYOR, NOON, seen

YOUTUBE = Account("youtube-palmaria", "youtube", "UC1", "cityofpalmaria")
NEXTDOOR = Account("nextdoor-palmaria", "nextdoor", "77", "palmaria")
PINNED = f"{CITY_ON_X.slug}/post/55"


def test_the_prescribed_words_are_those_of_the_policy_with_the_citys_name() -> None:
    assert prescribed(version()) == DISCLAIMER
    assert prescribed(version(disclaimer="Other words.")) == "Other words."


@pytest.mark.parametrize(
    ("account", "payload"),
    [
        (CITY, {"about": "Welcome.", "general_info": f"Rules\n{DISCLAIMER}"}),
        (CITY, {"description": DISCLAIMER.replace("’", "'")}),
        (YOUTUBE, {"snippet": {"description": f"Council meetings. {DISCLAIMER}"}}),
    ],
)
def test_a_page_that_bears_the_words_is_in_order(account: Account, payload: dict[str, object]) -> None:
    assert asked(CHECK, profile(account, **payload), accounts=(account,)) == []


def test_one_changed_word_is_altered_with_the_difference() -> None:
    (found,) = asked(CHECK, profile(description=DISCLAIMER.replace("postings", "posts")))
    assert "altered in Description, as archived on Fri, Nov 20, 2026: “postings” reads “posts”." in found.said
    assert DISCLAIMER in found.next
    assert found.rule == "policy-versions/2026-03#1"
    assert found.about == CITY.slug


def test_the_name_of_another_city_is_altered() -> None:
    (found,) = asked(CHECK, profile(description=DISCLAIMER.replace("Palma Ria", "Palma Alta")))
    assert "“Ria” reads “Alta”" in found.said


def test_a_page_without_it_is_flagged_as_missing() -> None:
    (found,) = asked(CHECK, profile(about="Official page."))
    assert found.said.startswith("The disclaimer stands nowhere on the own page of facebook-palmaria")
    assert found.weight is Weight.WARNING


@pytest.mark.parametrize("account", [CITY_ON_X, NEXTDOOR])
def test_where_a_site_has_no_room_a_person_is_asked_for_the_place(account: Account) -> None:
    (found,) = asked(CHECK, profile(account, description="Official account."), accounts=(account,))
    assert f"no room for it at this site ({len(DISCLAIMER)} characters)" in found.said
    assert "pinned post or the banner" in found.next


def _x(text: str, **more: object) -> list[object]:
    own = papers(CITY_ON_X.slug, disclaimer_item=PINNED)
    entries = {"policy-versions": [version()], "account-papers": [own]}
    pinned = seen(text, account=CITY_ON_X, native_id="55")
    return [
        one.said
        for one in asked(CHECK, profile(CITY_ON_X), pinned, accounts=(CITY_ON_X,), entries=entries, **more)
    ]


def test_a_pinned_post_that_holds_it_is_read() -> None:
    assert _x(f"{DISCLAIMER} #PalmaRia") == []


def test_a_pinned_post_that_holds_other_words_is_not_enough() -> None:
    (said,) = _x(DISCLAIMER.replace("remove", "delete"))
    assert "altered in the pinned post" in str(said)
    assert "“remove” reads “delete”" in str(said)


def test_a_pinned_post_that_is_gone_is_missing() -> None:
    later = NOON + timedelta(days=1)
    gone = RemovalFact(ItemId(CITY_ON_X.slug, Kind.POST, "55"), later, later, "city", TODAY, "public", None)
    (said,) = _x(DISCLAIMER, removals=[gone])
    assert f"The post {PINNED}, which should hold it, does not, or is gone." in str(said)


def test_somebody_elses_post_does_not_hold_it() -> None:
    own = papers(disclaimer_item=f"{CITY.slug}/post/9")
    strangers = seen(DISCLAIMER, native_id="9", poster=seen(kind=Kind.COMMENT).poster)
    entries = {"policy-versions": [version()], "account-papers": [own]}
    assert len(asked(CHECK, profile(), strangers, entries=entries)) == 1


def test_a_persons_word_about_the_banner_counts_for_a_quarter() -> None:
    def found(on: date) -> list[object]:
        own = papers(CITY_ON_X.slug, disclaimer_place="the banner", disclaimer_seen_on=on)
        entries = {"policy-versions": [version()], "account-papers": [own]}
        return [*asked(CHECK, profile(CITY_ON_X), accounts=(CITY_ON_X,), entries=entries)]

    assert found(TODAY - timedelta(days=90)) == []
    assert len(found(TODAY - timedelta(days=91))) == 1
    assert len(found(TODAY + timedelta(days=1))) == 1  # a slip of the pen is no proof


def test_officials_own_accounts_need_none() -> None:
    entries = {
        "policy-versions": [version()],
        "account-papers": [officials(MAYOR.slug, AccountClass.OFFICIAL)],
    }
    assert asked(CHECK, profile(MAYOR), accounts=(MAYOR,), entries=entries) == []
    assert asked(CHECK, profile(MAYOR), accounts=(MAYOR,), entries={"policy-versions": [version()]}) == []


def test_a_closed_account_needs_none() -> None:
    entries = {
        "policy-versions": [version()],
        "account-papers": [papers(terminated_on=TODAY - timedelta(1))],
    }
    assert asked(CHECK, profile(), entries=entries) == []


def test_what_could_not_be_compared_is_said() -> None:
    (unknown,) = asked(CHECK, profile(description=DISCLAIMER), entries={})
    assert "No version of the policy is entered" in unknown.said
    (unseen,) = asked(CHECK)
    assert "nothing was compared" in unseen.said
    assert unseen.weight is Weight.ADVICE


def test_a_version_that_begins_later_is_not_asked_for_yet() -> None:
    next_one = version(version="2027-01", effective_on=date(2027, 1, 1), city_name="City of Palma Nova")
    entries = {"policy-versions": [version(), next_one], "account-papers": [papers()]}
    assert asked(CHECK, profile(description=DISCLAIMER), entries=entries) == []
    (found,) = asked(CHECK, profile(description=DISCLAIMER), entries=entries, day=date(2027, 1, 1))
    assert "“Nova” reads “Ria”" in found.said


def test_a_payload_that_is_no_profile_leaves_its_text() -> None:
    own = seen(DISCLAIMER, kind=Kind.PROFILE, native_id="1000", payload=b"\xff{not json")
    assert asked(CHECK, own) == []
