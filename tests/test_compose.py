"""What can be known of docker-compose.yaml without Docker: its shape, its settings, and its first service as it runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from httpx import Client
from jsonschema import Draft7Validator

from paloverde.cli import COMMANDS, whole_parser
from paloverde.desk.people import People, Role
from paloverde.installation import open_installation
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.sites import pools
from paloverde.orchestration.staging import free_port
from paloverde.settings import load
from postgres import PostgreSQL

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("paloverde:")}
SETTINGS: dict[str, str] = OURS["migrate"]["environment"]
CITY: dict[str, str] = COMPOSE["x-city"]
SERVED = ("desk", "delivery")  # to people who have no sign-in to Airflow
PORT = re.compile(r"\$\{BIND_ADDRESS:-127\.0\.0\.1\}:(\d+):\1")
SCHEMA = ROOT / ".compose-schema" / "package" / "lib" / "compose-spec" / "schema" / "compose-spec.json"
# Only the demo's: it runs on SQLite, is started step by step, and listens on a port of its own choice.
DEMO_ONLY = {
    "AIRFLOW__API__BASE_URL",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION",
    "AIRFLOW__CORE__PARALLELISM",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS",
    "AIRFLOW__API__HOST",
    "AIRFLOW__API__PORT",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC",
}
# Reads the settings as Airflow does, in a process of its own, and every command as its command line does.
ASK_AIRFLOW = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
known = conf.configuration_description
asked = json.load(sys.stdin)
for words in asked["commands"]:
    get_parser().parse_args(words)
print(json.dumps([
    [section, key, key in known.get(section, {}).get("options", {}), conf.get(section, key)]
    for section, key in asked["options"]
]))
"""


@pytest.fixture
def inside(tmp_path: Path, postgres: PostgreSQL) -> dict[str, str]:
    """The environment of a container of ours, with this machine's folders and server in place of its own."""
    secrets, home = tmp_path / "secrets", tmp_path / "home"
    for folder in (secrets, home):
        folder.mkdir(mode=0o700)
    for name in COMPOSE["secrets"]:
        (secrets / name).write_text(f"{name}-" + "x" * 64)
    for name in ("airflow_database", "paloverde_database"):
        (secrets / name).write_text(postgres.make_database())
    (secrets / "airflow_fernet_key").write_text("A" * 43 + "=")
    places = {"/run/secrets": secrets, "/opt/city": ROOT, "/var/lib/paloverde": home}
    environ = {name: _placed(value, places) for name, value in SETTINGS.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return (
        airflow_parts.bare_environment() | {"PATH": path, "AIRFLOW_HOME": str(tmp_path / "airflow")} | environ
    )


def _placed(value: str, places: dict[str, Path]) -> str:
    """A value of the file as it is on this machine, where nobody sets what `docker compose` would put in."""
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    for place, here in places.items():
        value = value.replace(place, str(here))
    return value


def commands() -> Iterator[list[str]]:
    """Every command line of ours in the file: of services, health checks, scripts, and of the notes on top."""
    for service in OURS.values():
        words: list[str] = service["command"]
        lines = re.split(r"\n|&&", words[2]) if words[0] == "sh" else [shlex.join(words)]
        yield from (shlex.split(line.replace("$$", "$")) for line in lines)
        yield service.get("healthcheck", {}).get("test", [""])[1:]


def test_the_services_are_there() -> None:
    assert set(SERVICES) >= {"postgres", "s3", "migrate", *(part.name for part in airflow_parts.parts())}


def test_the_service_behind_links_is_the_one_of_the_demo() -> None:
    service = SERVICES["delivery"]
    (demo,) = airflow_parts.delivery_parts({"PALOVERDE_DELIVERY_ADDRESS": "https://records.city.example"})
    words = service["command"]
    assert words[:3] == ["paloverde", *demo.command[3:5]]
    assert words[-2:] == list(demo.command[-2:]) == ["--port", str(airflow_parts.DELIVERY_PORT)]
    edge = (ROOT / "ops" / "edge" / "Caddyfile").read_text(encoding="utf-8")
    assert f"delivery:{airflow_parts.DELIVERY_PORT}" in edge
    assert airflow_parts.delivery_parts({}) == []
    (near,) = airflow_parts.delivery_parts({"PALOVERDE_DELIVERY_ADDRESS": "http://127.0.0.1:18090"})
    assert near.command[-1] == "18090"


def test_only_the_edge_is_reached_from_outside_and_from_loopback_alone_until_somebody_sets_an_address() -> (
    None
):
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["edge"]
    ports = [str(port) for port in SERVICES["edge"]["ports"]]
    assert len(ports) == 2
    assert [port for port in ports if not PORT.fullmatch(port)] == []


def test_every_name_of_the_edge_leads_to_a_service_that_listens_there() -> None:
    edge = (ROOT / "ops" / "edge" / "Caddyfile").read_text(encoding="utf-8")
    behind = re.findall(r"reverse_proxy \{\$\w+:([\w-]+):(\d+)\}", edge)
    assert {name for name, _ in behind} == {"api-server", *SERVED}
    for name, port in behind:
        assert SERVICES[name]["command"][SERVICES[name]["command"].index("--port") + 1] == port
        assert name in SERVICES["edge"]["depends_on"]
    for name, default in re.findall(r"^\{\$(\w+):([\w.]+)\} \{", edge, re.MULTILINE):
        assert SERVICES["edge"]["environment"][name] == f"${{{name}:-{default}}}"


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed: make parts, as root")
def test_the_edges_program_takes_its_file(tmp_path: Path) -> None:
    words = ["caddy", "validate", "--config", ROOT / "ops" / "edge" / "Caddyfile", "--adapter", "caddyfile"]
    home = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "EDGE_TLS": "it@city.example"}
    done = subprocess.run(words, env=os.environ | home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    formatted = subprocess.run(["caddy", "fmt", words[3]], capture_output=True, text=True, check=True)
    assert formatted.stdout == Path(words[3]).read_text(encoding="utf-8")


@pytest.mark.skipif(not SCHEMA.exists(), reason="make compose-schema fetches it")
def test_composes_own_schema_takes_the_file() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    checker = Draft7Validator(schema)
    known = {
        name: part for name, part in COMPOSE.items() if name != "name"
    }  # a month younger than the schema
    assert [f"{list(error.path)}: {error.message}" for error in checker.iter_errors(known)] == []
    wrong = known | {"services": {"desk": {"image": "x", "restrat": "no"}}}
    assert [list(error.path) for error in checker.iter_errors(wrong)] == [["services", "desk"]]


def test_each_service_waits_for_services_that_are_there_and_can_be_what_it_waits_for() -> None:
    for name, service in SERVICES.items():
        for other, asked in service.get("depends_on", {}).items():
            once = SERVICES[other]["restart"] == "no"
            assert (asked["condition"] == "service_completed_successfully") == once, (name, other)
            assert once or "healthcheck" in SERVICES[other], (name, other)


def test_what_containers_say_is_kept_within_bounds() -> None:
    said = {name: service.get("logging", {}).get("options") for name, service in SERVICES.items()}
    assert {
        name for name, options in said.items() if options != {"max-size": "20m", "max-file": "5"}
    } == set()
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if re.match(r"\w", volume)
    }
    assert used | {"certificates", "backups", "s3"} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", SERVED)
def test_what_is_served_outside_of_airflow_may_as_little_as_it_can(name: str) -> None:
    service = SERVICES[name]
    assert service["environment"] == CITY
    assert [one for one in CITY if one.startswith("AIRFLOW")] == []
    assert [one for one in service["secrets"] if "airflow" in one] == []
    assert service["user"] == "50000:50000"
    assert "useradd --uid 50000" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == [
        "/var/lib/paloverde",
        "/tmp",
        "/run/city:ro",
    ]


def test_where_a_request_came_from_is_believed_of_the_edge_alone() -> None:
    (told,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    network = {name: _placed(address, {}) for name, address in told.items()}
    believed = _placed(CITY["FORWARDED_ALLOW_IPS"], {})
    assert CITY["FORWARDED_ALLOW_IPS"] == SERVICES["edge"]["networks"]["default"]["ipv4_address"]
    assert {address.count("${NETWORK:-172.30.91}.") for address in told.values()} == {1}, (
        "one setting moves all"
    )
    assert ip_address(believed) in ip_network(network["subnet"])
    assert believed != network["gateway"]
    # Docker gives out addresses in the order in which parts start: one that may be given is taken by then.
    assert ip_address(believed) not in ip_network(network["ip_range"])
    assert ip_network(network["ip_range"]).subnet_of(ip_network(network["subnet"]))
    assert "--proxy-headers" in SERVICES["api-server"]["command"]


def test_no_password_stands_in_the_file() -> None:
    keys = re.findall(r"^\s*(\w*(?:PASSWORD|SECRET|KEY|TOKEN)\w*):\s*(\S.*)$", TEXT, re.MULTILINE)
    secret = [(key, value) for key, value in keys if not key.startswith("AIRFLOW__SECRETS__BACKEND")]
    assert secret
    assert [(key, value) for key, value in secret if "/run/secrets/" not in value] == []


def test_every_secret_is_a_file_that_one_command_writes_and_every_used_one_is_declared(
    tmp_path: Path,
) -> None:
    declared = COMPOSE["secrets"]
    assert {name: secret["file"] for name, secret in declared.items()} == {
        name: f"./secrets/{name}" for name in declared
    }
    words = [sys.executable, ROOT / "ops" / "make_secrets.py", tmp_path / "secrets", "--recipient", "age1x"]
    subprocess.run(words, check=True, capture_output=True)
    assert {file.name for file in (tmp_path / "secrets").iterdir() if file.is_file()} == set(declared)
    for name, service in SERVICES.items():
        used = set(re.findall(r"/run/secrets/(\w+)", str(service)))
        assert used == set(service.get("secrets", [])), name
        assert used <= set(declared), name


def test_what_stays_up_is_watched_and_pinned() -> None:
    for name, service in SERVICES.items():
        if service.get("restart") != "no":
            assert "healthcheck" in service, name
        image = str(service.get("image", ""))
        assert image.count(":") == 1, name
        assert not image.endswith(":latest"), name


def test_airflow_runs_here_as_it_does_in_the_demo() -> None:
    demo = airflow_parts.environment(Path("/h"), Path("/p"), 8080, {})
    wanted = {name: value for name, value in demo.items() if name.startswith("AIRFLOW__")}
    places = {"/p/dags": "/opt/city/dags", "/p/plugins": "/opt/city/plugins",
              "127.0.0.1:8080/execution": "api-server:8080/execution"}  # fmt: skip
    for there, here in places.items():
        wanted = {name: value.replace(there, here) for name, value in wanted.items()}
    differs = {
        name: (value, SETTINGS.get(name)) for name, value in wanted.items() if SETTINGS.get(name) != value
    }
    assert set(differs) <= DEMO_ONLY


def example() -> list[tuple[str, str]]:
    """Every line of ops/env.example that may be set, as it is then."""
    text = (ROOT / "ops" / "env.example").read_text(encoding="utf-8")
    return re.findall(r"^#([A-Z][A-Z0-9_]+)=(.+)$", text, re.MULTILINE)


def test_what_a_city_may_choose_stands_in_one_example_and_nowhere_else() -> None:
    asked = set(re.findall(r"\$\{(\w+)(?::-[^}]*)?\}", TEXT))
    assert {name for name, _ in example() if not name.startswith("PALOVERDE_")} == asked
    assert [
        line for line in (ROOT / "ops" / "env.example").read_text().splitlines() if line[:1] not in ("", "#")
    ] == []
    assert {name for name, service in SERVICES.items() if "env_file" in service} == set(OURS)
    assert {str(service["env_file"]) for service in OURS.values()} == {".env"}


def test_a_file_after_the_example_is_taken_and_every_secret_in_it_lies_where_the_parts_find_it(
    inside: dict[str, str], tmp_path: Path
) -> None:
    chosen = {name: value for name, value in example() if name.startswith("PALOVERDE_")}
    files = [name for name in chosen if name.endswith("_FILE")]
    assert len(files) > 2
    for name in files:
        secret = Path(chosen[name]).name
        words = [sys.executable, ROOT / "ops" / "make_secrets.py", tmp_path / "mine", "--add", secret]
        done = subprocess.run(words, input="a-long-secret", capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == f"{name}={chosen[name]}"
        chosen[name] = chosen[name].replace("/run/city", str(tmp_path / "mine" / "city"))
    for service in OURS.values():
        assert "./secrets/city:/run/city:ro" in service["volumes"]
    settings = load(chosen | {name: value for name, value in inside.items() if name.startswith("PALOVERDE_")})
    assert settings.alerts_it == ("it@city.example",)
    assert settings.second_store == "s3://palmaria-second"


def test_whoever_looks_for_backups_sees_the_folder_into_which_they_are_written() -> None:
    folder = CITY["PALOVERDE_BACKUP_FOLDER"]
    assert f"--to={folder}" in SERVICES["backup"]["command"]
    (written,) = [volume for volume in SERVICES["backup"]["volumes"] if volume.endswith(f":{folder}")]
    for name in ("worker", "migrate"):  # the alerts' task; the doctor, as the guide asks it
        assert f"{written}:ro" in SERVICES[name]["volumes"], name


def test_a_volume_that_is_thrown_away_need_not_be_the_archive() -> None:
    """`docker compose down --volumes` takes every volume, and no folder of this machine."""
    assert SERVICES["s3"]["volumes"] == ["${ARCHIVE_FOLDER:-s3}:/data"]
    guide = (ROOT / "docs" / "guide" / "installing.md").read_text(encoding="utf-8")
    (upgrading,) = re.findall(r"^## Upgrading\n(.*?)^## ", guide, re.MULTILINE | re.DOTALL)
    assert upgrading.count("--volumes") == upgrading.count("never `docker compose down --volumes`") == 1


def told() -> list[list[str]]:
    """Every command line of Compose that a guide shows, as words behind `docker compose`."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "guide").glob("*.md"))
    found = re.findall(r"docker compose ((?:run|exec|stop|restart|up|cp|logs)\b[^`\n']*)", pages)
    return [shlex.split(line) for line in found]


def of_services(words: list[str]) -> list[str]:
    """The services that a line names; `run` and `exec` name one, before the command."""
    action, rest = words[0], words[1:]
    if action == "cp":
        return [word.partition(":")[0] for word in rest if ":" in word]
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in ("-v", "--scale") else rest[1:]
    return rest[:1] if action in ("run", "exec") else rest


def test_every_line_of_compose_in_the_guides_names_services_that_are_there() -> None:
    assert len(told()) > 15
    named = [(words, name) for words in told() for name in of_services(words) if name != "NAME"]
    assert [one for one in named if one[1] not in SERVICES] == []
    assert {words[0] for words, _ in named} >= {"run", "exec", "stop", "restart", "cp", "up"}


def test_what_is_called_by_run_starts_nothing_else_but_where_that_is_meant() -> None:
    """`run` without `--no-deps` tries the store and changes the tables again before each command."""
    assert {tuple(words) for words in told() if words[0] == "run" and "--no-deps" not in words} == {
        ("run", "--rm", "migrate")
    }


def test_to_stop_airflow_is_to_stop_whatever_writes_into_the_archive() -> None:
    (stopped,) = [words[1:] for words in told() if words[0] == "stop"]
    assert set(stopped) == {name for name, service in OURS.items() if service["restart"] != "no"}


def test_the_names_of_volumes_do_not_hang_on_the_name_of_the_folder() -> None:
    assert COMPOSE["name"] == "paloverde"


def test_the_database_is_called_ready_by_network_alone() -> None:
    """While its image prepares it, PostgreSQL answers on the socket, and ends again."""
    assert "--host=127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]


def test_the_parts_find_the_citys_addresses_at_the_edge() -> None:
    aliases = SERVICES["edge"]["networks"]["default"]["aliases"]
    assert {f"https://{alias}" for alias in aliases} == {
        CITY["PALOVERDE_DESK_ADDRESS"],
        CITY["PALOVERDE_DELIVERY_ADDRESS"],
        SETTINGS["AIRFLOW__API__BASE_URL"],
    }


def test_paloverde_takes_its_settings(inside: dict[str, str]) -> None:
    settings = load(inside)
    assert settings.database.get_backend_name() == "postgresql"
    assert settings.store == "s3://paloverde"
    assert settings.s3_secret_key is not None


def test_airflow_knows_every_setting_and_command(inside: dict[str, str]) -> None:
    options = [
        name.removesuffix("_CMD").lower().split("__")[1:] for name in SETTINGS if name.startswith("AIRFLOW__")
    ]
    spoken = [[word.replace("$before", "2026-08-25") for word in words] for words in commands()]
    asked = {"options": options, "commands": [words[1:] for words in spoken if words[:1] == ["airflow"]]}
    assert len(asked["commands"]) > 8
    done = subprocess.run(
        [sys.executable, "-c", ASK_AIRFLOW],
        input=json.dumps(asked), env=inside, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert [(section, key) for section, key, known, _ in answers if not known] == []
    values = {(section, key): value for section, key, _, value in answers}
    assert values["api_auth", "jwt_secret"] == "airflow_jwt_secret-" + "x" * 64
    assert values["database", "sql_alchemy_conn"] == values["database", "sql_alchemy_conn_async"]
    assert values["database", "sql_alchemy_conn"].startswith("postgresql+psycopg:")


def test_the_executor_of_the_file_can_be_loaded(inside: dict[str, str]) -> None:
    """The locked Celery and Airflow's part for it must fit each other; only loading both shows it."""
    load_it = (
        "from airflow.executors.executor_loader import ExecutorLoader as e; print(e.get_default_executor())"
    )
    words = [sys.executable, "-c", load_it]
    done = subprocess.run(words, env=inside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "CeleryExecutor" in done.stdout


def test_paloverde_knows_every_command_of_ours() -> None:
    ours = [words[1:] for words in commands() if words[:1] == ["paloverde"] and "--help" not in words]
    assert {words[0] for words in ours} == {"backup", "doctor", "deliver", "desk", "store"}
    for words in ours:
        assert whole_parser(list(COMMANDS)).parse_args(words).command == words[0]


@pytest.mark.slow
def test_the_first_service_makes_the_database_and_the_pools(inside: dict[str, str], tmp_path: Path) -> None:
    words = [_placed(word, {"/tmp": tmp_path}) for word in OURS["migrate"]["command"]]
    for again in (False, True):
        done = subprocess.run(words, env=inside, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (again, done.stdout[-2000:], done.stderr[-2000:])
    listed = subprocess.run(
        ["airflow", "pools", "list", "--output", "json"],
        env=inside,
        capture_output=True,
        text=True,
        check=True,
    )
    there = {pool["pool"]: int(pool["slots"]) for pool in json.loads(listed.stdout.splitlines()[-1])}
    assert {pool["name"]: pool["slots"] for pool in pools()}.items() <= there.items()


@pytest.mark.slow
def test_the_desk_of_the_file_serves_and_believes_no_stranger_where_he_comes_from(
    inside: dict[str, str], tmp_path: Path
) -> None:
    """On a directory in place of the S3 server; its own folders are all that it may write into."""
    environ = {name: value for name, value in inside.items() if not name.startswith("AIRFLOW")}
    environ |= {"PALOVERDE_STORE": f"file://{tmp_path}/store"}
    for name in CITY:
        if name.startswith("PALOVERDE_S3_"):
            del environ[name]
    password = "a long sentence for tests"
    made = People(Path(environ["PALOVERDE_HOME"]) / "users.json")
    open_installation(load({name: value for name, value in environ.items() if name.startswith("PALOVERDE_")}))
    made.put("cleo", "Cleo Park", Role.CLERK, password)
    address = environ.pop("PALOVERDE_DESK_ADDRESS")
    assert address == "https://desk.localhost"
    with _desk(environ) as client:
        assert client.get("/sign-in").status_code == 200
        assert client.get("/", headers={"host": "evil.example"}).status_code == 421
        assert _cookie_of(client, password).startswith("paloverde_session=")
    with _desk(environ | {"FORWARDED_ALLOW_IPS": "127.0.0.1"}) as client:  # where the test's proxy is
        given = _cookie_of(client, password)
        assert given.startswith("__Host-paloverde_session=")
        assert "Secure" in given
        assert "HttpOnly" in given


@contextmanager
def _desk(environ: dict[str, str]) -> Iterator[Client]:
    """The desk's service, at a port of its own; ready once the file's health check says so."""
    port = str(free_port())
    words = [port if word == "8091" else word for word in SERVICES["desk"]["command"]]
    check = [word.replace("8091", port) for word in SERVICES["desk"]["healthcheck"]["test"][1:]]
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as served:
        try:
            end = monotonic() + 120
            while subprocess.run(check, env=environ, stderr=subprocess.DEVNULL, check=False).returncode:
                assert served.poll() is None, served.stderr and served.stderr.read()
                assert monotonic() < end
            with Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
                yield client
        finally:
            served.terminate()


def _cookie_of(client: Client, password: str) -> str:
    """The cookie of somebody who signs in through a proxy that says so."""
    form = {"username": "cleo", "password": password}
    answer = client.post("/sign-in", data=form, headers={"x-forwarded-proto": "https"})
    assert answer.status_code == 303
    return answer.headers["set-cookie"]
