"""A bundle goes out by two people's hands, by a link that is counted, and can be called back."""

from __future__ import annotations

import os
import threading
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from handover import ADDRESS, Handover, build
from paloverde.archive.papers import papers_of
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded, Suspicious
from paloverde.installation import Purpose, open_installation
from paloverde.installation.reviews import version_of
from paloverde.requests.delivery import Delivered
from paloverde.requests.events import Noted, Released, SignedOff, Way
from paloverde.requests.links import hash_of
from paloverde.requests.request import State
from paloverde.requests.review import Exempted, Verdict
from paloverde.requests.reviewing import Version
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import load
from requesthall import CLERK, COUNSEL, WORDS

MAX = By("Max Bell", "approver", "this test")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("built") / "city"
    return home, build(home)


@pytest.fixture
def hand(built: tuple[Path, str], tmp_path: Path) -> Handover:
    return Handover(*built, tmp_path)


def take(
    hand: Handover, secret: str, first: int = 0, last: int | None = None, sent: int | None = None
) -> bool:
    """Take bytes as the service does; False where the link opens nothing."""
    offer = hand.downloads.offer(secret)
    if offer is None:
        return False
    handing = hand.downloads.begin(secret, first, offer.size - 1 if last is None else last)
    if handing is None:
        return False
    hand.downloads.ended(handing, handing.last - handing.first + 1 if sent is None else sent)
    return True


def found(hand: Handover) -> dict[Version, Hit]:
    """What the request's search found."""
    (event,) = hand.city.requests.get(hand.number).searches
    return {version_of(hit): hit for hit in hand.city.requests.answer(event, CLERK).hits}


def test_the_summary_is_counted_in_the_bundle_itself(hand: Handover) -> None:
    summary = hand.city.deliveries.show(hand.number, hand.terms())
    assert summary.refusals == ()
    assert summary.bundle.name == f"{hand.number}-1.zip"
    assert summary.inside.records == 2
    assert summary.inside.redacted == 1
    assert summary.inside.withheld == 0
    assert summary.inside.accounts == {"x-palmaria": 2}
    assert len(summary.inside.statutes) == 1
    assert summary.letter == "Released in part, Wednesday, November 18, 2026"
    assert summary.prepared_by == "Cleo Park, clerk"
    assert summary.signed_by == "Ana Ruiz, counsel"
    assert WORDS not in "\n".join(summary.sentences())


def test_showing_files_nothing(hand: Handover) -> None:
    before = len(papers_of(hand.city.vault.books))
    hand.city.deliveries.show(hand.number, hand.terms())
    assert len(papers_of(hand.city.vault.books)) == before


def test_a_link_needs_two_people_and_is_told_in_the_file_of_the_request(hand: Handover) -> None:
    with pytest.raises(PersonNeeded, match="Nobody has agreed"):
        hand.city.deliveries.link(hand.number, CLERK)
    terms = hand.terms()
    seen = hand.city.deliveries.show(hand.number, terms).sha256
    with pytest.raises(PersonNeeded, match="put this bundle together"):
        hand.city.deliveries.agree(hand.number, terms, seen, CLERK)
    hand.city.deliveries.agree(hand.number, terms, seen, COUNSEL)
    issued = hand.city.deliveries.link(hand.number, CLERK)
    assert issued.address.startswith(f"{ADDRESS}/r/")
    request = hand.city.requests.get(hand.number)
    assert [one.by for one in request.all(SignedOff)] == [COUNSEL]
    assert [one.way for one in request.all(Released)] == ["by a private link"]
    assert request.state is State.PRODUCING


def test_what_is_proposed_is_what_a_third_person_agrees_to(hand: Handover) -> None:
    deliveries = hand.city.deliveries
    assert deliveries.proposal(hand.number) is None
    terms = msgspec.structs.replace(hand.terms(days=30, downloads=5), note="A slow line")
    deliveries.propose(hand.number, terms, COUNSEL)
    proposal = deliveries.proposal(hand.number)
    assert proposal is not None
    assert (proposal.terms, proposal.by) == (terms, COUNSEL)
    for other, by, words in (
        (terms, COUNSEL, "proposed that it goes so"),
        (hand.terms(), MAX, "Ana Ruiz proposed otherwise"),
    ):
        seen = deliveries.show(hand.number, other).sha256
        with pytest.raises(PersonNeeded, match=words):
            deliveries.agree(hand.number, other, seen, by)
    summary = deliveries.show(hand.number, terms)
    assert "To whoever agrees: A slow line." in list(summary.sentences())
    deliveries.agree(hand.number, terms, summary.sha256, MAX)
    link = deliveries.link(hand.number, CLERK).link
    assert (link.downloads, link.expires_at - link.at) == (5, timedelta(days=30))
    assert deliveries.proposal(hand.number) is None  # it was used


def test_only_the_office_proposes_and_only_what_a_link_can_be(hand: Handover) -> None:
    with pytest.raises(PersonNeeded, match="hands records over"):
        hand.city.deliveries.propose(hand.number, hand.terms(), MAX)
    too_long = msgspec.structs.replace(hand.terms(), days=61)
    with pytest.raises(BadQuestion, match="1 to 60 days"):
        hand.city.deliveries.propose(hand.number, too_long, CLERK)


def test_somebody_who_gave_no_name_gets_the_copies_at_the_counter(hand: Handover) -> None:
    for way in (Way.COUNTER, Way.DISC, Way.INSPECTION, Way.POSTED):
        summary = hand.city.deliveries.show(hand.number, hand.city.deliveries.terms(hand.number, way))
        assert summary.refusals == (), way
    terms = hand.city.deliveries.terms(hand.number, Way.COUNTER)
    assert terms.to == "whoever asked and gave no name"
    by_mail = hand.city.deliveries.show(hand.number, hand.city.deliveries.terms(hand.number, Way.LETTER))
    assert "It is not said to whom it goes" in " ".join(by_mail.refusals)


def test_an_agreement_is_good_for_one_link(hand: Handover) -> None:
    hand.link()
    with pytest.raises(PersonNeeded, match="Nobody has agreed"):
        hand.city.deliveries.link(hand.number, CLERK)
    second = hand.city.deliveries.show(hand.number, hand.terms())
    assert second.before == 1
    assert hand.link().link.secret_sha256 != hand.city.deliveries.links(hand.number)[0].link.secret_sha256


def test_of_two_who_give_out_a_link_at_the_same_moment_one_is_refused(hand: Handover) -> None:
    hand.agree(hand.terms())
    got: list[str] = []

    def give() -> None:
        try:
            got.append(hand.city.deliveries.link(hand.number, CLERK).address)
        except (PersonNeeded, Suspicious):
            got.append("")

    threads = [threading.Thread(target=give) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, got)) == [False, False, True]
    assert len(hand.city.deliveries.links(hand.number)) == 1
    assert len(hand.city.requests.get(hand.number).all(Released)) == 1


def test_an_agreement_no_longer_counts_where_the_review_changed(hand: Handover) -> None:
    hand.agree(hand.terms())
    review = hand.city.reviews.get(hand.number)
    hits = found(hand)
    third = next(
        one.decision for one in review.standing.values() if one.decision.verdict is Verdict.NOT_RESPONSIVE
    )
    other = msgspec.structs.replace(third, verdict=Verdict.RESPONSIVE)
    hand.city.reviews.decide(hand.number, [other], hits, CLERK)
    with pytest.raises(PersonNeeded, match=r"has changed since.*decisions sha256"):
        hand.city.deliveries.link(hand.number, CLERK)
    hand.now += timedelta(hours=1)
    hand.city.reviews.sign(hand.number, hits, COUNSEL)
    assert "signed after this bundle was built" in " ".join(
        hand.city.deliveries.show(hand.number, hand.terms()).refusals
    )
    assert hand.city.requests.get(hand.number).all(Released) == []


def test_an_officials_home_bars_the_link_and_not_the_counter(hand: Handover) -> None:
    review = hand.city.reviews.get(hand.number)
    hits = found(hand)
    given = next(
        one.decision for one in review.standing.values() if one.decision.verdict is Verdict.RESPONSIVE
    )
    home = Exempted("EX-HOME", {"official": "A member of the council"})
    marked = msgspec.structs.replace(given, exempted=(home,))
    hand.city.reviews.decide(hand.number, [marked], hits, CLERK)
    barred = "7928.205"
    assert barred in " ".join(hand.city.deliveries.show(hand.number, hand.terms()).refusals)
    counter = hand.city.deliveries.show(hand.number, hand.terms(Way.COUNTER))
    assert barred not in " ".join(counter.refusals)


@pytest.mark.parametrize(
    ("address", "told"),
    [(None, "IT sets PALOVERDE_DELIVERY_ADDRESS"), ("http://records.palmaria.example", "https only")],
)
def test_without_a_safe_public_address_there_is_no_link(
    built: tuple[Path, str], tmp_path: Path, address: str | None, told: str
) -> None:
    hand = Handover(*built, tmp_path, address)
    assert told in " ".join(hand.city.deliveries.show(hand.number, hand.terms()).refusals)
    with pytest.raises(PersonNeeded, match=told):
        hand.agree(hand.terms())


def test_at_the_counter_is_recorded_with_the_same_agreement(hand: Handover) -> None:
    deliveries = hand.city.deliveries
    with pytest.raises(PersonNeeded, match="Nobody has agreed"):
        deliveries.record(hand.number, Way.COUNTER, CLERK)
    hand.agree(hand.terms(Way.COUNTER))
    with pytest.raises(PersonNeeded, match="Nobody has agreed"):
        deliveries.link(hand.number, CLERK)
    deliveries.record(hand.number, Way.COUNTER, CLERK, date(2026, 11, 18), "She signed for it")
    released = hand.city.requests.get(hand.number).all(Released)
    assert [(one.way, one.note) for one in released] == [("at the counter", "She signed for it")]
    assert [act.channel for act in deliveries.acts(hand.number) if isinstance(act, Delivered)] == [
        Way.COUNTER
    ]
    assert deliveries.links(hand.number) == []


def test_a_day_to_come_is_refused_and_the_agreement_stays(hand: Handover) -> None:
    hand.agree(hand.terms(Way.DISC))
    with pytest.raises(BadQuestion, match="today is"):
        hand.city.deliveries.record(hand.number, Way.DISC, CLERK, date(2026, 12, 24))
    hand.city.deliveries.record(hand.number, Way.DISC, CLERK)


def test_it_refuses_an_outsider(hand: Handover) -> None:
    ivo = By("Ivo Lang", "it", "this test")
    hand.agree(hand.terms())
    with pytest.raises(PersonNeeded, match="hands records over"):
        hand.city.deliveries.link(hand.number, ivo)
    with pytest.raises(PersonNeeded, match="hands records over"):
        hand.city.deliveries.revoke(hand.number, "I say so", ivo)


def test_the_secret_of_a_link_is_nowhere(hand: Handover) -> None:
    secret = hand.secret()
    take(hand, secret)
    kept = [path for path in hand.home.rglob("*") if path.is_file()]
    assert [path for path in kept if secret.encode() in path.read_bytes()] == []
    assert any(hash_of(secret).encode() in path.read_bytes() for path in kept)


def test_what_is_handed_out_is_the_bundle_and_is_counted_before_it_goes(hand: Handover) -> None:
    secret = hand.secret(downloads=2)
    offer = hand.downloads.offer(secret)
    assert offer is not None
    handing = hand.downloads.begin(secret, 0, offer.size - 1)
    assert handing is not None
    left = hand.downloads.offer(secret)
    assert left is not None
    assert left.left == 1
    assert os.pread(handing.file, offer.size, 0) == (hand.home / "response.zip").read_bytes()
    hand.downloads.ended(handing, offer.size)
    (state,) = hand.city.deliveries.links(hand.number)
    assert [one.is_whole for one in state.downloads] == [True]


def test_unknown_expired_revoked_and_used_up_links_open_nothing(hand: Handover) -> None:
    assert not take(hand, "A" * 43)
    used = hand.secret(downloads=1)
    assert take(hand, used)
    assert not take(hand, used)
    old = hand.secret(days=1)
    hand.now += timedelta(days=1)
    assert not take(hand, old)
    revoked = hand.secret()
    hand.city.deliveries.revoke(hand.number, "A privileged letter was in it", COUNSEL)
    assert not take(hand, revoked)


def test_calling_back_tells_who_had_downloaded_when(hand: Handover) -> None:
    secret = hand.secret()
    take(hand, secret, sent=10)
    states = hand.city.deliveries.revoke(hand.number, "A privileged letter was in it", COUNSEL)
    told = "\n".join(line for state in states for line in state.sentences(hand.now))
    assert "broken off after 10 of" in told
    assert "Revoked by Ana Ruiz" in told
    (note,) = hand.city.requests.get(hand.number).all(Noted)
    assert "1 link was revoked" in note.note
    with pytest.raises(BadQuestion, match="has no such link"):
        hand.city.deliveries.revoke(hand.number, "Again", COUNSEL, "ffff")
    with pytest.raises(BadQuestion, match="Say why"):
        hand.city.deliveries.revoke(hand.number, " ", COUNSEL)


def test_a_download_on_its_way_is_broken_off_by_revoking(hand: Handover) -> None:
    secret = hand.secret()
    handing = hand.downloads.begin(secret, 0, 9)
    assert handing is not None
    assert hand.downloads.goes_on(handing)
    hand.city.deliveries.revoke(hand.number, "A privileged letter was in it", COUNSEL)
    assert not hand.downloads.goes_on(handing)
    hand.downloads.ended(handing, 5)


def test_many_at_the_same_moment_get_no_more_than_the_link_allows(hand: Handover) -> None:
    secret, got = hand.secret(downloads=2), []
    threads = [threading.Thread(target=lambda: got.append(take(hand, secret))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True, True]


def test_a_damaged_bundle_is_not_sent_and_not_counted(hand: Handover) -> None:
    secret = hand.secret()
    (file,) = (hand.home / "archive" / "bundles").rglob("*.zip")
    file.chmod(0o600)
    file.write_bytes(b"X" + file.read_bytes()[1:])
    with pytest.raises(ArchiveDamaged):
        hand.downloads.begin(secret, 0, 9)
    (state,) = hand.city.deliveries.links(hand.number)
    assert state.downloads == []
    assert list(hand.served.glob("*")) == []


def test_links_and_their_downloads_outlive_a_lost_database(hand: Handover) -> None:
    secret = hand.secret()
    take(hand, secret)
    (hand.home / "state.db").unlink()
    settings = load(hand.settings)
    open_installation(settings, hand.clock, purpose=Purpose.REBUILD).rebuild(lambda _: None)
    city = open_installation(settings, hand.clock, purpose=Purpose.WORK)
    (state,) = city.deliveries.links(hand.number)
    assert (state.left, [one.is_whole for one in state.downloads]) == (9, [True])
