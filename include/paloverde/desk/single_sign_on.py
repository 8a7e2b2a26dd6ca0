"""The way to the City's single sign-on and back, as the desk's own service serves it."""

from __future__ import annotations

import base64
import logging

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from paloverde.desk.attempts import Failures
from paloverde.desk.groups import NoRole
from paloverde.desk.newcomers import Newcomers
from paloverde.desk.oidc import Client, Issuer, NotProven, Way, new_way
from paloverde.desk.own_door import BACK, START, Cookie, OwnEntrance
from paloverde.desk.people import Person
from paloverde.desk.sign_in import Refused, own_page, place_of, refuse_guesses, sign_in_page
from paloverde.errors import Unreachable
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings

_WAY_SECONDS = 600  # from leaving for the issuer to coming back
_AWAY = "The City's sign-on does not answer just now. Try again in a minute; if it stays so, tell IT."
_AGAIN = "This sign-in was begun in another window or too long ago. Begin again."
_NO_STORE = {"Cache-Control": "no-store"}
_LOG = logging.getLogger(__name__)


class SingleSignOn:
    """Sends people to the issuer, and lets in whom it vouches for and who has a role."""

    def __init__(
        self,
        settings: Settings,
        entrance: OwnEntrance,
        newcomers: Newcomers,
        attempts: Failures,
        clock: Clock,
        cookie: Cookie,
    ) -> None:
        client = _client(settings)
        self._issuer = Issuer(client, loopback=settings.allow_loopback_sites, now=lambda: clock().timestamp())
        self._name, self._entrance, self._cookie = client.issuer, entrance, cookie
        self._newcomers, self._attempts = newcomers, attempts

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(START, self.start, methods=["GET"], response_model=None)
        router.add_api_route(BACK, self.back, methods=["GET"], response_model=None)
        return router

    def start(self, request: Request, next: str = "") -> Response:  # noqa: A002 - as the sign-in page has it
        """Off to the issuer, with secrets that only this browser can show again."""
        try:
            way = new_way()
            response = RedirectResponse(self._issuer.address(way), 303, headers=_NO_STORE)
        except Unreachable as error:
            return self._refused(request, next, error)
        self._cookie.give(request, response, _written(way, own_page(next)), _WAY_SECONDS)
        return response

    def back(self, request: Request) -> Response:
        """What came back: a person, or a page that says why not."""
        way, onward = _read(self._cookie.given(request))
        try:
            subject, person = self._arrived(way, dict(request.query_params), place_of(request))
        except (NotProven, NoRole, Unreachable, Refused) as error:
            response: Response = self._refused(request, onward, error)
        else:
            _LOG.info("%s signed in by single sign-on.", person.username)
            response = RedirectResponse(own_page(onward), 303, headers=_NO_STORE)
            self._entrance.open(request, response, person, subject)
        self._cookie.take(request, response)
        return response

    def _arrived(self, way: Way | None, answer: dict[str, str], place: str) -> tuple[str, Person]:
        """Who came back. An answer that proves nothing counts as a guess: the issuer was asked about it."""
        place = f"{place}, single sign-on"  # nobody who knows a password has to wait for it
        refuse_guesses(self._attempts, "", place)
        try:
            claims = self._issuer.identity(way, answer)
        except NotProven:
            self._attempts.failed("", place)
            raise
        return self._newcomers.arrive(self._name, claims)

    def _refused(self, request: Request, onward: str, error: Exception) -> Response:
        _LOG.warning("Single sign-on refused: %s", error)
        if isinstance(error, Refused):
            refused = error
        elif isinstance(error, Unreachable):
            refused = Refused(_AWAY, 503)
        else:
            refused = Refused(str(error) if isinstance(error, NoRole) else _AGAIN, 403)
        return sign_in_page(request, self._entrance, onward, refused=refused)


def _client(settings: Settings) -> Client:
    secret = settings.oidc_client_secret.reveal() if settings.oidc_client_secret else ""
    return Client(
        settings.oidc_issuer or "", settings.oidc_client_id or "", secret, f"{settings.desk_address}{BACK}"
    )


def _written(way: Way, onward: str) -> str:
    """A way as its cookie holds it; it ends with the page that was asked for."""
    return ".".join([*way, base64.urlsafe_b64encode(onward.encode()).decode().rstrip("=")])


def _read(text: str) -> tuple[Way | None, str]:
    """The way of a cookie and the page that it leads to; no way where the cookie is not one of ours."""
    state, _, rest = text.partition(".")
    nonce, _, rest = rest.partition(".")
    verifier, _, onward = rest.partition(".")
    if not (state and nonce and verifier):
        return None, ""
    try:
        page = base64.urlsafe_b64decode(onward + "=" * (-len(onward) % 4)).decode()
    except ValueError:
        return None, ""
    return Way(state, nonce, verifier), page
