"""What each task reads and writes, for OpenLineage: source → landing → mart → release."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
from openlineage.client.event_v2 import InputDataset, OutputDataset

from beskplan.landing import Landing
from beskplan.settings import Settings

NAMESPACE = "beskplan"
WAREHOUSE, RELEASE = "lager", "udgivelse"


class Extractor(BaseExtractor):
    """Names the datasets of our tasks; it asks nobody and opens no database."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """All our tasks are decorated functions."""
        return ["_PythonDecoratedOperator"]

    def _execute_extraction(self) -> OperatorLineage[Any, Any]:
        return OperatorLineage()

    def extract_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:
        """Name what the task has read and written.

        Args:
            task_instance: the task's run.
        """
        task, dag_id = task_instance.task, task_instance.dag_id
        if task.task_id == "hent":
            tabel_id = task.op_kwargs["tabel_id"]
            return _lineage([f"{dag_id}/{tabel_id}"], [f"landing/{dag_id}/{tabel_id}"])
        if task.task_id == "byg_kandidat":
            return _lineage(_landed(Settings.from_env()), [WAREHOUSE])
        if task.task_id == "udgiv":
            return _lineage([WAREHOUSE], _published(Settings.from_env()))
        return OperatorLineage()


def _landed(settings: Settings) -> list[str]:
    """The tables that a build reads."""
    landed = {(v.kilde, v.tabel_id) for v in Landing(settings.landing).vintages()}
    return [f"landing/{kilde}/{tabel_id}" for kilde, tabel_id in sorted(landed)]


def _published(settings: Settings) -> list[str]:
    """The tables of the current release."""
    manifest = settings.releases / "current" / "manifest.json"
    if not manifest.is_file():
        return []
    tables = json.loads(manifest.read_bytes())["database"]["tabeller"]
    return [f"{RELEASE}/{name}" for name in sorted(tables)]


def _lineage(inputs: Iterable[str], outputs: Iterable[str]) -> OperatorLineage[Any, Any]:
    return OperatorLineage(
        inputs=[InputDataset(namespace=NAMESPACE, name=name) for name in inputs],
        outputs=[OutputDataset(namespace=NAMESPACE, name=name) for name in outputs],
    )
