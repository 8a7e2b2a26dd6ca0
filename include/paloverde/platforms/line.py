"""One line to one site for one account.

A line sends what a conversation asks, paces itself by the site's own words, tries again where that
can help, and hands every exchange to be kept before anybody tries to understand it. Credentials go
into headers at the last moment and are taken out of all that is kept, logged or raised.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from paloverde.errors import (
    CredentialDead,
    PaloverdeError,
    PermissionMissing,
    RateLimited,
    Suspicious,
    TryAgain,
    Unreachable,
)
from paloverde.platforms.conversation import (
    Answer,
    Call,
    Clock,
    Conversation,
    Found,
    Gap,
    Listing,
    NotThere,
    Platform,
    Request,
    Response,
    Seen,
    TooMuch,
    Verdict,
)
from paloverde.platforms.exchange import Exchange, clean_body, clean_headers, clean_text
from paloverde.platforms.hosts import is_under
from paloverde.platforms.network import Fetched, Http, Limits, Transport, decode
from paloverde.platforms.purse import Pocket, Purse
from paloverde.records import Account, Kind
from paloverde.wording import at_time

Keep = Callable[[Exchange], None]
_Said = TypeVar("_Said")

Renew = Callable[[str], str]  # the token that the site calls dead -> a living one; raises `CredentialDead`
_HOPS = 3
_NO_PAGES = frozenset({"photo", "image", "video", "animated_gif", "audio"})
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_PAGE_BEGINS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<script")
_LEAST_PAUSE = 0.5  # seconds


class Rules(msgspec.Struct, frozen=True):
    """Which hosts may be asked, how far our clock may be from theirs (seconds), and whether anything may be
    set there: without `may_hide` a line only reads.
    """

    media_hosts: tuple[str, ...] = ()
    loopback: bool = False  # plain http to this machine: for the demo and tests
    clock_skew: float = 120.0
    may_hide: bool = False


class Line:
    """A line to one site, for one account, with its token."""

    def __init__(
        self,
        platform: Platform,
        address: str,
        token: str,
        *,
        clock: Clock,
        renew: Renew | None = None,
        purse: Purse | None = None,
        limits: Limits | None = None,
        rules: Rules | None = None,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._platform, self._address, self._token = platform, address, token
        self._clock, self._sleep = clock, sleep
        self._limits, self._rules = limits or Limits(), rules or Rules()
        self._transport = transport or Http(self._limits)
        self._renew, self._purse = renew, purse or Pocket()
        self._secrets: tuple[str, ...] = (token,)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()
        self._purse.close()

    def ask(self, request: Request, keep: Keep) -> Response:
        """The good answer to a request. Every exchange on the way to it is handed to `keep`.

        Raises what a conversation may catch: `TooMuch`, `NotThere`, `PermissionMissing`, and what usually
        ends the run: `CredentialDead`, `RateLimited`, `Unreachable` after the last attempt. A token that
        dies in between is renewed once, where it can be, and the request asked again.
        """
        try:
            return self._retrying(self._ask_once, request, keep)
        except CredentialDead as dead:
            self._take_a_new_token(dead)
            return self._retrying(self._ask_once, request, keep)

    def _take_a_new_token(self, dead: CredentialDead) -> None:
        if self._renew is None:
            raise dead
        try:
            self._token = self._renew(self._token)
        except CredentialDead as error:
            raise CredentialDead(f"{dead}. {error}") from None
        self._secrets = (*self._secrets, self._token)

    def shown(self, request: Request) -> str:
        """The address of a request as it is kept: without credentials."""
        url, query = self._address + request.path, request.encoded_query()
        return clean_text(f"{url}?{query}" if query else url, self._secrets)

    def fetch_media(self, url: str, into: Path, type_: str = "file") -> Path:
        """Write the bytes of a picture, video or attachment to the new file `into`; returns it.

        They are never in memory as a whole. `type_` is the type of the `Medium`: a picture or film is no web
        page, a file may be one. Raises `Unreachable` where they cannot be had now, `PermissionMissing` where
        the address is not one that may be fetched (policy of the archive), or the site refuses, or gives a
        web page (its sign-in, an error) in place of a picture or film.
        """
        return self._retrying(self._fetch_media_once, url, into, type_)

    def _fetch_media_once(self, url: str, into: Path, type_: str) -> Path:
        for _ in range(_HOPS):
            self._check_media_address(url)
            got = self._save(url, into)
            if got.status in (301, 302, 303, 307, 308) and "location" in got.headers:
                url = urljoin(url, got.headers["location"])
                continue
            if got.status == 200 and type_ in _NO_PAGES and _is_web_page(got, into):
                into.unlink()
                raise PermissionMissing("the site answered with a web page in place of the file")
            if got.status == 200:
                return into
            if got.status in (401, 403, 404, 410):
                raise PermissionMissing(f"the site no longer gives the file (HTTP {got.status})")
            raise Unreachable(f"the site answered HTTP {got.status} for the file")
        raise Unreachable("the file's address leads from one place to the next without end")

    def _ask_once(self, request: Request, keep: Keep) -> Response:
        self._refuse_to_set(request)
        self._wait_for_the_site(request)
        extra_headers, extra_params = self._platform.authorize(request, self._token)
        url = self._address + request.path
        query = request.encoded_query(extra_params.items())
        asked = f"{url}?{query}" if query else url
        if request.sent:
            extra_headers = {**extra_headers, "Content-Type": "application/json"}
        got = self._fetch(asked, extra_headers, request)
        received = self._clock()
        decoded = decode(got.body, got.headers.get("content-encoding", ""), self._limits)
        body, taken_out = clean_body(decoded, self._secrets)
        keep(
            Exchange(
                url=self.shown(request),
                request_headers=clean_headers(list(self._headers(extra_headers).items()), self._secrets),
                status=got.status,
                reason=got.reason,
                headers=clean_headers(list(got.headers.items()), self._secrets),
                body=body if taken_out else got.body,
                received_at=received,
                decoded=bool(taken_out),
                taken_out=taken_out,
                method=request.method,
                sent=request.sent,
            )
        )
        self._check_clock(got.headers.get("date"), received)
        answer = Answer(got.status, got.headers, body)
        verdict = self._platform.judge(answer, received)
        pause = self._pause_after(verdict, answer, received)
        if pause > 0:
            self._purse.pause(self._platform.lane(request), pause)
        if verdict.call is not Call.GOOD:
            raise self._error(verdict, request)
        return Response(request, got.status, got.headers, body, received)

    def _pause_after(self, verdict: Verdict, answer: Answer, received: datetime) -> float:
        """Seconds for which the site wants to be left alone after this answer."""
        if verdict.call is Call.WAIT:
            return max(_LEAST_PAUSE, verdict.wait)
        return self._platform.pace(answer, received) if verdict.call is Call.GOOD else 0.0

    def _wait_for_the_site(self, request: Request) -> None:
        """Keep the site's pauses and its daily budget; a long wait is left to whoever runs this."""
        self._sit_out(self._purse.free_in(self._platform.lane(request)))
        lacking = self._purse.spend(self._platform.cost(request))
        if lacking > 0:
            self._sit_out(lacking)
            self._purse.spend(self._platform.cost(request))  # of the new day

    def _sit_out(self, pause: float) -> None:
        if pause > self._limits.longest_wait:
            again = at_time(self._clock() + timedelta(seconds=pause))
            title = self._platform.title
            raise RateLimited(f"{title} answers no more for now; it may be asked again on {again}", pause)
        if pause > 0:
            self._sleep(pause)

    def _error(self, verdict: Verdict, request: Request) -> Exception:
        reason = clean_text(verdict.reason, self._secrets)
        told = f"{self._platform.title}, {request.purpose or request.path}: {reason}"
        if verdict.call is Call.WAIT:
            return RateLimited(told, verdict.wait)
        errors: dict[Call, type[Exception]] = {
            Call.TOO_MUCH: TooMuch,
            Call.NOT_FOUND: NotThere,
            Call.FORBIDDEN: PermissionMissing,
            Call.CREDENTIAL_DEAD: CredentialDead,
        }
        return errors.get(verdict.call, Unreachable)(told)

    @property
    def _retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self._limits.attempts),
            wait=_wait,
            retry=retry_if_exception(self._is_worth_waiting),
            sleep=self._sleep,
            reraise=True,
        )

    def _is_worth_waiting(self, error: BaseException) -> bool:
        """A pause longer than a line waits is left to whoever runs it."""
        if isinstance(error, RateLimited):
            return error.retry_after <= self._limits.longest_wait
        return isinstance(error, TryAgain)

    def _headers(self, extra: dict[str, str]) -> dict[str, str]:
        return {"User-Agent": "Paloverde (city records archive)", "Accept-Encoding": "gzip, deflate", **extra}

    def _fetch(self, url: str, extra: dict[str, str], request: Request) -> Fetched:
        self._check_scheme(url)
        most = self._limits.max_body
        try:
            return self._transport.fetch(url, self._headers(extra), most, request.method, request.sent)
        except Unreachable as error:
            raise Unreachable(clean_text(str(error), self._secrets)) from None

    def _save(self, url: str, into: Path) -> Fetched:
        """A file as it is: it may be too large to be unpacked, so that no packing is asked for."""
        self._check_scheme(url)
        into.unlink(missing_ok=True)  # what an earlier attempt left
        plain = {**self._headers({}), "Accept-Encoding": "identity"}
        try:
            got = self._transport.save(url, plain, self._limits.max_media, into)
        except Unreachable as error:
            raise Unreachable(clean_text(str(error), self._secrets)) from None
        if got.headers.get("content-encoding", "identity") != "identity":
            raise Unreachable("the file came packed, which was not asked for")
        return got

    def _check_clock(self, told: str | None, ours: datetime) -> None:
        """Refuse to work by a clock that is wrong: locks and holds are counted from it."""
        try:
            theirs = parsedate_to_datetime(told or "")
        except ValueError:
            return
        skew = abs((ours - theirs).total_seconds()) if theirs.tzinfo else 0.0
        if skew > self._rules.clock_skew:
            raise Suspicious(
                f"This machine's clock says {ours:%A, %B %-d, %Y %H:%M} UTC and {self._platform.title} says "
                f"{theirs:%A, %B %-d, %Y %H:%M}. Set the clock (NTP) before anything is sealed by it."
            )

    def _refuse_to_set(self, request: Request) -> None:
        if request.method != "GET" and not self._rules.may_hide:
            raise PermissionMissing(
                f"{self._platform.title}, {request.purpose}: nothing was sent. This installation only reads, "
                "until IT sets PALOVERDE_ALLOW_HIDING=true"
            )

    def _check_scheme(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" or (
            parts.scheme == "http" and self._rules.loopback and _is_loopback(parts.hostname)
        ):
            return
        raise PermissionMissing(
            f"only https addresses are asked, and {parts.scheme}://{parts.hostname} is none"
        )

    def _check_media_address(self, url: str) -> None:
        """Only the sites' own media hosts, and never an address inside the City's network."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if self._rules.loopback and _is_loopback(host):
            return
        if parts.scheme != "https" or parts.username or parts.port not in (None, 443):
            raise PermissionMissing("the file's address is not a plain https address")
        if not is_under(host, self._rules.media_hosts):
            raise PermissionMissing(
                f"{host} is not among the hosts that media may be fetched from (media_hosts)"
            )
        for address in _addresses(host):
            if not _is_public(address):
                raise PermissionMissing(f"{host} leads into a private network")


class Asking(Protocol):
    """Whatever answers requests: a line, or what stands before one."""

    def ask(self, request: Request, keep: Keep) -> Response:
        """As `Line.ask`."""


def converse(conversation: Conversation, line: Asking, keep: Keep) -> Iterator[Found | Listing | Gap]:
    """Drive a conversation over a line; yields what it says that is not a request.

    What the conversation does not catch is raised here.
    """
    for said in _drive(conversation, line, keep):
        if not isinstance(said, Request):
            yield said


def _drive(
    conversation: Generator[_Said, Response | None, None], line: Asking, keep: Keep
) -> Iterator[_Said]:
    answer: Response | None = None
    trouble: Exception | None = None
    while True:
        try:
            said = conversation.throw(trouble) if trouble else conversation.send(answer)
        except StopIteration:
            return
        answer = trouble = None
        if not isinstance(said, Request):
            yield said
            continue
        try:
            answer = line.ask(said, keep)
        except (PaloverdeError, TooMuch, NotThere) as error:
            trouble = error


def prove(platform: Platform, account: Account, line: Asking) -> str:
    """Ask the cheapest question that proves a token; who answered, in words. Nothing is kept of it.

    Raises `WrongAccount`, `CredentialDead`, and whatever the site's trouble is.
    """
    question, answer = platform.canary(account), None
    while True:
        try:
            request = question.send(answer)
        except StopIteration as proven:
            return str(proven.value)
        answer = line.ask(request, _keep_nothing)


def _keep_nothing(_: Exchange) -> None:
    """A canary is no record."""


def act(conversation: Generator[Request, Response | None, None], line: Asking, keep: Keep) -> None:
    """Drive what sets something at a site; returns once the site has said that it is so.

    What the conversation does not catch is raised here, `NotThere` among it.
    """
    for _ in _drive(conversation, line, keep):
        pass


def look_up(
    platform: Platform, account: Account, wanted: list[tuple[Kind, str]], line: Asking, keep: Keep
) -> Iterator[Seen]:
    """Drive direct look-ups over a line; yields what was seen of each item.

    What the platform's look-up does not catch is raised here: nothing is concluded from it.
    """
    for said in _drive(platform.look_up(account, wanted), line, keep):
        if isinstance(said, Seen):
            yield said


def _wait(state: RetryCallState) -> float:
    """1, 2, 4 ... seconds; the site's own pause is kept before each request, by the purse."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RateLimited):
        return 0.0
    return float(min(30, 2 ** (state.attempt_number - 1)))


def _is_web_page(got: Fetched, file: Path) -> bool:
    """By its declared type or its first bytes (https://mimesniff.spec.whatwg.org, section 7.1)."""
    declared = got.headers.get("content-type", "").partition(";")[0].strip().lower()
    with file.open("rb") as opened:
        begin = opened.read(512).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return declared in _PAGE_TYPES or begin.startswith(_PAGE_BEGINS)


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _addresses(host: str) -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except OSError:
        raise Unreachable(f"the name {host} is not known (DNS)") from None


# Called global by `ipaddress`: NAT64 and 6to4 of private addresses, multicast, protocol assignments.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "224.0.0.0/4", "192.0.0.0/24", "ff00::/8")
)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return address.is_global and not any(
        address in network for network in _NEVER if network.version == address.version
    )
