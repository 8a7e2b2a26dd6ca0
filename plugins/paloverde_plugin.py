"""Mounts the desk in Airflow's web server, puts it in the menu, and closes a gap of that server.

Keep this folder to this one file: Airflow loads every module here under its bare name, and a `csv.py` would
take the standard library's place.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from paloverde.orchestration import airflow_door
from paloverde.orchestration.plain_reads import PlainReads


class PaloverdePlugin(AirflowPlugin):
    name = "paloverde"
    fastapi_apps = [{"app": airflow_door.app, "url_prefix": "/paloverde", "name": "Paloverde"}]  # noqa: RUF012
    fastapi_root_middlewares = [{"middleware": PlainReads, "name": "No GET with a body"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Records",  # the menu is as wide as one short word
            "href": "paloverde/",
            "destination": "nav",
            "url_route": airflow_door.ROUTE,
            "nav_top_level": True,
        }
    ]
