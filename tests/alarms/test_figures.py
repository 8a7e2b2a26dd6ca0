"""The figures: scraped for real with a token, read by Prometheus' own reader, drawn by a dashboard that fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from archives import ACCOUNT
from desk.owndesk import OwnDesk, browser, serving
from doubled import SLUG, Doubled, directories
from paloverde.alarms.counting import Counted, place_of, samples
from paloverde.alarms.dashboard import dashboard
from paloverde.alarms.figures import BY_NAME, FIGURES, PREFIX, Sample, exposition
from paloverde.alarms.here import Place
from paloverde.alarms.memory import Memory, remember
from paloverde.cli import main
from paloverde.errors import Unreachable
from paloverde.installation import Installation
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.budgets import Budgets

TOKEN = "a" * 20 + "-monitoring-of-palmaria"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def doubled(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def here(city: Installation) -> Place:
    return Place(city.settings, datetime.now(UTC), city)


def read(page: str) -> dict[str, dict[tuple[str, ...], float]]:
    """The page as Prometheus' own reader takes it: by name, then by the values of the labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(page):
        for one in family.samples:
            found.setdefault(one.name.removeprefix(PREFIX), {})[tuple(one.labels.values())] = one.value
    return found


def test_the_figures_are_those_of_the_archive(doubled: Doubled) -> None:
    city = doubled.filled()
    found = read(exposition(samples(lambda: here(city))))
    assert found["up"][()] == 1
    assert found["record_versions_total"][("other",)] == 6
    assert found["runs_total"][("import",)] == 2
    assert found["stored_objects"][("first",)] == found["stored_objects"][("second",)] > 10
    assert found["stored_bytes"][("first",)] > 1000
    assert found["index_missing_objects"][()] == 2
    assert found["index_lag_seconds"][()] > 0
    assert found["damaged_objects"][()] == 0
    city.index.refresh()
    assert read(exposition(samples(lambda: here(city))))["index_missing_objects"][()] == 0


def test_what_is_left_of_a_site_s_budget_is_told_without_an_account(doubled: Doubled) -> None:
    city = doubled.filled()
    city.register_account(Account("linkedin-palmaria", "linkedin", "urn:li:organization:1", "palmaria"))
    Budgets(city.vault.books).take("linkedin", "calls", "", datetime.now(UTC).date(), 120, 500)
    found = read(exposition(samples(lambda: here(city))))
    assert found["api_units_left"] == {("linkedin", "calls"): 380}


def test_no_account_no_name_and_no_word_is_in_a_label(doubled: Doubled) -> None:
    city = doubled.filled()
    city.register_account(Account("facebook-rosa-quintero", "facebook", "12345", "rosa.quintero"))
    page = exposition(samples(lambda: here(city)))
    assert "facebook" in page
    for hidden in (SLUG, "rosa", "quintero", "12345", "sweeping", str(city.settings.home)):
        assert hidden not in page.lower()


def test_an_archive_that_does_not_open_is_down_and_the_machine_is_still_counted(tmp_path: Path) -> None:
    def closed() -> Installation:
        raise Unreachable("The database is down.")

    settings, now = load({"PALOVERDE_HOME": str(tmp_path)}), datetime.now(UTC)
    remember(tmp_path, Memory(round_at=now - timedelta(hours=3)))
    found = read(exposition(samples(lambda: place_of(settings, now, closed))))
    assert found["up"] == {(): 0}
    assert found["disk_free_bytes"][("home",)] > 0
    assert found["alert_round_age_seconds"] == {(): 3 * 3600}
    assert not found.keys() & {"runs_total", "stored_objects"}


def test_a_database_that_is_lost_later_is_down_too(doubled: Doubled) -> None:
    city = doubled.filled()
    with city.vault.books.begin() as connection:
        connection.execute(text("DROP TABLE checks"))
    found = read(exposition(samples(lambda: here(city))))
    assert found["up"] == {(): 0}
    assert "disk_free_bytes" in found


def test_a_page_is_gathered_again_only_when_it_is_old(doubled: Doubled) -> None:
    city, now, asked = doubled.filled(), [0.0], list[float]()

    def place() -> Place:
        asked.append(now[0])
        return here(city)

    counted = Counted(place, lambda: now[0])
    for now[0] in (0.0, 10.0, 29.0, 31.0):
        assert "paloverde_up 1" in counted.page()
    assert asked == [0.0, 31.0]


def test_whatever_a_label_holds_the_page_can_be_read() -> None:
    strange = 'a "quoted\\ one\nand two'
    page = exposition([Sample("runs_total", 1.5, (strange,)), Sample("up", 1)])
    assert read(page) == {"up": {(): 1}, "runs_total": {(strange,): 1.5}}


def test_every_figure_bears_its_unit_as_prometheus_wants_it() -> None:
    assert len(BY_NAME) == len(FIGURES)
    for figure in FIGURES:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", figure.name)
        assert (figure.kind == "counter") is figure.name.endswith("_total")
        assert (figure.unit == "s") is figure.name.endswith("_seconds")
        assert (figure.unit == "bytes") is figure.name.endswith("_bytes")
        assert figure.help.endswith(".")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path, PALOVERDE_METRICS_TOKEN=TOKEN)) as running:
        yield running


def test_the_desk_shows_the_figures_to_whoever_has_the_token(desk: OwnDesk) -> None:
    with browser(desk.address) as client:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        # A monitoring server reads it past the web server, under another name.
        inside = {"Authorization": f"Bearer {TOKEN}", "Host": "desk:8091"}
        assert client.get("/metrics", headers=inside).status_code == 200
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    assert read(answer.text)["up"][()] == 1


@pytest.mark.parametrize("shown", ["", "Bearer", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer é"])
def test_it_refuses_an_outsider(desk: OwnDesk, shown: str) -> None:
    with browser(desk.address) as client:
        answer = client.get("/metrics", headers={"Authorization": shown.encode()} if shown else {})
    assert answer.status_code == 401
    assert "paloverde_" not in answer.text


def test_without_a_token_there_is_no_such_page(tmp_path: Path) -> None:
    with serving(OwnDesk(tmp_path)) as desk, browser(desk.address) as client:
        assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404


def test_the_command_prints_the_same(
    doubled: Doubled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doubled.filled()
    for name, value in doubled.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["metrics"]) == 0
    assert read(capsys.readouterr().out)["up"][()] == 1


# What Grafana's own definition of a dashboard says of the parts that ours has (kinds/dashboard, dashboard_kind.cue).
_REF = {"type": "object", "required": ["type", "uid"], "properties": {"type": {"const": "prometheus"}}}
_STEP = {
    "type": "object",
    "required": ["color", "value"],
    "properties": {"color": {"type": "string"}, "value": {"type": ["number", "null"]}},
}
_PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "gridPos", "targets", "datasource", "fieldConfig", "options"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "type": {"const": "timeseries"},
        "datasource": _REF,
        "gridPos": {
            "type": "object",
            "required": ["x", "y", "w", "h"],
            "additionalProperties": False,
            "properties": {
                "x": {"type": "integer", "minimum": 0, "maximum": 23},
                "y": {"type": "integer", "minimum": 0},
                "w": {"type": "integer", "minimum": 1, "maximum": 24},
                "h": {"type": "integer", "minimum": 1},
            },
        },
        "fieldConfig": {
            "type": "object",
            "required": ["defaults", "overrides"],
            "properties": {
                "defaults": {
                    "type": "object",
                    "properties": {
                        "thresholds": {
                            "type": "object",
                            "required": ["mode", "steps"],
                            "properties": {
                                "mode": {"enum": ["absolute", "percentage"]},
                                "steps": {"type": "array", "minItems": 1, "items": _STEP},
                            },
                        }
                    },
                }
            },
        },
    },
}
_DASHBOARD = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "panels", "templating", "time", "editable", "graphTooltip"],
    "properties": {
        "uid": {"type": "string", "minLength": 8, "maxLength": 40},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "graphTooltip": {"enum": [0, 1, 2]},
        "refresh": {"type": "string"},
        "panels": {"type": "array", "items": _PANEL},
        "templating": {
            "type": "object",
            "properties": {
                "list": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name", "type", "hide", "skipUrlSync"],
                        "properties": {"type": {"const": "datasource"}, "hide": {"enum": [0, 1, 2]}},
                    },
                }
            },
        },
    },
}
_NAME = re.compile(rf"\b{PREFIX}[a-z_]+")
_BY = re.compile(r"\bby \(([^)]*)\)")


def panels(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(made["panels"])


def strangers(made: Mapping[str, Any]) -> list[str]:
    """Names in queries that are no figure, and labels that the figure does not have."""
    names, wrong = {figure.full: figure for figure in FIGURES}, list[str]()
    for panel in panels(made):
        for target in panel["targets"]:
            asked = _NAME.findall(target["expr"])
            wrong += [name for name in asked if name not in names] or ([] if asked else [target["expr"]])
            labels = {label for found in _BY.findall(target["expr"]) for label in found.split(", ")}
            labels |= set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            known = {label for name in asked if name in names for label in names[name].labels}
            wrong += sorted(labels - known)
    return wrong


def test_the_dashboard_in_the_repository_is_the_one_that_the_figures_make() -> None:
    kept = (ROOT / "ops" / "grafana" / "paloverde.json").read_text(encoding="utf-8")
    assert json.loads(kept) == dashboard()


def test_the_dashboard_fits_grafana_s_model_and_no_panel_lies_on_another() -> None:
    made = dashboard()
    jsonschema.validate(made, _DASHBOARD)
    ids = [panel["id"] for panel in panels(made)]
    assert len(ids) == len(set(ids)) == len(FIGURES)
    cells = [
        (x, y)
        for panel in panels(made)
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    for panel in panels(made):
        values = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        assert values[0] is None
        assert values[1:] == sorted(values[1:])


def test_every_panel_asks_for_a_figure_that_there_is() -> None:
    assert strangers(dashboard()) == []


def test_a_panel_that_asks_for_another_figure_or_label_would_be_found() -> None:
    made = dashboard()
    made["panels"][0]["targets"][0]["expr"] = "paloverde_no_such_thing"
    made["panels"][1]["targets"][0]["expr"] = "sum by (account) (paloverde_gaps_open)"
    assert strangers(made)[:2] == ["paloverde_no_such_thing", "account"]
    assert ACCOUNT not in json.dumps(made)
