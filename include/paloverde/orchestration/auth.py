"""Who may do what in Airflow: `AIRFLOW__CORE__AUTH_MANAGER=paloverde.orchestration.auth.CityAuthManager`.

A signed-in person carries Airflow's own token (a JWT); it names the person and no more. Role and right to be
here are looked up in the users file at every request, so a change there counts at once.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from airflow.api_fastapi.app import AUTH_MANAGER_FASTAPI_APP_PREFIX
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager, ResourceMethod
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import (
    AccessView,
    AssetAliasDetails,
    AssetDetails,
    ConfigurationDetails,
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
    PoolDetails,
    VariableDetails,
)
from airflow.api_fastapi.common.types import MenuItem
from airflow.configuration import conf
from fastapi import FastAPI

from paloverde.desk.attempts import Attempts
from paloverde.desk.people import Person, stamp_of
from paloverde.errors import BadSetting
from paloverde.orchestration.cities import served, serves_many
from paloverde.orchestration.residents import change_of, city_and_username, residents
from paloverde.orchestration.roles import LIMITED, RIGHTS, Rights
from paloverde.orchestration.sign_in import sign_in_app


class CityUser(BaseUser):
    """Somebody who is signed in."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return self.person.username

    def get_name(self) -> str:
        """As Airflow notes it with every act."""
        return self.person.in_full

    @property
    def rights(self) -> Rights:
        if self.person.accounts:
            return LIMITED
        rights, (city, _) = RIGHTS[self.person.role], city_and_username(self.person.username)
        if not serves_many():
            return rights
        return rights.in_city(city) if city else rights.in_all(served())


class CityAuthManager(BaseAuthManager[CityUser]):
    """Airflow asks this for every page, button and call; `roles.RIGHTS` answers, and refuses the unknown."""

    def init(self) -> None:
        super().init()
        self.people = residents()

    def get_url_login(self, **kwargs: Any) -> str:
        page = f"{AUTH_MANAGER_FASTAPI_APP_PREFIX}/login"
        asked = kwargs.get("next_url")
        return f"{page}?{urlencode({'next': asked})}" if asked else page

    def get_url_logout(self) -> str:
        """Where Airflow's sign-out leads, once it has ended the session: see `sign_in.left`."""
        return f"{AUTH_MANAGER_FASTAPI_APP_PREFIX}/left"

    def get_fastapi_app(self) -> FastAPI:
        return sign_in_app(self.people, Attempts(time.monotonic), self.issue, change_of)

    def issue(self, person: Person, kind: str) -> str:
        """A token of Airflow's own, valid as long as Airflow's settings say (`[api_auth]`)."""
        setting = "jwt_cli_expiration_time" if kind == "cli" else "jwt_expiration_time"
        return self.generate_jwt(
            CityUser(person), expiration_time_in_seconds=conf.getint("api_auth", setting)
        )

    def serialize_user(self, user: CityUser) -> dict[str, Any]:
        return {"sub": user.person.username, "stamp": stamp_of(user.person)}

    def deserialize_user(self, token: dict[str, Any]) -> CityUser:
        """The person whom a token names.

        Raises ValueError (which Airflow answers with 403) for whoever was removed, or had the password
        changed, since the token was made.
        """
        try:
            person = self.people.find(token["sub"])
        except BadSetting as unreadable:
            raise ValueError(str(unreadable)) from unreadable
        if person is None or token.get("stamp") != stamp_of(person):
            raise ValueError("This sign-in has ended: sign in again.")
        return CityUser(person)

    def is_authorized_dag(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        access_entity: DagAccessEntity | None = None,
        details: DagDetails | None = None,
    ) -> bool:
        part = access_entity.value if access_entity else "DAG"
        return user.rights.on_dag(str(method), part, details.id if details else None)

    def is_authorized_configuration(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: ConfigurationDetails | None = None,  # noqa: ARG002 - Airflow's signature, here and below
    ) -> bool:
        return _may(user, method, "configuration")

    def is_authorized_connection(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: ConnectionDetails | None = None,  # noqa: ARG002
    ) -> bool:
        return _may(user, method, "connection")

    def is_authorized_asset(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: AssetDetails | None = None,  # noqa: ARG002
    ) -> bool:
        return _may(user, method, "asset")

    def is_authorized_asset_alias(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: AssetAliasDetails | None = None,  # noqa: ARG002
    ) -> bool:
        return _may(user, method, "asset_alias")

    def is_authorized_pool(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: PoolDetails | None = None,  # noqa: ARG002
    ) -> bool:
        return _may(user, method, "pool")

    def is_authorized_variable(
        self,
        *,
        method: ResourceMethod,
        user: CityUser,
        details: VariableDetails | None = None,  # noqa: ARG002
    ) -> bool:
        return _may(user, method, "variable")

    def is_authorized_view(self, *, access_view: AccessView, user: CityUser) -> bool:
        return access_view.value in user.rights.views

    def is_authorized_custom_view(
        self,
        *,
        method: ResourceMethod,  # noqa: ARG002
        resource_name: str,  # noqa: ARG002
        user: CityUser,  # noqa: ARG002
    ) -> bool:
        """The desk asks its own table (`desk.rights`); pages of other plugins are nobody's."""
        return False

    def filter_authorized_menu_items(self, menu_items: list[MenuItem], *, user: CityUser) -> list[MenuItem]:
        return [item for item in menu_items if item.value in user.rights.menu]


def _may(user: CityUser, method: ResourceMethod, thing: str) -> bool:
    return str(method) in user.rights.things.get(thing, frozenset())
