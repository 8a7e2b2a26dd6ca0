"""Mounts the desk in Airflow's web server and puts it in the menu.

Keep this folder to this one file: Airflow loads every module here under its bare name, and a `csv.py` would
take the standard library's place.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from paloverde.orchestration import airflow_door


class PaloverdePlugin(AirflowPlugin):
    name = "paloverde"
    fastapi_apps = [{"app": airflow_door.app, "url_prefix": "/paloverde", "name": "Paloverde"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Records",  # the menu is as wide as one short word
            "href": "paloverde/",
            "destination": "nav",
            "url_route": airflow_door.ROUTE,
            "nav_top_level": True,
        }
    ]
