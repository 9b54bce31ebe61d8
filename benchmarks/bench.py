"""Wall time and peak memory by stage, on the full profile, in a folder of its own.

Each stage runs in a process of its own; memory is the sum over its process tree (resident set),
sampled twice a second. Airflow's share is what the DAG `beskaeftigelsesplan` takes beyond the
same three verbs called directly, on the small profile.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from beskplan.demo import DEMO_TOKEN, standin_process
from beskplan.warehouse import CANDIDATE, DBT_PROJECT

PROJECT = DBT_PROJECT.parent

FETCH_AND_LAND = """
import json, sys, time
from beskplan import fetching, flow
from beskplan.landing import Landing
from beskplan.settings import Settings

spent = {"fetch": 0.0, "land": 0.0}

def timed(name, function):
    def call(*args, **kwargs):
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += time.perf_counter() - began
    return call

began = time.perf_counter()
Landing.store = timed("land", Landing.store)
settings = Settings.from_env()
for kilde in flow.SOURCES:
    flow.fetch_all(settings, kilde, lambda *_: None)
spent["fetch"] = time.perf_counter() - began - spent["land"]
print(json.dumps(spent))
"""

# `airflow dags test` of 3.3.2 ends red after a green run of a DAG that has a deadline
# (apache/airflow#73428): the same test of the DAG, without its deadline.
THROUGH_THE_DAG = """
import os, sys

sys.path.insert(0, os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
from beskaeftigelsesplan import dag

dag.deadline = None
run = dag.test()
sys.exit(str(run.state) != "success")
"""

GATE = """
import json, os, sys, time
from beskplan import flow
from beskplan.settings import Settings

began = time.perf_counter()
os.environ["GX_ANALYTICS_ENABLED"] = "false"
import great_expectations
great_expectations.get_context(mode="ephemeral")
started = time.perf_counter()
flow.judge(Settings.from_env(), sys.argv[1])
print(json.dumps({"start": started - began, "judging": time.perf_counter() - started}))
"""

STAGES = {
    "dbt": "from beskplan import flow; from beskplan.settings import Settings; "
    "print(flow.build(Settings.from_env()))",
    "gate": GATE,
    "release": "import sys; from beskplan import flow; from beskplan.settings import Settings; "
    "flow.publish(Settings.from_env(), sys.argv[1])",
}


@dataclass
class Measured:
    """One stage: seconds on the clock, peak MiB of its process tree, last line printed."""

    seconds: float
    peak_mib: float
    output: str


def measure(command: list[str], env: dict[str, str]) -> Measured:
    """Run a command and watch its process tree."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        root = psutil.Process(process.pid)
        while not done.wait(0.5):
            total = 0
            try:
                for member in [root, *root.children(recursive=True)]:
                    total += member.memory_info().rss
            except psutil.Error:
                continue
            peak = max(peak, total / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command} ended {process.returncode}")
    last = output.strip().splitlines()[-1] if output.strip() else ""
    return Measured(time.perf_counter() - began, peak, last)


def environment(home: Path, url: str, profile: str) -> dict[str, str]:
    """The environment of a run against the stand-in."""
    return os.environ | {
        "BESKPLAN_HJEM": str(home),
        "BESKPLAN_PROFIL": profile,
        "JOBINDSATS_URL": url,
        "STATBANK_URL": url,
        "JOBINDSATS_TOKEN": DEMO_TOKEN,
    }


def model_results(home: Path, run: str) -> list[dict[str, Any]]:
    """What dbt says of each model that a run built."""
    report = home / "arbejde" / run / "target" / "run_results.json"
    results = json.loads(report.read_text(encoding="utf-8"))["results"]
    return [result for result in results if result["unique_id"].startswith("model.")]


def summed(results: Iterable[dict[str, Any]]) -> float:
    """Seconds of the models one after another."""
    return sum(float(result["execution_time"]) for result in results)


def checks_alone(home: Path, run: str, env: dict[str, str]) -> float:
    """Seconds of dbt for the models of the checks and nothing else, on a built candidate."""
    folder = home / "arbejde" / run
    command = [
        *("dbt", "--no-version-check", "run", "--select", "path:models/kontrol"),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(home / "kontrol"), "--log-path", str(home / "kontrol")),
        *("--vars", json.dumps({"landing": str(home / "landing"), "as_of": "", "udeladt": []})),
    ]
    env = env | {
        "BESKPLAN_DUCKDB": CANDIDATE,
        "BESKPLAN_DBT_SEEDS": os.path.relpath(PROJECT / "seeds", DBT_PROJECT),
        "BESKPLAN_EXPECTATIONS": str(PROJECT / "expectations"),
    }
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    report = json.loads((home / "kontrol" / "run_results.json").read_text(encoding="utf-8"))
    return float(report["elapsed_time"])


def set_clock(url: str, moment: str) -> None:
    """Set the stand-in's clock."""
    httpx.post(f"{url}/standin/ur", json={"nu": moment}).raise_for_status()


def run_stages(url: str, home: Path) -> dict[str, Measured]:
    """The newest recorded time from nothing: fetch and land, dbt, gate, release."""
    env = environment(home, url, "fuld")
    both = measure([sys.executable, "-c", FETCH_AND_LAND], env)
    spent = json.loads(both.output)
    stages = {name: Measured(spent[name], both.peak_mib, "") for name in ("fetch", "land")}
    stages["dbt"] = measure([sys.executable, "-c", STAGES["dbt"]], env)
    run = stages["dbt"].output
    for name in ("gate", "release"):
        stages[name] = measure([sys.executable, "-c", STAGES[name], run], env)
    return stages


def fresh_vintage(url: str, home: Path, moments: list[str]) -> Measured:
    """`dbt build` when one more vintage has come: the second recorded time after the first."""
    env = environment(home, url, "fuld")
    for moment in moments[:2]:
        set_clock(url, moment)
        measure([sys.executable, "-c", FETCH_AND_LAND], env)
        built = measure([sys.executable, "-c", STAGES["dbt"]], env)
        measure([sys.executable, "-c", STAGES["gate"], built.output], env)
    return built


def airflow_share(url: str, home: Path) -> tuple[float, float]:
    """Seconds of build, judge, publish called directly, and as the DAG (small profile).

    Each starts from the same landing with nothing built.
    """
    directly, dag = home / "direkte", home / "dag"
    measure([sys.executable, "-c", FETCH_AND_LAND], environment(directly, url, "lille"))
    shutil.copytree(directly, dag)
    env = environment(directly, url, "lille")
    direct = 0.0
    run = ""
    for code in STAGES.values():
        stage = measure([sys.executable, "-c", code, run], env)
        run = run or stage.output
        direct += stage.seconds
    env = environment(dag, url, "lille") | {
        "AIRFLOW_HOME": str(dag / "airflow_home"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    measure(["airflow", "db", "migrate"], env)
    measure(["airflow", "pools", "set", "duckdb_skriver", "1", "one writer"], env)
    through = measure([sys.executable, "-c", THROUGH_THE_DAG], env)
    return direct, through.seconds


def main() -> None:
    """Print one line a stage, its share of the whole, and Airflow's share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-airflow", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, standin_process() as url:
        moments = httpx.get(f"{url}/standin/optagelser").json()
        set_clock(url, moments[-1])
        stages = run_stages(url, Path(folder) / "hele")
        whole = sum(stage.seconds for stage in stages.values())
        print(f"{'stage':<10}{'seconds':>9}{'share':>8}{'peak MiB':>10}")
        for name, stage in stages.items():
            share = stage.seconds / whole
            print(f"{name:<10}{stage.seconds:>9.1f}{share:>8.0%}{stage.peak_mib:>10.0f}")
        print(f"{'whole':<10}{whole:>9.1f}")
        models = model_results(Path(folder) / "hele", stages["dbt"].output)
        forecast = summed(model for model in models if "prognose" in model["unique_id"])
        ratio = forecast / stages["dbt"].seconds
        print(f"forecast of every series: {forecast:.1f} s, {ratio:.2f} of dbt's time")
        env = environment(Path(folder) / "hele", url, "fuld")
        checks = checks_alone(Path(folder) / "hele", stages["dbt"].output, env)
        gate = json.loads(stages["gate"].output)
        print(
            f"all checks of every table's newest vintage: {checks + gate['judging']:.1f} s "
            f"(dbt {checks:.1f}, judging {gate['judging']:.1f}); GX start-up {gate['start']:.1f} s"
        )
        fresh = fresh_vintage(url, Path(folder) / "ny", moments)
        ratio = fresh.seconds / stages["dbt"].seconds
        print(f"dbt, one more vintage: {fresh.seconds:.1f} s, {ratio:.2f} of a build from nothing")
        if not options.without_airflow:
            set_clock(url, moments[-1])
            direct, through = airflow_share(url, Path(folder) / "airflow")
            print(
                f"small profile, build to release: {direct:.1f} s called directly, "
                f"{through:.1f} s through the DAG; Airflow's share {1 - direct / through:.0%}"
            )


if __name__ == "__main__":
    main()
