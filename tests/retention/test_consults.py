"""Officials' accounts: a deletion before both were consulted raises an alert, once, and stays one (V.E.4(d))."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import ACCOUNT
from paloverde.archive.rebuild import rebuild
from paloverde.errors import BadQuestion
from paloverde.records import Account, Holder, Kind
from paloverde.retention.consults import Consulted, Standing, Ticket, alert_of, is_bound, standing
from paloverde.retention.dossier import Alerted, FiledPaper, Settled
from paloverde.state.tables import ITEMS
from paloverde.wording import short_moment
from retention.removals import NOW, OFFICIAL, REMOVED_AT, Office, at, fact, gone

WHO = "R. Quintero"
P1 = f"{ACCOUNT}/post/1"
times = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda passed: at("2025-01-01") + passed)
consulted = st.one_of(st.none(), st.builds(Consulted, times, st.just(WHO), times))
tickets = st.builds(
    Ticket, st.just("C-1"), st.just(P1), times, st.just(WHO), city_manager=consulted, city_attorney=consulted
)
settled = st.builds(Settled, st.sampled_from(["city", "author", "platform", "privacy"]), st.just("a log"))


def paper(of: Settled | Alerted) -> FiledPaper:
    return FiledPaper(1, NOW, WHO, of)


@given(tickets)
def test_only_a_consultation_of_both_up_to_the_deletion_comes_before_it(ticket: Ticket) -> None:
    found, _ = standing(fact(), [ticket])
    both = ticket.city_manager is not None and ticket.city_attorney is not None
    assert (found is Standing.PARTIAL) == (not both)
    consulted = [ticket.city_manager, ticket.city_attorney]
    before = all(one is not None and one.at <= REMOVED_AT for one in consulted)
    written = [ticket.opened_at, *(one.noted_at for one in consulted if one is not None)]
    in_time = max(written) <= REMOVED_AT
    assert (found is Standing.PRIOR) == (before and in_time)
    assert (found is Standing.AFTERWARDS) == (before and not in_time)


@given(tickets)
def test_a_consultation_before_the_item_was_posted_answers_nothing(ticket: Ticket) -> None:
    one = fact(posted_at=REMOVED_AT - timedelta(hours=2))
    found = alert_of(one, [paper(Alerted(one.confirmed_at, "x"))], [ticket])
    assert found is not None
    consulted = [ticket.city_manager, ticket.city_attorney]
    if any(each is None or each.at < REMOVED_AT - timedelta(hours=2) for each in consulted):
        assert found[0].is_open


def test_the_line_says_who_noted_what_when_and_what_came_after_the_deletion() -> None:
    late, early = REMOVED_AT + timedelta(days=2), REMOVED_AT - timedelta(days=3)
    ticket = Ticket(
        "C-1", P1, late, WHO, city_manager=Consulted(early, "R. Q.", late),
        city_attorney=Consulted(REMOVED_AT - timedelta(minutes=5), "R. Q.", late),
    )  # fmt: skip
    one = fact(posted_at=REMOVED_AT - timedelta(days=1))
    found = alert_of(one, [], [ticket])
    assert found is not None
    assert (found[0].standing, found[0].is_open) == (Standing.EARLY, True)
    said = found[0].sentence
    assert (
        f": OPEN: {Standing.EARLY.value} (ticket C-1, opened by {WHO} {short_moment(late)}, AFTER THE DELETION;"
        in said
    )
    assert (
        f"City Manager consulted {short_moment(early)}, BEFORE THE ITEM WAS POSTED, noted by R. Q. {short_moment(late)}"
        in said
    )
    assert said.count("AFTER THE DELETION") == 3


@given(st.lists(tickets, max_size=4))
def test_the_best_of_several_tickets_counts_in_any_order(several: list[Ticket]) -> None:
    found, _ = standing(fact(), several)
    assert found is standing(fact(), several[::-1])[0]
    if any(standing(fact(), [one])[0] is Standing.PRIOR for one in several):
        assert found is Standing.PRIOR
    assert (found is Standing.NONE) == (not several)


@given(
    st.lists(tickets, max_size=3), st.lists(settled, max_size=2), st.booleans(), st.sampled_from(list(Kind))
)
def test_an_alert_that_was_raised_never_goes_away_and_none_is_raised_twice(
    several: list[Ticket], causes: list[Settled], raised: bool, kind: Kind
) -> None:
    one = fact(kind=kind)
    papers = [paper(cause) for cause in causes] + [paper(Alerted(one.confirmed_at, "x"))] * raised
    found = alert_of(one, papers, several)
    if raised:
        assert found is not None
        assert not found[1]
    elif found is not None:
        assert found[1]
        assert is_bound(one, papers)
        assert found[0].standing is not Standing.PRIOR


@given(st.lists(tickets, max_size=3))
def test_a_late_consultation_answers_the_alert_and_does_not_take_it_back(several: list[Ticket]) -> None:
    found = alert_of(fact(), [paper(Alerted(REMOVED_AT, "x"))], several)
    assert found is not None
    assert found[0].is_open == all(one.lacks for one in several)


def test_what_others_removed_and_private_messages_are_not_bound_by_the_rule() -> None:
    assert is_bound(fact(cause="city"))
    assert is_bound(fact(cause="undetermined"))
    assert not is_bound(fact(cause="author"))
    assert not is_bound(fact(cause="platform"))
    assert not is_bound(fact(kind=Kind.MESSAGE))
    assert not is_bound(fact(cause="undetermined"), [paper(Settled("author", "her own account"))])
    assert is_bound(fact(cause="author"), [paper(Settled("city", "the official's log"))])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(
        tmp_path, [gone("1", kind="post", permalink="https://example.org/1"), gone("2", cause="author")]
    )
    office.official()
    return office


def test_a_deletion_without_a_ticket_raises_one_alert(office: Office) -> None:
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == (P1,)
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == (P1,)
    (event,) = office.events("deleted without consultation")
    assert (event["item"], event["account"]) == (P1, ACCOUNT)
    (alert,) = office.dossiers.consults.alerts()
    assert alert.is_open
    rebuild(office.vault.store, office.vault.books, lambda _: None)
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == (P1,)
    assert len(office.events("deleted without consultation")) == 1


def test_the_same_deletion_on_the_citys_own_account_raises_none(tmp_path: Path) -> None:
    office = Office(tmp_path, [gone("1", kind="post")])
    city = msgspec.structs.replace(OFFICIAL, holder=Holder.CITY)
    office.official(city)
    assert office.dossiers.consults.raise_alerts(city) == ()
    assert office.dossiers.consults.alerts() == []
    assert office.events("deleted without consultation") == []


@pytest.mark.parametrize("about", ["https://example.org/1", P1])
def test_a_ticket_with_both_consultations_before_the_deletion_raises_no_alert(
    office: Office, about: str
) -> None:
    known(office)
    office.now = REMOVED_AT - timedelta(hours=1)
    ticket = office.dossiers.consults.open(about, WHO)
    before = REMOVED_AT - timedelta(hours=3)
    office.dossiers.consults.note(ticket.id, WHO, city_manager=before)
    office.dossiers.consults.note(ticket.id, WHO, city_attorney=before)
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == ()
    assert office.events("deleted without consultation") == []


def test_a_ticket_that_is_matched_afterwards_answers_and_a_late_one_says_so(office: Office) -> None:
    known(office)
    office.dossiers.consults.raise_alerts(OFFICIAL)
    ticket = office.dossiers.consults.open(P1, WHO)
    office.dossiers.consults.note(ticket.id, WHO, city_manager=REMOVED_AT - timedelta(days=1))
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == (P1,)
    office.dossiers.consults.note(ticket.id, WHO, city_attorney=REMOVED_AT + timedelta(days=1))
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == ()
    (alert,) = office.dossiers.consults.alerts()
    assert (alert.standing, alert.is_open) == (Standing.LATE, False)
    assert alert.ticket is not None
    assert alert.ticket.id == ticket.id


def test_what_is_written_down_only_afterwards_raises_the_alert_all_the_same(office: Office) -> None:
    known(office)
    ticket = office.dossiers.consults.open(P1, WHO)
    before = REMOVED_AT - timedelta(hours=3)
    office.dossiers.consults.note(ticket.id, WHO, city_manager=before, city_attorney=before)
    assert office.dossiers.consults.raise_alerts(OFFICIAL) == ()
    (event,) = office.events("deleted without consultation")
    assert event["standing"] == Standing.AFTERWARDS.value
    assert office.dossiers.consults.deletions([ticket])[ticket.id].item.native_id == "1"


def test_a_consultation_before_the_item_was_posted_is_refused(office: Office) -> None:
    known(office)
    posted = REMOVED_AT - timedelta(hours=2)
    with office.vault.books.begin() as connection:
        connection.execute(ITEMS.update().values(posted_at=posted))
    ticket = office.dossiers.consults.open(P1, WHO)
    with pytest.raises(BadQuestion, match=r"was posted .* Nothing was noted"):
        office.dossiers.consults.note(ticket.id, WHO, city_attorney=posted - timedelta(minutes=1))
    noted = office.dossiers.consults.note(ticket.id, WHO, city_attorney=posted)
    assert noted.city_attorney == Consulted(posted, WHO, office.now)


def test_a_consultation_that_is_still_to_come_is_refused(office: Office) -> None:
    known(office)
    ticket = office.dossiers.consults.open(P1, WHO)
    with pytest.raises(BadQuestion, match="has not come yet"):
        office.dossiers.consults.note(ticket.id, WHO, city_manager=office.now + timedelta(minutes=1))
    with pytest.raises(BadQuestion, match="There is no ticket"):
        office.dossiers.consults.note("C-1999-0001", WHO, note="x")


def test_a_ticket_says_how_the_content_is_kept_and_is_refused_where_it_is_not(office: Office) -> None:
    with pytest.raises(BadQuestion, match="not in the archive yet"):
        office.dossiers.consults.open(f"{ACCOUNT}/post/never-seen", WHO)
    known(office)
    assert "sealed run 1" in office.dossiers.consults.open(P1, WHO).captured


def test_tickets_are_numbered_by_the_year(office: Office) -> None:
    ids = [office.dossiers.consults.open("https://example.org/1", WHO).id for _ in range(2)]
    assert ids == ["C-2026-0001", "C-2026-0002"]
    office.now += timedelta(days=365)
    assert office.dossiers.consults.open("https://example.org/1", WHO).id == "C-2027-0001"


def test_a_second_deletion_of_what_had_come_back_is_an_alert_of_its_own(tmp_path: Path) -> None:
    again = gone("1", kind="post", removed_at=REMOVED_AT + timedelta(days=5))
    office = Office(tmp_path, [gone("1", kind="post"), again])
    office.official()
    office.dossiers.consults.raise_alerts(OFFICIAL)
    office.dossiers.consults.raise_alerts(OFFICIAL)
    assert len(office.events("deleted without consultation")) == 2
    assert len(office.dossiers.consults.alerts()) == 2


def test_an_account_that_is_registered_again_as_an_officials_is_one(office: Office) -> None:
    account = Account("facebook-other", "facebook", "100300", "other")
    office.official(account)
    assert office.dossiers.consults.alerts("facebook-other") == []
    office.official(msgspec.structs.replace(account, holder=Holder.OFFICIAL))
    assert "facebook-other" in office.dossiers.consults._officials()


def known(office: Office) -> None:
    """The register knows the item, as after the night that saw it."""
    with office.vault.books.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO items (account, kind, native_id, stream, within, version_sha256, record_sequence, state,"
            f" first_seen, last_seen, looked_at) VALUES ('{ACCOUNT}', 'post', '1', 'posts', '', 'v', 1, 'removed',"
            " 1, 1, 1)"
        )
