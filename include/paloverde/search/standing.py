"""What the sites of a search never give, whatever the night: the standing limits of an answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from paloverde.platforms.capability import KINDS, Capability, Given, Gives, Subject
from paloverde.search.scope import PRIVATE_KINDS, Scope
from paloverde.search.tree import Field, Node, leaves

_TOLD = {
    Given.COUNT_ONLY: "only their number is given",
    Given.EXPORT_ONLY: "they come only with the site's own download, where the City has imported one",
    Given.NEEDS_PERMISSION: "they come only where the site has granted the City's app a special permission",
    Given.NEVER: "the site does not give them",
}

# Of sites that have no connector.
ONLY_IMPORTED: Gives = dict.fromkeys(
    Subject,
    Capability(Given.EXPORT_ONLY, "This site is never asked: only what was imported of it is here."),
)


class Standing(msgspec.Struct, frozen=True):
    """What a site does not give in full, of subjects that share one sentence; `given` is a `Given` value."""

    site: str
    subjects: list[str]
    given: str
    limit: str

    def __str__(self) -> str:
        return f"{self.site}, {', '.join(self.subjects)}: {self.limit}"


def standing_limits(sites: Iterable[tuple[str, Gives]], scope: Scope) -> list[Standing]:
    """What these sites (title, gives) do not give in full of the kinds of records in scope."""
    return [limit for title, gives in sites for limit in _of_site(title, gives, scope)]


def asked_by_language(tree: Node) -> list[Standing]:
    """What a question for a language leaves out; nothing where none is asked for."""
    if not any(isinstance(leaf, Field) and leaf.name == "language" for leaf in leaves(tree)):
        return []
    return [Standing("All sites", ["language of what was said"], Given.CAPTURED.value, _BY_LANGUAGE)]


_BY_LANGUAGE = (
    "It is known only where the site says it, and of many records no site does. A search for a language does "
    "not find those records, whatever language they are in: search without `language:` to have them, too."
)


def _of_site(title: str, gives: Mapping[Subject, Capability], scope: Scope) -> Iterator[Standing]:
    limited: dict[Capability, list[str]] = {}
    for subject in Subject:
        if _is_limited(gives[subject]) and _concerns(subject, scope):
            limited.setdefault(gives[subject], []).append(subject.value)
    for capability, subjects in limited.items():
        yield Standing(title, subjects, capability.given.value, _sentence(capability))


def _is_limited(capability: Capability) -> bool:
    if capability.given is Given.NONE:
        return False
    return bool(capability.limit) or capability.given is not Given.CAPTURED


def _sentence(capability: Capability) -> str:
    told = _TOLD.get(capability.given, "")
    return " ".join(f"{part.rstrip('.')}." for part in (told, capability.limit) if part)


def _concerns(subject: Subject, scope: Scope) -> bool:
    kinds = {kind.value for kind in KINDS[subject]}
    if not scope.include_private:
        kinds -= set(PRIVATE_KINDS)
    return bool(kinds if not scope.kinds else kinds & set(scope.kinds))
