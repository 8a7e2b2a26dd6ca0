"""Who asks what of a Graph site, and how a node is shown to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paloverde.simulator import media
from paloverde.simulator.city import City, Person, Presence
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.fields import Field, written
from paloverde.simulator.wire import Ask

Params = dict[str, str]


@dataclass(frozen=True, slots=True)
class Nodes:
    """A site's kinds of node: what each shows, field by field, and under which type's name.

    `defaults` are shown where no fields are asked for. `unfilled` are fields that may be asked for, and stay
    out: this city never fills them.
    """

    tables: Mapping[str, Mapping[str, Show]]
    types: Mapping[str, str]
    defaults: Mapping[str, str]
    unfilled: Mapping[str, frozenset[str]]

    def render(self, view: View, kind: str, thing: Any, fields: list[Field]) -> dict[str, Any]:
        table = self.tables[kind]
        shown: dict[str, Any] = {}
        for field in fields or [Field(name) for name in self.defaults[kind].split(",")]:
            if field.name not in table:
                if field.name in self.unfilled.get(kind, frozenset()):
                    continue
                type_ = self.types[kind]
                message = f"(#100) Tried accessing nonexisting field ({field.name}) on node type ({type_})"
                raise GraphError(message, 100)
            value = table[field.name](view, thing, field)
            if value is not None:
                shown[field.alias] = value
        if "id" in table:  # stories and ratings have none
            shown.setdefault("id", table["id"](view, thing, Field("id")))
        return shown


@dataclass(frozen=True, slots=True)
class View:
    """Who asks what: the public sees less than the account's owner.

    `page_id` is the Page that the token belongs to. `edge` answers GET /{thing}/{name}.
    """

    city: City
    presence: Presence
    ask: Ask
    token: str
    version: str
    page_id: str
    nodes: Nodes
    edge: Callable[[View, Any, str, Params], dict[str, Any]]

    @property
    def owner(self) -> bool:
        return self.presence.tokens[self.token] == "owner"

    @property
    def account(self) -> Person:
        return self.presence.account

    def file(self, name: str) -> str:
        """The address of a picture or film."""
        site = self.presence.platform
        signed = self.presence.settings["signed_media"]
        return media.address(self.ask.base.removesuffix(f"/{site}"), site, name, self.city, signed=signed)

    def render(self, kind: str, thing: Any, fields: list[Field]) -> dict[str, Any]:
        """One node with the fields asked for; absent values are left out, `id` is always there."""
        return self.nodes.render(self, kind, thing, fields)

    def nested(self, thing: Any, field: Field) -> dict[str, Any]:
        """An edge asked for inside `fields=`: its parameters are the field's arguments."""
        params = dict(field.arguments)
        if field.inner:
            params["fields"] = written(field.inner)
        return self.edge(self, thing, field.name, params)


Show = Callable[[View, Any, Field], Any]


def nested(view: View, thing: Any, field: Field) -> dict[str, Any]:
    """A list that hangs on a node, as one of its fields."""
    return view.nested(thing, field)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
