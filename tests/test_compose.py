"""docker-compose.yml and .env.example: services, shared secrets, loopback ports, health."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_support import PARTS, Places, resolved
from dotenv import dotenv_values

from beskplan.airflow_local import POOL, airflow_environment, read_environment
from beskplan.demo import DEMO_TOKEN
from beskplan.settings import JOBINDSATS_URL, Settings

PROJECT = Path(__file__).resolve().parents[1]
AIRFLOW = {
    "airflow-init",
    "airflow-api-server",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "airflow-worker",
}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:?[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def text() -> str:
    return (PROJECT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_exactly_these_services(services: dict[str, Any]) -> None:
    profiles = {name: tuple(service.get("profiles", ())) for name, service in services.items()}
    assert profiles == dict.fromkeys(AIRFLOW | {"postgres", "releases"}, ()) | {
        "airflow-worker": ("celery",),
        "redis": ("celery",),
        "standin": ("demo",),
    }


# What a process on one machine has otherwise than a container: folders, addresses, secret files.
PLACES = {
    "BESKPLAN_HJEM",
    "AIRFLOW_HOME",
    "AIRFLOW__API__HOST",
    "AIRFLOW__API__PORT",
    "AIRFLOW__API__SECRET_KEY_CMD",
    "AIRFLOW__API_AUTH__JWT_SECRET_CMD",
    "AIRFLOW__CELERY__BROKER_URL_CMD",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CORE__DAGS_FOLDER",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__FERNET_KEY_CMD",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__OPENLINEAGE__TRANSPORT",
    "AIRFLOW__SECRETS__BACKEND_KWARGS",
    "PGPASSFILE",
}
SECRETS = {"pgpass", "jwt_secret", "api_secret_key", "fernet_key", "celery_broker_url"}


def test_every_part_of_airflow_shares_file_and_secrets(services: dict[str, Any]) -> None:
    for name in AIRFLOW:
        assert services[name]["env_file"] == ".env"
        assert set(services[name]["secrets"]) >= SECRETS
        environment = services[name]["environment"]
        assert environment["AIRFLOW__API_AUTH__JWT_SECRET_CMD"] == "cat /run/secrets/jwt_secret"  # noqa: S105 - the test's own, opens nothing
        assert environment["AIRFLOW__CORE__AUTH_MANAGER"] == "beskplan.airflow_auth.AuthManager"
        assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].startswith(
            "http://airflow-api-server:8080/"
        )
        assert "postgresql" in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    holding = {name for name in services if "admin_kodeord" in services[name].get("secrets", ())}
    assert holding == {"airflow-init"}, "the administrator's password is for init alone"
    asking = {n for n in services if "jobindsats_token" in services[n].get("secrets", ())}
    assert asking == AIRFLOW - {"airflow-init"}
    told = {n for n in services if "forbindelser.json" in services[n].get("secrets", ())}
    assert told == asking, "where messages go, with the passwords for it"


def test_compose_resolves_it_and_the_processes_have_the_same_environment(tmp_path: Path) -> None:
    """The system test's environment differs from the containers' in places only."""
    (tmp_path / "her").mkdir()
    places = Places(tmp_path, tmp_path / "airflow", tmp_path / "hemmeligt", 18080, 15432)
    config = resolved(tmp_path / "her", {"COMPOSE_PROFILES": "demo,celery"})
    assert set(config["services"]) == AIRFLOW | {"postgres", "releases", "redis", "standin"}
    for name in ("airflow-init", *PARTS):
        contained = config["services"][name]["environment"]
        here = places.environment(config["services"][name])
        assert here.keys() == contained.keys()
        differs = {key for key in here if here[key] != str(contained[key] or "")}
        own = "BESKPLAN_ADMIN_KODEORD_FILE" if name == "airflow-init" else "JOBINDSATS_TOKEN_FILE"
        assert differs == PLACES | {own}


def test_lineage_is_the_same_in_containers_and_on_one_machine(services: dict[str, Any]) -> None:
    here = airflow_environment({}, PROJECT)
    names = {name for name in here if name.startswith("AIRFLOW__OPENLINEAGE__")}
    for part in AIRFLOW:
        environment = services[part]["environment"]
        assert {n for n in environment if n.startswith("AIRFLOW__OPENLINEAGE__")} == names
        for name in names - {"AIRFLOW__OPENLINEAGE__TRANSPORT"}:
            assert environment[name] == here[name]
        transport = json.loads(environment["AIRFLOW__OPENLINEAGE__TRANSPORT"])
        assert transport == json.loads(here["AIRFLOW__OPENLINEAGE__TRANSPORT"]) | {
            "log_file_path": "/opt/airflow/logs/lineage.jsonl"
        }
        assert "airflow-logs:/opt/airflow/logs" in services[part]["volumes"]


def test_no_secret_is_a_variable(services: dict[str, Any], text: str) -> None:
    assert "${POSTGRES_PASSWORD" not in text
    for service in services.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("TOKEN|PASSWORD|SECRET_KEY|FERNET|KODEORD|BROKER|AIRFLOW_CONN", name):
                assert value == "" or "/run/secrets/" in value, name
    example = dotenv_values(PROJECT / ".env.example")
    kept = {name: value for name, value in example.items() if value == DEMO_TOKEN}
    assert set(kept) == {"JOBINDSATS_TOKEN"}
    assert not [name for name in example if re.search("PASSWORD|SECRET|FERNET|KODEORD", name)]


def test_one_command_makes_every_secret_once(tmp_path: Path, text: str) -> None:
    make = [str(PROJECT / "deploy/hemmeligheder.sh"), str(tmp_path / "h")]
    said = subprocess.run(make, capture_output=True, text=True, check=True).stdout
    files = {file.name: file for file in (tmp_path / "h").iterdir()}
    assert set(files) == set(yaml.safe_load(text)["secrets"])
    made = {name: file.read_text().strip() for name, file in files.items()}
    assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o600}
    assert len(set(made.values())) == len(made)
    assert len(made["jwt_secret"]) == 128
    assert made["pgpass"].endswith(made["postgres_kodeord"])
    assert not [value for value in made.values() if value in said]
    subprocess.run(make, capture_output=True, check=True)
    assert {name: file.read_text().strip() for name, file in files.items()} == made
    fernet = pytest.importorskip("cryptography.fernet")
    fernet.Fernet(made["fernet_key"].encode())


def test_every_service_is_bounded_unprivileged_and_of_an_exact_image(
    services: dict[str, Any],
) -> None:
    for name, service in services.items():
        assert {"mem_limit", "cpus", "pids_limit"} <= set(service), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["restart"] == ("no" if name == "airflow-init" else "unless-stopped")
        assert service["image"] == "beskplan:local" or re.search(r":\d+\.\d+", service["image"])
        assert service["image"] == "beskplan:local" or "user" in service, name
    dockerfile = (PROJECT / "deploy/Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.11\.\d+-", dockerfile, re.M)
    assert re.search(r"^USER beskplan$", dockerfile, re.M)


def test_the_roles_grow_from_reader_to_engineer() -> None:
    rows = json.loads((PROJECT / "deploy/roller.json").read_text())
    rights: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        held = rights.setdefault(row["name"], set())
        held.update((action, row["resource"]) for action in row["action"].split(","))
    assert set(rights) == {"reader", "reviewer", "engineer"}
    assert rights["reader"] < rights["reviewer"] < rights["engineer"]
    assert rights["reviewer"] - rights["reader"] == {("can_edit", "HITL Detail")}
    changing = {one for one in rights["reader"] if one[0] not in ("can_read", "menu_access")}
    assert changing == {("can_edit", "My Password"), ("can_edit", "My Profile")}
    named = {resource for held in rights.values() for _, resource in held}
    assert not named & {"Connections", "Variables", "Configurations", "Users", "Roles"}


def test_only_loopback_is_published(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(ports) == {"airflow-api-server", "releases"}
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)


def test_readers_cannot_write_a_release(services: dict[str, Any]) -> None:
    assert "./releases:/data/releases:ro" in services["releases"]["volumes"]
    assert all(volume.endswith(":ro") for volume in services["releases"]["volumes"])


def test_every_lasting_service_has_a_health_check(services: dict[str, Any]) -> None:
    without = {name for name, service in services.items() if "healthcheck" not in service}
    assert without == {"airflow-init"}


def test_the_pool_is_made_before_the_first_task(services: dict[str, Any]) -> None:
    assert services["airflow-init"]["command"] == "python -m beskplan.airflow_init"
    assert POOL[:2] == ("duckdb_skriver", "1")
    for name in AIRFLOW - {"airflow-init"}:
        wanted = services[name]["depends_on"]["airflow-init"]["condition"]
        assert wanted == "service_completed_successfully"


def test_no_task_starts_before_the_server_it_reports_to(services: dict[str, Any]) -> None:
    for name in ("airflow-scheduler", "airflow-worker"):
        wanted = services[name]["depends_on"]["airflow-api-server"]
        assert wanted == {"condition": "service_healthy"}


def test_each_variable_stands_in_the_example_file(text: str) -> None:
    used = {match[1] for match in VARIABLE.finditer(text)}
    assert used
    assert used <= set(dotenv_values(PROJECT / ".env.example"))


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    lines = (PROJECT / "deploy/Dockerfile").read_text().splitlines()
    sources = {line.split()[1] for line in lines if line.startswith("COPY ")}
    assert "requirements/run.lock" in sources
    assert all((PROJECT / source).exists() for source in sources)
    allowed = (PROJECT / ".dockerignore").read_text().splitlines()
    assert {f"!{source}" for source in sources} <= set(allowed)


def test_the_image_pins_each_package_once() -> None:
    pins = {
        name: set(re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==", (PROJECT / name).read_text(), re.M))
        for name in ("requirements/run.lock", "deploy/production.lock")
    }
    assert {"psycopg2-binary", "redis"} <= pins["deploy/production.lock"]
    assert pins["requirements/run.lock"] & pins["deploy/production.lock"] == set()


def test_the_example_file_asks_the_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in dotenv_values(PROJECT / ".env.example"):
        monkeypatch.delenv(name, raising=False)
    env = read_environment(PROJECT / ".env.example")
    assert env["JOBINDSATS_TOKEN"] == DEMO_TOKEN
    assert env["JOBINDSATS_URL"] == env["STATBANK_URL"] == "http://127.0.0.1:8100"
    assert "AIRFLOW__API_AUTH__JWT_SECRET" not in env, "empty is not a secret"


def test_the_shell_overrules_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("BESKPLAN_PROFIL=fuld\nJOBINDSATS_URL=\nAIRFLOW_PORT=9090\n")
    monkeypatch.setenv("BESKPLAN_PROFIL", "lille")
    monkeypatch.delenv("JOBINDSATS_URL", raising=False)
    monkeypatch.delenv("AIRFLOW_PORT", raising=False)
    env = read_environment(file)
    assert (env["BESKPLAN_PROFIL"], env["AIRFLOW_PORT"]) == ("lille", "9090")
    assert "JOBINDSATS_URL" not in env
    monkeypatch.setenv("JOBINDSATS_URL", "")
    assert Settings.from_env().jobindsats_url == JOBINDSATS_URL


def test_airflow_on_one_machine_stays_on_loopback(tmp_path: Path) -> None:
    env = airflow_environment({"AIRFLOW_PORT": "9090", "AIRFLOW__CORE__EXECUTOR": "x"}, tmp_path)
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:9090/execution/"
    assert env["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert env["AIRFLOW_HOME"] == str(tmp_path / "airflow_home")
    assert len(env["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 64
    kept = airflow_environment({"AIRFLOW__API_AUTH__JWT_SECRET": "given"}, tmp_path)
    assert kept["AIRFLOW__API_AUTH__JWT_SECRET"] == "given"  # noqa: S105 - the test's own, opens nothing
