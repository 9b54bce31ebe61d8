"""docker-compose.yml and .env.example: services, shared secrets, loopback ports, health."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
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


def test_every_part_of_airflow_shares_file_and_secrets(services: dict[str, Any]) -> None:
    for name in AIRFLOW:
        assert services[name]["env_file"] == ".env"
        environment = services[name]["environment"]
        assert environment["AIRFLOW__API_AUTH__JWT_SECRET"].startswith("${AIRFLOW__API_AUTH__JWT")
        assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].startswith(
            "http://airflow-api-server:8080/"
        )
        assert "postgresql" in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]


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
    assert f"airflow pools set {POOL[0]} {POOL[1]} " in services["airflow-init"]["command"][-1]
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
    assert kept["AIRFLOW__API_AUTH__JWT_SECRET"] == "given"
