"""Which records of an import may only be shown where private ones are: in doubt, it is private.

What was once sealed as public cannot be taken back, and handed-in files say less than a site's own answer.
"""

from __future__ import annotations

from paloverde.records import Kind, Record, Visibility


def in_doubt_private(record: Record, *, public: bool) -> None:
    """Make private what nobody says the nature of.

    `public` is the word of whoever hands it in that such things could be seen by everybody.
    """
    if record.kind is Kind.OTHER and record.visibility is Visibility.UNKNOWN:
        record.visibility = Visibility.PUBLIC if public else Visibility.PRIVATE
