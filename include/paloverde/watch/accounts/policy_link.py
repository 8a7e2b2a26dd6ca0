"""Whether the policy can be read where the City says that it stands (V.B.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from paloverde.errors import BadQuestion
from paloverde.platforms.hosts import is_under
from paloverde.watch.accounts.own_page import CityAccount, city_accounts, own_page
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight, as_quoted
from paloverde.watch.now import Now, Page
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import PolicyVersion, policy_on

_VERSIONS = "the register “Versions of the policy”"


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    version = policy_on(book, book.day)
    if version is None or not version.entry.url:
        yield POLICY_LINK.found(
            "policy-versions",
            "No web address of the policy in force is entered, so that nobody can tell whether the public "
            "can read it.",
            f"Enter the version in force in {_VERSIONS}, with its address on the City's website.",
        )
        return
    if not book.city_domains:
        yield POLICY_LINK.found(
            "policy-versions",
            "Nobody asked the City's website for the policy: the setting PALOVERDE_CITY_DOMAINS names none "
            "of its domains.",
            "IT names the domains of the City's website there; the next round asks.",
            which="domains",
            weight=Weight.ADVICE,
        )
        return
    yield from _of_policy(now, version)
    for one in city_accounts(now, book):
        yield from _of_account(one, now, version.entry.url, book.city_domains)


def _of_policy(now: Now, version: Entered[PolicyVersion]) -> Iterator[Finding]:
    page, about = _page(now, version.entry.url), f"policy-versions/{version.id}"
    rule = f"{about}#{version.number}"
    if trouble := _trouble(page):
        yield POLICY_LINK.found(
            about,
            f"The policy of version {version.id} cannot be read at its address: {trouble}.",
            f"Mend the page of the City's website, or enter the right address in {_VERSIONS}.",
            rule=rule,
            which="answers",
        )
    elif version.entry.url_gives_the_file and page.sha256 != version.entry.sha256:
        yield POLICY_LINK.found(
            about,
            f"The file at {version.entry.url} is not the policy in force, version {version.id}: its SHA-256 "
            f"is {page.sha256[:16]}…, and that of the version {version.entry.sha256[:16]}….",
            f"Put the version in force there; or enter the new version in {_VERSIONS}, and have it signed.",
            rule=rule,
            which="same file",
        )


def _of_account(one: CityAccount, now: Now, policy: str, domains: tuple[str, ...]) -> Iterator[Finding]:
    """Addresses on the page that lead to a policy of the City, and no longer answer."""
    if one.profile is None:
        return
    for link in own_page(one.profile).links:
        if link == policy or not leads_to_a_policy(link, domains):
            continue
        if trouble := _trouble(_page(now, link)):
            yield POLICY_LINK.found(
                one.account.slug,
                f"The page of {one.account.slug} leads its readers to a policy that cannot be read: "
                f"{trouble}.",
                f"Put the address of the policy there: “{policy}”.",
                account=one.account.slug,
                which=link,
            )


def leads_to_a_policy(link: str, domains: tuple[str, ...]) -> bool:
    """Whether an address is on a website of the City, and names a policy."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return is_under(host, domains) and "policy" in f"{parts.path}?{parts.query}".lower()


def _page(now: Now, url: str) -> Page:
    try:
        return now.page(url)
    except BadQuestion as error:
        return Page(url, 0, said=str(error))


def _trouble(page: Page) -> str:
    """Why a page cannot be read, "" where it can."""
    if page.status == 200:
        return ""
    if page.status:
        return f"{as_quoted(page.url)} answered with status {page.status}"
    return as_quoted(page.said).rstrip(".") or f"{as_quoted(page.url)} did not answer"


POLICY_LINK = Check(
    name="policy-link",
    title="The policy can be read",
    version=1,
    clauses=("P-51",),
    says=(
        "Asks the City's website for the policy in force once a round, and flags it where it does not "
        "answer, or, where the address gives the file itself, gives another file. An address on an "
        "account's page that names a policy of the City and does not answer is flagged too. A page without "
        "such an address is none: V.B.10 lets the website do."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
