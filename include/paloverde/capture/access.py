"""How an installation gets at each account's site: with which token, by which line, and for how long yet."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine

from paloverde.errors import CredentialDead
from paloverde.platforms.conversation import Clock, Platform
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.linkedin.versions import version_dies
from paloverde.platforms.network import Http, Limits, Transport
from paloverde.platforms.purse import SharedPurse
from paloverde.platforms.renewal import DAY, hindrance, renewals
from paloverde.platforms.renewer import Renewer
from paloverde.platforms.runway import GRAPH_VERSIONS, End, token_ends, version_end
from paloverde.records import Account
from paloverde.settings import Settings
from paloverde.state.budgets import Budgets
from paloverde.state.credentials import Credentials, Kept

_MIB = 1024 * 1024
_TOKEN_SECONDS = 20.0  # while a token is renewed, SQLite lets no other process write
_ON_THE_GRAPH = ("facebook", "instagram")


class Access:
    """The kept tokens, their renewal, the shared budgets, and the lines that use them.

    Lines reach the sites by a `transport` and wait by `sleep` and `timer` (seconds): the network and this
    machine's time, unless the sites are simulated.
    """

    def __init__(
        self,
        settings: Settings,
        books: Engine,
        clock: Clock,
        *,
        transport: Callable[[Limits], Transport] = Http,
        sleep: Callable[[float], None] = time.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self.clock = settings, clock
        self._transport, self._sleep, self._timer = transport, sleep, timer
        self._ways = renewals(settings.instagram_api, settings.token_api)
        self.credentials = Credentials(books, settings.credential_key_file, settings.home / "renewals")
        self.budgets = Budgets(books)
        self.renewer = Renewer(
            self.credentials, self._ways, lambda: Http(Limits(deadline=_TOKEN_SECONDS)), clock
        )

    def token(self, account: Account) -> str:
        """The account's kept token, renewed where it comes near its end. Raises `CredentialDead`."""
        token = self.renewer.token(account.slug, account.platform)
        if token is None:
            raise CredentialDead(
                f"No token of {account.slug} is kept: `paloverde accounts token {account.slug}` takes it."
            )
        return token

    def line(self, platform: Platform, account: Account, given: str | None = None) -> Callable[[], Line]:
        """Opens lines to an account: with the token `given` from elsewhere, else with the kept one.

        A kept token that dies under way is renewed; one from elsewhere is whoever's who gave it.
        """
        token = given if given is not None else self.token(account)
        kept = self.credentials.get(account.slug)
        is_kept = kept is not None and kept.credential.access_token.reveal() == token
        limits = self._limits()
        return lambda: Line(
            platform,
            self._address(platform.name),
            token,
            clock=self.clock,
            renew=self._renewal(account) if is_kept else None,
            purse=SharedPurse(self.budgets, platform, account, self.clock, self._timer),
            limits=limits,
            rules=self._rules(),
            transport=self._transport(limits),
            sleep=self._sleep,
        )

    def ends(self, platform: Platform, account: Account) -> list[End]:
        """What ends of an account's access, as far as it is known."""
        return self.ends_of(platform, account, self.credentials.get(account.slug))

    def ends_of(self, platform: Platform, account: Account, kept: Kept | None) -> list[End]:
        """The same, of the token that is `kept` for it."""
        way = self._ways.get(account.platform)
        of_token = token_ends(account.slug, way, kept.credential, self.clock()) if kept else []
        return of_token + self._version_ends(platform)

    def renewal_words(self, account: Account) -> str:
        """Whether the kept token is renewed without a person, in words."""
        kept = self.credentials.get(account.slug)
        if kept is None or kept.credential.expires_at is None:
            return "No end of it is known, so that it is used until the site calls it dead"
        why_not = hindrance(
            self._ways.get(account.platform), kept.credential, kept.credential.issued_at + DAY
        )
        return f"It is not renewed here: {why_not}" if why_not else "It is renewed here before it ends"

    def _version_ends(self, platform: Platform) -> list[End]:
        if platform.name in _ON_THE_GRAPH:
            version = self._settings.facebook_api_version
            known = GRAPH_VERSIONS.get(version)
            on = known.on if known else None
            return version_end(platform.title, version, "PALOVERDE_FACEBOOK_API_VERSION", on)
        if platform.name == "linkedin":
            version = self._settings.linkedin_version
            return version_end(platform.title, version, "PALOVERDE_LINKEDIN_VERSION", version_dies(version))
        return []

    def _renewal(self, account: Account) -> Callable[[str], str]:
        return lambda dead: self.renewer.instead_of(account.slug, account.platform, dead)

    def _address(self, site: str) -> str:
        address: str = getattr(self._settings, f"{site}_api")
        return f"{address}/{self._settings.facebook_api_version}" if site in _ON_THE_GRAPH else address

    def _limits(self) -> Limits:
        settings = self._settings
        return Limits(
            deadline=settings.request_deadline_seconds,
            attempts=settings.attempts,
            longest_wait=settings.longest_wait_seconds,
            max_body=settings.max_body_mb * _MIB,
            max_media=settings.max_media_mb * _MIB,
        )

    def _rules(self) -> Rules:
        settings = self._settings
        return Rules(
            settings.media_hosts,
            settings.allow_loopback_sites,
            settings.clock_skew_seconds,
            settings.allow_hiding,
        )
