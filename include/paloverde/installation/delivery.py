"""Handing released bundles over: shown, agreed to by a second person, then by a link or in another way.

Whatever is filed here is also told in the file of the request: a second person's agreement signs the bundle
off, and handing over releases it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from paloverde.errors import BadQuestion
from paloverde.installation.delivery_gates import (
    Outgoing,
    broken,
    in_the_way,
    of_the_address,
)
from paloverde.installation.outgoing import acts_of, bundle_of, inside_of
from paloverde.installation.proposals import Proposals, chosen
from paloverde.records import archive_day
from paloverde.requests.delivery import (
    SERIES,
    Agreed,
    Delivered,
    Summary,
    Terms,
    agreement,
    refuse_agreement,
    refuse_changed,
    refuse_role,
)
from paloverde.requests.drafting import TITLES
from paloverde.requests.events import Noted, Released, SignedOff, Way
from paloverde.requests.letters import Determination
from paloverde.requests.links import PATH, Link, LinkState, Revoked, hash_of, new_secret, state_of
from paloverde.requests.links import SERIES as LINKS
from paloverde.requests.sending import Sent
from paloverde.retention.holds import By
from paloverde.steps import Step
from paloverde.wording import some, spoken


class Issued(msgspec.Struct, frozen=True):
    """A link that was given out. `address` holds its secret: it is told once and kept nowhere."""

    address: str
    link: Link


class _Ready(NamedTuple):
    """What handing over needs: the agreement, its paper's number, how many papers there are, the event."""

    agreed: Agreed
    agreement: int
    papers: int
    event: Released


class Deliveries(Proposals):
    """The deliveries of one installation, each by the number of its request."""

    def show(self, number: str, terms: Terms, bundle: str = "") -> Summary:
        """What is about to be sent, in numbers and names, and what stands in its way. Nothing is filed.

        The numbers are counted in the bundle itself, read from the archive and checked. `bundle` is the
        beginning of its hash; without one, the last. `BadQuestion` where there is no such bundle.
        """
        request, review = self._requests.get(number), self._reviews.get(number)
        made = chosen(request, bundle)
        stored = bundle_of(self._cabinet, number, made.bundle.sha256)
        held = inside_of(self._vault.store, stored)
        letter = self._determination(number)
        signed = review.signature
        return Summary(
            number=number,
            terms=terms,
            instalment=made.instalment,
            bundle=made.bundle,
            size=stored.size,
            inside=held,
            letter=f"{TITLES[letter.kind]}, {spoken(letter.letter.day)}" if letter else "",
            letter_sha256=letter.documents[0].sha256 if letter else "",
            prepared_by=f"{made.by.name}, {made.by.role}",
            prepared_at=made.at,
            signed_by=f"{signed.by.name}, {signed.by.role}" if signed else "",
            decisions_sha256=review.decisions_sha256,
            accepted=made.accepted,
            unread=made.unread,
            before=sum(one.sha256 == made.bundle.sha256 for one in request.all(Released)),
            refusals=tuple(self._refusals(Outgoing(request, review, made, terms, held, letter))),
        )

    def agree(self, number: str, terms: Terms, seen: str, by: By, bundle: str = "") -> Agreed:
        """File that a second person agrees to what they saw: `seen` is the beginning of the summary's hash.

        `PersonNeeded` where that person put the bundle together, may not, or something stands in the way;
        `BadQuestion` where it is not what would go out now.
        """
        summary = self.show(number, terms, bundle)
        request = self._requests.get(number)
        prepared_by = chosen(request, summary.bundle.sha256).by
        refuse_agreement(summary, seen, by, prepared_by, self.proposal(number))
        agreed = Agreed(by=by, at=self._vault.clock(), summary=summary, summary_sha256=summary.sha256)
        about = {"request": number, "summary": agreed.summary_sha256, "bundle": summary.bundle.sha256}
        self._cabinet.file(SERIES, number, agreed, what="delivery agreed to", actor=by.actor, about=about)
        if not request.is_signed_off(summary.bundle.sha256):
            self._requests.file(number, SignedOff(by=by, at=agreed.at, sha256=summary.bundle.sha256))
        return agreed

    def link(self, number: str, by: By) -> Issued:
        """Give out a link by the agreement that stands; its address is told here and never again.

        `PersonNeeded` where nobody has agreed, or what they agreed to has changed.
        """
        ready = self._ready(number, Way.LINK, by)
        secret, now, summary = new_secret(), self._vault.clock(), ready.agreed.summary
        link = Link(
            secret_sha256=hash_of(secret),
            number=number,
            bundle=summary.bundle,
            size=summary.size,
            by=by,
            at=now,
            expires_at=now + timedelta(days=summary.terms.days),
            downloads=summary.terms.downloads,
        )
        about = {"request": number, "expires": link.expires_at.isoformat()}
        self._cabinet.file(
            LINKS, link.secret_sha256, link, what="link given out", actor=by.actor, about=about, after=0
        )
        self._hand_over(ready, by, link.secret_sha256)
        return Issued(f"{self._settings.delivery_address}{PATH}{secret}", link)

    def record(self, number: str, channel: Way, by: By, on: date | None = None, note: str = "") -> Agreed:
        """Note that a bundle was handed over in another way than by a link, as agreed."""
        if channel is Way.LINK:
            raise BadQuestion(f"A link is given out by {Step.LINK.of(number)}, which notes it.")
        ready = self._ready(number, channel, by, on, note)
        self._hand_over(ready, by)
        return ready.agreed

    def revoke(self, number: str, why: str, by: By, named: str = "") -> list[LinkState]:
        """Close the links of a request (rulebook R-21), or the one whose hash begins so; how all of them
        stand, with every download. `BadQuestion` where none is named so, or no reason is given.
        """
        refuse_role(by)
        if not why.strip():
            raise BadQuestion("Say why the links are revoked: it stands in the file of the request.")
        wanted = [one for one in self.links(number) if one.link.secret_sha256.startswith(named.lower())]
        if not wanted:
            raise BadQuestion(f"{number} has no such link: {Step.DELIVERIES.of(number)} names them.")
        for state in wanted:
            if state.revoked is None:
                act = Revoked(by=by, at=self._vault.clock(), why=why)
                about = {"request": number, "why": why}
                self._cabinet.file(
                    LINKS, state.link.secret_sha256, act, what="link revoked", actor=by.actor, about=about
                )
        told = f"{some(len(wanted), 'link was', 'links were')} revoked: {why}"
        self._requests.file(number, Noted(by=by, at=self._vault.clock(), note=told))
        return self.links(number)

    def links(self, number: str) -> list[LinkState]:
        """Every link of a request as it stands, oldest first."""
        hashes = [act.link for act in self.acts(number) if isinstance(act, Delivered) and act.link]
        found = (state_of(acts_of(self._cabinet, one)) for one in hashes)
        return [state for state in found if state is not None]

    # Inside

    def _ready(self, number: str, channel: Way, by: By, on: date | None = None, note: str = "") -> _Ready:
        """The agreement that stands, looked at again, and the event that handing over by it is."""
        refuse_role(by)
        acts, request = self.acts(number), self._requests.get(number)
        at, agreed = agreement(acts, number, channel)
        summary = agreed.summary
        refuse_changed(agreed, self.show(number, summary.terms, summary.bundle.sha256))
        now = self._vault.clock()
        event = Released(
            by=by,
            at=now,
            note=note,
            sha256=summary.bundle.sha256,
            way=channel,
            released_on=on or archive_day(now),
        )
        if told := self._requests.refusal(request, event):
            raise BadQuestion(told)
        return _Ready(agreed, at, len(acts), event)

    def _hand_over(self, ready: _Ready, by: By, link: str = "") -> None:
        """Use the agreement, once: whoever is second at the same moment is refused, and their link is told
        to nobody.
        """
        summary, event = ready.agreed.summary, ready.event
        act = Delivered(
            by=by,
            at=event.at,
            agreement=ready.agreement,
            summary_sha256=ready.agreed.summary_sha256,
            sha256=summary.bundle.sha256,
            channel=summary.terms.channel,
            to=summary.terms.to,
            link=link,
            note=event.note,
        )
        about = {"request": summary.number, "bundle": act.sha256, "channel": act.channel.value}
        self._cabinet.file(
            SERIES,
            summary.number,
            act,
            what="bundle delivered",
            actor=by.actor,
            about=about,
            after=ready.papers,
        )
        self._requests.file(summary.number, event)

    def _refusals(self, out: Outgoing) -> Iterator[str]:
        """Everything that stands in the way, each as a sentence that says what to do."""
        yield from in_the_way(out, archive_day(self._vault.clock()))
        yield from broken(self.promise(out.request.number), out.terms, self._vault.clock())
        if out.terms.channel is Way.LINK:
            yield from of_the_address(self._settings.delivery_address)

    def _determination(self, number: str) -> Sent | None:
        """The determination that was sent last."""
        sent = [one for one in self._letters.sent(number) if isinstance(one.letter.body, Determination)]
        return sent[-1] if sent else None
