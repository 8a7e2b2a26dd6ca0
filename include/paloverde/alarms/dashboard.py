"""The figures drawn: Grafana's dashboard, made from their declaration.

    python -m paloverde.alarms.dashboard > ops/grafana/paloverde.json

prints it; import the file in Grafana (Dashboards, New, Import) and choose the Prometheus that reads
`/metrics`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from paloverde.alarms.figures import FIGURES, Figure

# The form of dashboards of Grafana 10 and 11; later ones bring it up to date while they import it.
_SCHEMA_VERSION = 39
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 7  # of Grafana's 24 columns
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# From which value on a figure is drawn in orange, then in red; what is not here has no colour of its own.
_STEPS: dict[str, tuple[float | None, float | None]] = {
    "alerts": (1, None),
    "alert_round_age_seconds": (3600, 7200),
    "night_age_seconds": (36 * 3600, 72 * 3600),
    "unsealed_run_age_seconds": (12 * 3600, 20 * 3600),
    "index_lag_seconds": (3 * 3600, 26 * 3600),
    "damaged_objects": (None, 1),
    "unread_objects": (1, None),
    "requests_overdue": (None, 1),
    "holds_incomplete": (None, 1),
}


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    return {
        "uid": "paloverde",
        "title": "Paloverde: the social media archive",
        "description": "How the archive stands. What to do about a colour: docs/guide/alarms.md.",
        "tags": ["paloverde"],
        "schemaVersion": _SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "timepicker": {},
        "timezone": "America/Los_Angeles",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": [_variable()]},
        "panels": [*_panels()],
    }


def _variable() -> dict[str, Any]:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
    }


def _panels() -> Iterator[dict[str, Any]]:
    for number, figure in enumerate(FIGURES):
        row, column = divmod(number, _COLUMNS)
        place = {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
        yield _panel(number + 1, figure, place)


def _panel(number: int, figure: Figure, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": figure.panel,
        "description": figure.help,
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "editorMode": "code",
                "expr": figure.query,
                "legendFormat": " ".join(f"{{{{{label}}}}}" for label in figure.labels) or figure.panel,
                "range": True,
            }
        ],
        "fieldConfig": {
            "defaults": {
                "unit": figure.unit,
                "min": 0,
                "color": {"mode": "palette-classic"},
                "custom": {
                    "drawStyle": "line",
                    "lineWidth": 1,
                    "fillOpacity": 10,
                    "thresholdsStyle": {"mode": "area" if figure.name in _STEPS else "off"},
                },
                "thresholds": {"mode": "absolute", "steps": [*_steps(figure)]},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _steps(figure: Figure) -> Iterator[dict[str, Any]]:
    yield {"color": "transparent" if figure.name in _STEPS else "green", "value": None}
    orange, red = _STEPS.get(figure.name, (None, None))
    if orange is not None:
        yield {"color": "orange", "value": orange}
    if red is not None:
        yield {"color": "red", "value": red}


if __name__ == "__main__":
    print(json.dumps(dashboard(), indent=2))
