"""What to do next, once for both doors: as a command of the command line, and as a page of the desk. Pure.

A sentence says what is wrong, and names what to do by a step of the one table below:

    raise BadQuestion(f"Nothing was searched yet: first {Step.SEARCH.of(number)}.")

At the command line it ends "first `paloverde request search PRA-2026-0042 'WORDS'`." The desk reads the step
out of it again (`read`): its words, “Search for it”, stand there with a link to the page. So a sentence goes
through a list, a file or another sentence, and no door has to know how the other one says it.

What only IT does (`paloverde rebuild`) has a command and no page, and is named in a sentence as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b")


class Step(Enum):
    """A step: its command, the words for it at the desk (a name, as in “first …”), and its page there.

    What is written in capitals is filled in. A command that begins with `--` is a field of a form.
    """

    # A request
    REQUESTS = "request list --all", "the list of requests", "/requests"
    REQUEST = "request show NUMBER", "the request’s own page", "/requests/NUMBER"
    RECEIVE = (
        "request receive --channel CHANNEL --on DATE --note ITEM --text 'WORDS' --as USER",
        "“Take a request in”",
        "/requests/new?channel=CHANNEL&received_on=DATE&note=ITEM",
    )
    FILE = "request show NUMBER --json", "IT"
    SEARCH = "request search NUMBER 'WORDS'", "“Search for it”", "/requests/NUMBER/search"
    CLARIFY = "request clarify NUMBER", "“Ask the requester”", "/requests/NUMBER/step/ask"
    DETERMINE = "request determine NUMBER", "“Note a determination”", "/requests/NUMBER/step/determine"
    NOTE = "request note NUMBER", "“Note something”", "/requests/NUMBER/step/note"
    CLOSE = "request close NUMBER", "“Close it”", "/requests/NUMBER/step/close"
    REOPEN = "request reopen NUMBER", "“Open it again”", "/requests/NUMBER/step/reopen"
    CLOSED_DAYS = "request adopt-closures FILE.csv", "“Closed days”", "/requests/closed-days"
    # Its review
    GATHER = "review gather NUMBER", "“Take it under review”", "/requests/NUMBER/review"
    UNDECIDED = "review list NUMBER --undecided", "“Review”", "/requests/NUMBER/review"
    DECIDE = "review decide NUMBER", "“Review”", "/requests/NUMBER/review"
    UNANSWERED = "review suggest NUMBER --unanswered", "“Sign the review”", "/requests/NUMBER/review/sign"
    EVERYWHERE = (
        "review everywhere NUMBER 'WORDS'",
        "“The same words everywhere”",
        "/requests/NUMBER/review/everywhere",
    )
    SIGN = "review sign NUMBER", "“Sign the review”", "/requests/NUMBER/review/sign"
    ALL_SEEN = "--all-seen COUNT", "the tick beside them"
    ACCEPT = "--accept CONTROL=WHERE", "“May be read there, one a line”"
    ACCEPT_UNREAD = "--accept-unread FILE", "“Files of the bundle that I have opened myself, one a line”"
    # Its letters
    LETTERS = "letter draft NUMBER", "“Letters”", "/requests/NUMBER/letters"
    LETTER = "letter draft NUMBER KIND", "the letter “KIND”", "/requests/NUMBER/letters/new?kind=KIND"
    SEND = "letter send NUMBER", "“Letters”", "/requests/NUMBER/letters"
    SIGNER = "--signer NAME", "“Who signs”"
    SIGNER_TITLE = "--title TITLE", "“Title or position of whoever signs”"
    REASONS = "--reasons WORDS", "“Why, in a sentence or two”"
    AVAILABLE = "--available MOMENT", "“Day on which records will be available”"
    UNTIL = "--until DATE", "“Date that the notice names”"
    GROUND = "--ground CODE=FACTS", "the field of the ground"
    QUESTION = "--question WORDS", "“Your questions, one a line”"
    ELSEWHERE = "--elsewhere AGENCY", "“Whom to ask”"
    WAY = "--way WAY", "“How copies are handed over”"
    PRIVILEGE = "--privilege WHICH", "“Which privilege”"
    PLACE = "--place NUMBER", "“The places by their numbers in the bundle, one a line”"
    REPLACEMENT = "--replacement WORDS", "“What the requester gets instead”"
    POSTED = "--posted FILE", "“What really went out, such as a signed scan”"
    WITHOUT_SEARCHES = (
        "--without-searches",
        "“Leave out the sentences of the searches: their words would disclose something”",
    )
    DENIER = "--denier", "names of your own"
    RESPONSIBLE = "--responsible 'NAME, TITLE'", "“Who is responsible for a denial”"
    # Its bundle, and handing it over
    BUNDLE_PLAN = "bundle --request NUMBER --show", "“Bundle”", "/requests/NUMBER/bundle"
    BUNDLE = "bundle --request NUMBER --out FILE.zip", "“Bundle”", "/requests/NUMBER/bundle"
    DELIVERIES = "deliver list NUMBER", "“Hand it over”", "/requests/NUMBER/delivery"
    DELIVERY = "deliver show NUMBER", "“Hand it over”", "/requests/NUMBER/delivery"
    AGREE = "deliver agree NUMBER", "“I agree that exactly this goes out”", "/requests/NUMBER/delivery"
    LINK = "deliver link NUMBER", "“Make the link”", "/requests/NUMBER/delivery"
    RECORD = "deliver record NUMBER", "“How it went”", "/requests/NUMBER/delivery"
    TO = "--to ADDRESS", "“To whom”"
    OTHERWISE = "--otherwise WHY", "“Why it goes otherwise than the letter says”"
    PROPOSE = "deliver propose NUMBER", "“Propose exactly this”", "/requests/NUMBER/delivery"
    WHICH_BUNDLE = "--bundle SHA256", "“Which bundle”"
    BY_NAME = "--by-name", "“Print a character that no font has by its name, in place of refusing it”"
    # Productions in discovery
    PRODUCTIONS = "production list", "the list of productions", "/discovery"
    CHOOSE = "production choose NUMBER", "“Choose the records”", "/discovery/NUMBER/choose"
    # Removed content
    REMOVED = "removed list", "“Removed content”", "/removed"
    ALERTS = "removed list --alerts", "“Consultations and alerts”", "/removed/consults"
    CONSULTS = "consult list", "“Consultations and alerts”", "/removed/consults"
    POLICY = "removed policy FILE", "“The Content Guidelines”", "/removed/guidelines"
    DECIDED = "--reviewer NAME", "“How it was decided”"
    RULED = "--rule NAME", "“Who decided, or which rule”"
    ALTHOUGH = "--although", "“The City hid or removed it as well”"
    # The watch
    FINDINGS = "watch list", "“Policy”", "/watch"
    HIDDEN = "watch hidden", "“Hidden by a rule”", "/watch/hidden"
    ENTRY = (
        "register put NAME --id ENTRY FIELD=VALUE",
        "“Change it”",
        "/watch/registers/NAME/entries/ENTRY/change",
    )
    ENTRY_AGAIN = (
        "register put NAME --id ENTRY --counts-again FIELD=VALUE",
        "“File it again”",
        "/watch/registers/NAME/entries/ENTRY/change",
    )
    # Holds
    HOLDS = "hold reconcile", "“Complete it now”", "/holds"
    WIDEN = "hold amend HOLD", "“Widen it”", "/holds/HOLD/widen"
    AGAIN = "--again", "“It was sent although none is due now”"
    # Destruction
    ORDERS = "dispose list", "“Disposition”", "/disposition"
    ORDER = "dispose show ORDER", "the order’s own page", "/disposition/ORDER"
    APPROVE = "dispose approve ORDER", "“Approve”", "/disposition/ORDER/approve"
    CONSENT = "dispose consent ORDER", "“File the consent”", "/disposition/ORDER/consent"
    RESOLUTION = "dispose resolution ORDER", "“File the resolution”", "/disposition/ORDER/resolution"
    WITHDRAW = "dispose withdraw ORDER --why WHY", "“Withdraw this order”", "/disposition/ORDER/withdraw"
    CERTIFICATE = (
        "dispose certificate ORDER --out FILE",
        "the certificate of destruction",
        "/disposition/ORDER/certificate",
    )
    STANDING = "--standing", "“It is a standing one, adopted before the order was proposed”"
    # What IT does about an account
    ARCHIVE = "archive SLUG --day DAY", "“Archive a day”", "/accounts/SLUG/night?day=DAY"
    HEALTH = "health SLUG", "“Check its access”", "/accounts/SLUG/health"
    TOKEN = "accounts token SLUG", "“Hand in its token”", "/accounts/SLUG/token"
    # What several areas need
    ARCHIVE_SEARCH = "search 'WORDS'", "“Search”", "/search"
    LEDGER = "ledger", "the ledger", "/ledger"
    PRIVATE = "--private", "“Search private messages and lists of subscribers too”"
    USERS = "users list", "IT"
    USER_NAME = "users add USERNAME --name NAME --title TITLE", "IT"

    def __init__(self, command: str, words: str, page: str = "") -> None:
        self.command, self.words, self.page = command, words, page

    @property
    def is_field(self) -> bool:
        return self.command.startswith("--")

    def of(self, *given: str) -> str:
        """It as a sentence names it, with what is known filled in from the left."""
        values = iter(given)
        return _quoted(self, _PLACEHOLDER.sub(lambda found: next(values, found[0]), self.command))

    def __str__(self) -> str:
        """It as a sentence names it, where nothing of it is known."""
        return _quoted(self, _bare(self))


class Named(NamedTuple):
    """A step that a sentence names: its words at the desk, and its page, "" where it has none."""

    words: str
    page: str


def read(reference: str) -> Named | None:
    """The step that stands between two backticks of a sentence; None where it is none of the table."""
    command = reference.removeprefix("paloverde ")
    for step in Step:
        if found := _pattern(step).fullmatch(command):
            return _named(step, {name: value for name, value in found.groupdict().items() if value != name})
    return next((_named(step, {}) for step in Step if _bare(step) == command), None)


def _quoted(step: Step, command: str) -> str:
    return f"`{command}`" if step.is_field else f"`paloverde {command}`"


def _bare(step: Step) -> str:
    """The command without what is filled in, and without its switches."""
    words = step.command.split(" ")
    first = next((n for n, word in enumerate(words) if n and not word.islower()), len(words))
    return " ".join(words[:first])


@cache
def _pattern(step: Step) -> re.Pattern[str]:
    """Its command with anything in place of what is filled in."""
    parts = re.split(r"\b([A-Z]{2,})\b", step.command)
    told = (f"(?P<{part}>\\S+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(told))


def _named(step: Step, values: Mapping[str, str]) -> Named:
    words = _PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), step.words)
    is_known = all(name in values for name in _PLACEHOLDER.findall(step.page))
    page = _PLACEHOLDER.sub(lambda found: quote(values[found[0]], safe=""), step.page) if is_known else ""
    return Named(words, page)
