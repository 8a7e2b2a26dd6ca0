"""Airflow is asked by the address alone."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from paloverde.orchestration.plain_reads import PlainReads


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(PlainReads)

    @app.api_route("/backfills", methods=["GET", "HEAD", "POST"])
    async def answer(request: Request) -> str:
        return (await request.body()).decode()

    return TestClient(app)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_question_with_a_body_is_refused(client: TestClient, method: str) -> None:
    body = '{"dag_id": "palmaria.nightly_archive"}'
    assert (
        client.request(method, "/backfills?dag_id=losolivos.nightly_archive", content=body).status_code == 400
    )
    chunks = iter([body.encode()])
    assert client.request(method, "/backfills", content=chunks).status_code == 400


def test_all_else_is_answered(client: TestClient) -> None:
    assert client.get("/backfills").status_code == 200
    assert client.get("/backfills", headers={"Content-Length": "0"}).status_code == 200
    assert client.post("/backfills", content="told").json() == "told"
