"""Airflow's secrets backend over the kept tokens: `paloverde_<slug>` is a connection that any DAG may read.

    AIRFLOW__SECRETS__BACKEND=paloverde.orchestration.secrets_backend.CityBackend

So there is one place for a token, whoever uses it. Connections of other names are not ours: Airflow goes on
to its environment and its own database, where a connection of an account without a kept token may lie. A city
that names another backend here (such as Vault) loses nothing but that: our own steps read the kept tokens
directly, and take the connection of an account that has none.
"""

from __future__ import annotations

import json
import os

from airflow.secrets import BaseSecretsBackend

from paloverde.installation import Purpose, open_installation
from paloverde.orchestration.airflow_parts import CONNECTION_PREFIX, connection_id
from paloverde.orchestration.cities import serves_many
from paloverde.settings import load


class CityBackend(BaseSecretsBackend):
    """Gives connections with an account's token as the password, renewed where it comes near its end."""

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:  # noqa: ARG002
        """The connection in Airflow's JSON form; None for a name that is not ours, or an account without one.

        What is in the way of a kept token (a lost key, a renewal that the site refuses) is raised; Airflow
        notes it at DEBUG, asks its next backend, and says at last that the connection is not defined.
        """
        if not conn_id.startswith(CONNECTION_PREFIX) or serves_many():
            return None  # where there are many cities, Airflow does not say for whose DAG it asks
        city = open_installation(load(os.environ), purpose=Purpose.WORK)
        kept = city.access.credentials.accounts()
        for account in city.accounts():
            if account.slug in kept and connection_id(account.slug) == conn_id:
                return json.dumps({"conn_type": "generic", "password": city.token_of(account.slug)})
        return None

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:  # noqa: ARG002
        """No Airflow variable lies here."""
        return None

    def get_config(self, key: str) -> str | None:  # noqa: ARG002 - Airflow's signatures
        """No setting of Airflow lies here."""
        return None
