"""How released bundles are to go: as the letter promised, as somebody of the office proposes."""

from __future__ import annotations

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion
from paloverde.installation.delivery_gates import Promise, days_promised, promised
from paloverde.installation.letters import Letters
from paloverde.installation.requests import Requests
from paloverde.installation.reviews import Reviews
from paloverde.requests.delivery import (
    MOST_DAYS,
    SERIES,
    Act,
    Proposed,
    Terms,
    refuse_role,
    refuse_terms,
    standing_proposal,
)
from paloverde.requests.events import Produced, Way
from paloverde.requests.request import Request
from paloverde.retention.holds import By
from paloverde.settings import Settings
from paloverde.steps import Step
from paloverde.wording import some

_AT_HAND = (Way.COUNTER, Way.DISC, Way.INSPECTION)  # whoever asked may stay unnamed
_NOBODY_NAMED = "whoever asked and gave no name"


class Proposals:
    """How the bundles of one installation's requests are to go, each by the number of its request."""

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        cabinet: Cabinet,
        requests: Requests,
        reviews: Reviews,
        letters: Letters,
    ) -> None:
        self._settings, self._vault, self._cabinet = settings, vault, cabinet
        self._requests, self._reviews, self._letters = requests, reviews, letters

    def terms(
        self,
        number: str,
        channel: Way | None = None,
        *,
        to: str = "",
        days: int = 0,
        downloads: int = 0,
        note: str = "",
        otherwise: str = "",
    ) -> Terms:
        """How a bundle is to be handed over. What is not given is what the letter promised, else the
        requester's contact or a setting.
        """
        promise = self.promise(number)
        channel = channel or (promise.delivery.way if promise else Way.LINK)
        to = to or self._asked_by(number, channel)
        made = Terms(channel=channel, to=to, note=note.strip(), otherwise=otherwise.strip())
        if channel is not Way.LINK:
            return made
        settings = self._settings
        needed = min(days_promised(promise, self._vault.clock()), MOST_DAYS)
        made = msgspec.structs.replace(
            made,
            days=days or max(needed, settings.delivery_days),
            downloads=downloads or settings.delivery_downloads,
        )
        refuse_terms(made)
        return made

    def promise(self, number: str) -> Promise | None:
        """How the letters told the requester that the copies come; None where none says that."""
        return promised(self._letters.sent(number))

    def _asked_by(self, number: str, channel: Way) -> str:
        """Whoever asked, by name and address; somebody who comes by may stay unnamed (Gov. Code 7921.300)."""
        asked = self._requests.get(number).received.requester
        named = ", ".join(filter(None, (asked.name, asked.contact)))
        if channel is Way.POSTED:
            return named or "everybody"
        return named or (_NOBODY_NAMED if channel in _AT_HAND else "")

    def propose(self, number: str, terms: Terms, by: By, bundle: str = "") -> Proposed:
        """File how a bundle is to go, for the second person; what stands in the way may stand yet."""
        refuse_role(by)
        refuse_terms(terms)
        made = chosen(self._requests.get(number), bundle)
        proposed = Proposed(by=by, at=self._vault.clock(), terms=terms, sha256=made.bundle.sha256)
        about = {"request": number, "bundle": proposed.sha256, "channel": terms.channel.value}
        self._cabinet.file(SERIES, number, proposed, what="delivery proposed", actor=by.actor, about=about)
        return proposed

    def proposal(self, number: str) -> Proposed | None:
        """How it is proposed to go: nothing was handed over since, and the bundle stands."""
        request, proposed = self._requests.get(number), standing_proposal(self.acts(number))
        made = request.bundle(proposed.sha256) if proposed else None
        return None if made is None or request.is_replaced(made) else proposed

    def acts(self, number: str) -> list[Act]:
        """Every agreement and every delivery of a request, oldest first."""
        self._requests.get(number)
        history = self._cabinet.history(SERIES, number)
        return [msgspec.json.decode(self._cabinet.bytes_of(filed), type=Act) for filed in history]


def chosen(request: Request, named: str) -> Produced:
    """The bundle whose hash begins so; without one, the last."""
    made = [one for one in request.all(Produced) if one.bundle.sha256.startswith(named.lower())]
    different = {one.bundle.sha256 for one in made}
    if not made or (named and len(different) > 1):
        found, build = some(len(different), "bundle"), Step.BUNDLE_PLAN.of(request.number)
        raise BadQuestion(
            f"{request.number} has {found} that are named so: build one ({build}), or give more of its hash."
        )
    return made[-1]
