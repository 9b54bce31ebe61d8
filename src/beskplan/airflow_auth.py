"""Airflow's users in production: FAB's auth manager with one right cut smaller.

FAB lets a person answer a human-in-the-loop step only with the right to edit its DAG, which is also
the right to pause it. Here reading the DAG and the right to answer are enough.
"""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class AuthManager(FabAuthManager):
    """FAB's auth manager; who may answer need not be able to change the DAG."""

    def is_authorized_dag(
        self,
        *,
        method: Any,
        user: Any,
        access_entity: DagAccessEntity | None = None,
        details: Any = None,
    ) -> bool:
        """Say whether the user may; to answer: the right to answer, and to read that DAG."""
        ask = super().is_authorized_dag
        if access_entity == DagAccessEntity.HITL_DETAIL and method == "PUT":
            may_answer = ask(method=method, user=user, access_entity=access_entity)
            return bool(may_answer and ask(method="GET", user=user, details=details))
        return bool(ask(method=method, user=user, access_entity=access_entity, details=details))
