"""What people wrote to the City in private: whoever's role does not need it hears nothing of it.

An item is private by its kind, or by who could see it in any of its versions: what is public now may not
always have been.
"""

from __future__ import annotations

from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.records import is_kept_private
from paloverde.retention.dossier import RemovalFact
from paloverde.retention.facts import ItemId


def may_know(visit: Visit, item: ItemId) -> bool:
    """Whether somebody may know of an item. Its versions are looked at only for whoever lacks the right."""
    return visit.may(Act.SEE_PRIVATE, item.account) or not visit.city.records.is_private(
        (item.account, item.kind.value, item.native_id)
    )


def may_list(visit: Visit, fact: RemovalFact) -> bool:
    """The same of a removal in a list, by what the list has of it."""
    return visit.may(Act.SEE_PRIVATE, fact.item.account) or not is_private(fact)


def need(visit: Visit, item: ItemId) -> None:
    """Refuse whoever may not know of an item."""
    if not may_know(visit, item):
        visit.need(Act.SEE_PRIVATE, item.account)


def is_private(fact: RemovalFact) -> bool:
    """Whether a removal is of something private: then no list shows its words."""
    return is_kept_private(fact.item.kind.value, fact.visibility)
