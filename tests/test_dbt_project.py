"""What dbt's own manifest says of the project: names, layers, descriptions, contracts, tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from beskplan.release import bi
from beskplan.settings import PROJECT

Node = Mapping[str, Any]

DBT_PROJECT = PROJECT / "dbt_project"
# The marts that the design names; every other model says its layer in its name.
PUBLIC = {
    "forventet",
    "noegletal",
    "citerede_indikatorer",
    "citerede_maal",
    "citerede_regnestykker",
    "joblog_daekningsgrad",
    "joblog_tekst",
    "prognose",
    "prognose_maal",
    "rar_resume",
    "rar_status",
    "resultatmaal_status",
    "resultatmaal_tekst",
    "revision_forventet",
    "revision_maalt",
    "revisioner",
    "ydelsesoversigt",
}
NAMES = {
    "staging": re.compile(r"stg_[a-z]+__[a-z_]+"),
    "intermediate": re.compile(r"int_[a-z_]+"),
    "marts": re.compile(r"(dim|fct)_[a-z_]+|" + "|".join(sorted(PUBLIC))),
    "kontrol": re.compile(r"(int_)?kontrol_[a-z0-9_]+"),
}
# What a model of a layer may rest on.
RESTS_ON = {
    "staging": {"source"},
    "intermediate": {"seed", "staging", "intermediate", "marts"},
    "marts": {"seed", "intermediate", "marts"},
    "kontrol": {"seed", "staging", "intermediate", "marts", "kontrol"},
}


def dbt(folder: Path, *verb: str) -> None:
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", *verb),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "log")),
            *("--vars", json.dumps({"landing": str(folder / "landing")})),
        ],
        env=os.environ | {"BESKPLAN_DUCKDB": str(folder / "kandidat.duckdb")},
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every model built on nothing landed, then every unit test run."""
    folder = tmp_path_factory.mktemp("dbt")
    dbt(folder, "build", "--empty", "--exclude-resource-type", "unit_test", "test")
    dbt(folder, "test", "--select", "test_type:unit")
    return folder / "target"


@pytest.fixture(scope="module")
def manifest(target: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, Node]:
    found = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }
    assert len(found) > 30
    return found


def layer(node: Node) -> str:
    return str(node["fqn"][1])


def test_every_unit_test_ran_and_passed(target: Path, manifest: dict[str, Any]) -> None:
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    passed = {
        result["unique_id"]
        for result in results
        if result["unique_id"].startswith("unit_test.") and result["status"] == "pass"
    }
    assert passed == set(manifest["unit_tests"])
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert tested >= {
        *("int_vintager", "int_celler", "int_obs", "int_dimensioner", "int_befolkning"),
        *("int_resultatmaal", "int_indikator_maaneder", "int_baseline", "int_oversigt"),
        *("int_baseline_maaneder", "int_resultatmaal_vedtaget", "int_resultatmaal_udvikling"),
        *("int_resultatmaal_maaneder", "dim_periode", "fct_ydelser"),
        *PUBLIC,
    }


def test_names_say_the_layer(models: dict[str, Node]) -> None:
    wrong = [
        node["name"]
        for node in models.values()
        if not NAMES[layer(node)].fullmatch(node["name"]) or not node["name"].isascii()
    ]
    assert wrong == []


def test_layers_point_one_way(manifest: dict[str, Any], models: dict[str, Node]) -> None:
    wrong = []
    for node in models.values():
        for parent in node["depends_on"]["nodes"]:
            kind = parent.split(".")[0]
            above = layer(manifest["nodes"][parent]) if kind == "model" else kind
            if above not in RESTS_ON[layer(node)]:
                wrong.append((node["name"], parent))
    assert wrong == []


def test_every_model_and_column_is_described(models: dict[str, Node]) -> None:
    wrong = []
    for node in models.values():
        if not node["description"] or not node["columns"]:
            wrong.append(node["name"])
        wrong += [
            f"{node['name']}.{column['name']}"
            for column in node["columns"].values()
            if not column["description"] or not column["data_type"]
        ]
    assert wrong == []


def test_the_description_names_every_column(target: Path, models: dict[str, Node]) -> None:
    import duckdb

    with duckdb.connect(str(target.parent / "kandidat.duckdb"), read_only=True) as con:
        real: dict[str, set[str]] = {}
        for table, column in con.execute(
            "select table_name, column_name from information_schema.columns"
        ).fetchall():
            real.setdefault(table, set()).add(column)
    wrong = {
        node["name"]: real[node["name"]] ^ set(node["columns"])
        for node in models.values()
        if node["config"]["materialized"] != "ephemeral"
        and real[node["name"]] != set(node["columns"])
    }
    assert wrong == {}


def test_the_marts_give_what_bi_is_promised(target: Path) -> None:
    import duckdb

    marts = [
        view
        for view in bi.contract()
        if view.table != "rettelser" and not view.table.startswith("_")
    ]
    assert len(marts) > 20
    with duckdb.connect(str(target.parent / "kandidat.duckdb"), read_only=True) as con:
        assert bi.faults(con, marts) == [], bi.DO


def test_each_bi_tool_is_an_exposure_of_what_is_promised(manifest: dict[str, Any]) -> None:
    promised = {view.table for view in bi.contract()} - {
        *("rettelser", "_release", "_release_tabeller", "_release_friskhed"),
    }
    found = {
        node["name"]: {name.split(".")[-1] for name in node["depends_on"]["nodes"]}
        for node in manifest["exposures"].values()
        if node["name"].startswith("bi_")
    }
    tools = ("power_bi", "metabase", "superset", "excel", "python", "r")
    assert found == dict.fromkeys((f"bi_{tool}" for tool in tools), promised)


def is_public(node: Node) -> bool:
    return layer(node) == "marts" or node["name"].startswith("kontrol_")


def test_public_models_have_a_contract(models: dict[str, Node]) -> None:
    without = [
        node["name"]
        for node in models.values()
        if is_public(node) and not node["config"]["contract"]["enforced"]
    ]
    assert without == []


def test_public_models_have_a_key(manifest: dict[str, Any], models: dict[str, Node]) -> None:
    keyed = {key for key, node in models.items() if node["config"]["meta"].get("noegle")}
    # As many rows as the history, whose grain is tested: the same without grouping them.
    counted = manifest["nodes"]["test.beskplan.fakta_er_historikkens_celler"]
    keyed |= set(counted["depends_on"]["nodes"])
    without = [node["name"] for key, node in models.items() if is_public(node) and key not in keyed]
    assert without == []


def test_a_key_is_checked_where_it_is_said(models: dict[str, Node]) -> None:
    """Only the project's own `table` looks at it."""
    keyed = [node for node in models.values() if node["config"]["meta"].get("noegle")]
    assert len(keyed) > 50
    assert {node["config"]["materialized"] for node in keyed} == {"table"}
    unknown = [
        (node["name"], column)
        for node in keyed
        for column in node["config"]["meta"]["noegle"]
        if column not in node["columns"]
    ]
    assert unknown == []


def test_a_key_that_stands_twice_stops_the_model(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tal.sql").write_text(
        "{{ config(materialized='table', meta={'noegle': ['kommune', 'maaned']}) }}\n"
        "select * from (values ('Herlev', 'M05', 1), ('Herlev', 'M06', 2), ('Herlev', 'M06', 3))\n"
        "as t(kommune, maaned, antal)\n"
    )
    (tmp_path / "dbt_project.yml").write_text(
        "name: beskplan\nprofile: beskplan\n"
        f"macro-paths: ['{os.path.relpath(DBT_PROJECT / 'macros', tmp_path)}']\n"
    )
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "run"),
            *("--project-dir", str(tmp_path), "--profiles-dir", str(DBT_PROJECT)),
        ],
        env=os.environ | {"BESKPLAN_DUCKDB": str(tmp_path / "kandidat.duckdb")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "tal: nøglen (kommune, maaned) står 2 gange: Herlev, M06" in done.stdout


def test_every_mart_is_used_by_something_named(
    manifest: dict[str, Any], models: dict[str, Node]
) -> None:
    used = {
        parent
        for exposure in manifest["exposures"].values()
        for parent in exposure["depends_on"]["nodes"]
    }
    unused = [node["name"] for key, node in models.items() if layer(node) == "marts"]
    assert [name for name in unused if f"model.beskplan.{name}" not in used] == []
    assert all(is_public(models[parent]) for parent in used)
