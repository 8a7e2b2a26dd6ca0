"""What filter is set at a site, as somebody of the City last saw it there (V.B.9, P-50).

No site gives a program a copy of its own moderation settings. Somebody opens them, and states here what
stands there; what stood there before stays readable, with who stated it and why it changed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.register import Register


class SiteFilter(msgspec.Struct, frozen=True):
    """The filter of one account at its site."""

    account: Annotated[
        str, Meta(title="Account", description="It names the entry and stays.", extra={"of": "account"})
    ]
    seen_on: Annotated[date, Meta(title="Looked at on")]
    words: Annotated[
        tuple[str, ...],
        Meta(title="Words that it hides", description="One on each line, as they stand there."),
    ] = ()
    settings: Annotated[
        str,
        Meta(
            title="What else is switched on there",
            description="Such as: profanity filter strong; links held for review.",
            extra={"long": True},
        ),
    ] = ""
    why: Annotated[
        str,
        Meta(
            title="Why it is not what the lists say",
            description="Needed where a word stands there that no approved list has, or is missing.",
            extra={"long": True},
        ),
    ] = ""


SITE_FILTERS = Register(
    name="site-filters",
    title="Filters at the sites",
    about="Which words the site's own filter of an account hides, as somebody last saw it there: no site "
    "tells a program. Looked at again whenever a list of words changes.",
    entry=SiteFilter,
    clauses=("P-50",),
    keepers=("clerk", "counsel", "public_affairs"),
    named_by="account",
    keeps_versions=True,
)
