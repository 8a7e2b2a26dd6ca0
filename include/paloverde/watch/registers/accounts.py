"""What the City keeps about each account beside its records, and the versions of its policy (V.A.2 to V.A.4).

Papers are kept for every account that the City archives, and for those that officials declare of their own
accord (V.D, V.E). No password stands here: `vault` says where it lies.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.records import Account, Holder
from paloverde.watch.book import Book
from paloverde.watch.register import Entered, Register

_SECRET = re.compile(r"(?i)\b(pass(word|wd|code)?|pwd|pin|secret|token)\s*[:=]\s*\S")
_ITEM = re.compile(r"/post/.+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AccountClass(StrEnum):
    """Whose account it is: the four kinds that V.E.3 keeps apart."""

    CITY = "city"
    OFFICIAL = "official"  # an official's own account that serves the office ("professional")
    CAMPAIGN = "campaign"
    PRIVATE = "private"


class AccountPapers(msgspec.Struct, frozen=True):
    """The papers of one account. Days are those on which a person saw what no site tells a program."""

    account: Annotated[
        str,
        Meta(
            title="Account",
            description="Its short name in the archive; a new one for a declared account outside it.",
            extra={"of": "account"},
        ),
    ]
    account_class: Annotated[AccountClass, Meta(title="Whose account it is (V.E.3)")]
    department: Annotated[str, Meta(title="Department that answers for it")] = ""
    approved_by: Annotated[
        str, Meta(title="Approved by", description="The City Manager or the designee (V.A.2).")
    ] = ""
    approved_on: Annotated[date | None, Meta(title="Approved on")] = None
    approval_paper: Annotated[
        str, Meta(title="Where the approval lies", description="A memorandum, its number, a file.")
    ] = ""
    vault: Annotated[
        str,
        Meta(
            title="Where the password lies",
            description="The name of its entry in the City's password vault. Never the password itself.",
        ),
    ] = ""
    second_factor: Annotated[
        str, Meta(title="Who holds the second factor of signing in", extra={"of": "people"})
    ] = ""
    recovery_email: Annotated[str, Meta(title="City e-mail address for recovering the account")] = ""
    password_changed_on: Annotated[date | None, Meta(title="Password last changed on")] = None
    publishing_tools: Annotated[
        tuple[str, ...],
        Meta(
            title="Programs that publish for it",
            description="The ids by which the site names them as publishers, one on each line.",
        ),
    ] = ()
    logo_seen_on: Annotated[date | None, Meta(title="Bears the City's logo: seen on")] = None
    official_seen_on: Annotated[
        date | None, Meta(title="Is registered as official or governmental at the site: seen on")
    ] = None
    disclaimer_item: Annotated[
        str,
        Meta(
            title="Pinned post that holds the disclaimer",
            description="Written account/post/id, where the page's own words have no room for it.",
        ),
    ] = ""
    disclaimer_place: Annotated[
        str,
        Meta(
            title="Other place of the disclaimer",
            description="Such as the banner, where neither the page's words nor a pinned post holds it.",
        ),
    ] = ""
    disclaimer_seen_on: Annotated[date | None, Meta(title="Disclaimer seen there on")] = None
    official: Annotated[str, Meta(title="Official whose account it is", extra={"of": "people"})] = ""
    shown_as: Annotated[
        str,
        Meta(
            title="Name and words that the account shows",
            description="For a declared account that is not archived.",
            extra={"long": True},
        ),
    ] = ""
    consent_on: Annotated[
        date | None, Meta(title="The official declared it, and consented to its archiving, on")
    ] = None
    consent_ended_on: Annotated[date | None, Meta(title="That consent ended on")] = None
    terminated_on: Annotated[date | None, Meta(title="Closed, or to be closed, on (V.A.15)")] = None
    export_added_on: Annotated[
        date | None, Meta(title="The site's own download of it was added to the archive on")
    ] = None
    final_verified_on: Annotated[
        date | None, Meta(title="The last capture and the download were verified on")
    ] = None
    final_verified_by: Annotated[str, Meta(title="Verified by", extra={"of": "people"})] = ""

    def is_closed_on(self, day: date) -> bool:
        """Whether the account had been closed by a day."""
        return self.terminated_on is not None and self.terminated_on < day


def _wrong_papers(papers: AccountPapers) -> str:
    for said in (papers.vault, papers.recovery_email, papers.second_factor, papers.approval_paper):
        if _SECRET.search(said):
            return "That reads like a password. Say only where it lies: what a register is told stays."
    if papers.account_class is not AccountClass.CITY and papers.consent_on is None:
        return (
            "An official's own account is kept here only if the official declared it: enter the day of the "
            "declaration and consent (V.D, V.E.2)."
        )
    if papers.disclaimer_place and papers.disclaimer_seen_on is None:
        return "Say on which day somebody saw the disclaimer at that other place."
    if papers.disclaimer_item and not _ITEM.fullmatch(papers.disclaimer_item.removeprefix(papers.account)):
        return f"The pinned post is written {papers.account}/post/ID, with the id that the site gives it."
    if papers.final_verified_on is not None and not papers.final_verified_by:
        return "Say who verified the last capture."
    return ""


ACCOUNT_PAPERS = Register(
    name="account-papers",
    title="Papers of accounts",
    about="Whose each account is, who approved it, where its password lies, and how it was closed.",
    entry=AccountPapers,
    clauses=("P-11", "P-12", "P-13", "P-28", "P-57", "P-58"),
    keepers=("clerk", "public_affairs", "counsel"),
    named_by="account",
    wrong=_wrong_papers,
)


class PolicyVersion(msgspec.Struct, frozen=True):
    """A version of the Social Media Policy. `sha256` is that of the file that people sign for (V.A.6)."""

    version: Annotated[
        str, Meta(title="Version", description="Such as 2026-03. It names the entry and stays.")
    ]
    effective_on: Annotated[date, Meta(title="In force from")]
    sha256: Annotated[
        str,
        Meta(
            title="The policy's file",
            description="As people sign for it. It is kept, and its SHA-256 tells it apart from now on.",
            extra={"file": True},
        ),
    ]
    city_name: Annotated[
        str, Meta(title="The City's full name in the disclaimer", description="Such as City of Palma Ria.")
    ]
    url: Annotated[str, Meta(title="Web address of the policy on the City's website (V.B.10)")] = ""
    url_gives_the_file: Annotated[
        bool, Meta(title="That address gives the very file, so that its bytes can be compared")
    ] = False
    short_names: Annotated[
        tuple[str, ...],
        Meta(
            title="Other names of the City",
            description="As its accounts bear them, one on each line.",
        ),
    ] = ()
    disclaimer: Annotated[
        str,
        Meta(
            title="The disclaimer, word for word",
            description="Only where this version words it otherwise than V.B.6 of the policy.",
            extra={"long": True},
        ),
    ] = ""
    adopted_by: Annotated[str, Meta(title="Adopted by")] = ""


def _wrong_version(version: PolicyVersion) -> str:
    if _SHA256.fullmatch(version.sha256) is None:
        return "The SHA-256 of the file is 64 digits and small letters a to f."
    if version.url and not version.url.startswith("https://"):
        return "The web address of the policy begins with https://."
    if version.url_gives_the_file and not version.url:
        return "Enter the web address that gives the file."
    return ""


POLICY_VERSIONS = Register(
    name="policy-versions",
    title="Versions of the policy",
    about="Each version of the Social Media Policy, from when it is in force, and where the public reads it.",
    entry=PolicyVersion,
    clauses=("P-16", "P-47", "P-51"),
    keepers=("clerk", "counsel"),
    named_by="version",
    wrong=_wrong_version,
)


def papers_of(book: Book, slug: str) -> AccountPapers | None:
    """The papers of an account, None where none are filed."""
    found = book.of(ACCOUNT_PAPERS).get(slug)
    return found.entry if found else None


def class_of(book: Book, account: Account) -> AccountClass:
    """Whose account it is: by its papers, else by the registry of accounts."""
    if papers := papers_of(book, account.slug):
        return papers.account_class
    return AccountClass.CITY if account.holder is Holder.CITY else AccountClass.OFFICIAL


def policy_on(book: Book, day: date) -> Entered[PolicyVersion] | None:
    """The version of the policy that was in force on a day; None where none is entered."""
    begun = [one for one in book.of(POLICY_VERSIONS).values() if one.entry.effective_on <= day]
    return max(begun, key=lambda one: (one.entry.effective_on, one.id), default=None)
