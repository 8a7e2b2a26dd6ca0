"""Why a record that somebody asks for is not there: never, not for them, or not any more."""

from __future__ import annotations

from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.desk.wording import plain
from paloverde.retention.destroyed import destroyed
from paloverde.search.item import Item

_GONE = (
    "No record of this name is here for you: it was never archived, was destroyed under the schedule, or is "
    "private. Search for its words instead."
)


def gone(visit: Visit, item: Item) -> str:
    """Why there is no record: that an order destroyed it is told to whoever may know of all records."""
    account, kind, native_id = item
    if visit.may(Act.SEE_PRIVATE, account) or visit.may(Act.SEE_DISPOSITION):
        for one in destroyed(visit.city.archive, native_id, account, kind):
            return plain(one.sentence("This record"))
    return _GONE
