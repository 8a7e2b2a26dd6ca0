"""To which city's desk somebody comes, where one Airflow serves many. Whether they may enter, the desk says."""

from __future__ import annotations

import base64
import json

import pytest
from starlette.responses import PlainTextResponse

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from orchestration.isolated import TestClient
from paloverde.orchestration.airflow_door import Desks

CITIES = ("losolivos", "palmaria")


@pytest.fixture
def county() -> TestClient:
    return TestClient(Desks({city: PlainTextResponse(city) for city in CITIES}), "http://127.0.0.1")


def token(claims: object) -> str:
    """Of Airflow's form, signed by nobody, as one that has ended is no longer worth anything."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2lnbmVk"


@pytest.mark.parametrize("city", CITIES)
def test_everybody_comes_to_the_desk_of_their_own_city(county: TestClient, city: str) -> None:
    mine = token({"sub": f"{city}/cleo", "exp": 1})
    assert county.get("/", headers={"Authorization": f"Bearer {mine}"}).text == city
    assert county.get("/", headers={"Cookie": f"_token={mine}"}).text == city


@pytest.mark.parametrize(
    "strange",
    ["", "x", "a.b.c", "..", token({"sub": "nora"}), token({"sub": ["palmaria/cleo"]}), token("palmaria/cleo"),
     token({"sub": "vista/cleo"}), token({}), "e30." + base64.urlsafe_b64encode(b"[" * 9_000).decode() + ".x"],
)  # fmt: skip
def test_whoever_is_of_no_city_comes_to_a_door_all_the_same(county: TestClient, strange: str) -> None:
    answer = county.get("/", headers={"Authorization": f"Bearer {strange}"})
    assert (answer.status_code, answer.text) == (200, "losolivos")
