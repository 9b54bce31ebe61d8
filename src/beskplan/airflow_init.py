"""`python -m beskplan.airflow_init`: what Airflow needs before its parts start; safe to repeat.

The database's tables, the writer's pool, the roles of `deploy/roller.json` exactly as they stand
there, and the first administrator with the password of a secret file. Without that file nothing is
done. One process, because starting Airflow's command line takes seconds each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beskplan.airflow_local import POOL
from beskplan.errors import BeskplanError, SettingsError
from beskplan.settings import PROJECT, secret

ROLES = PROJECT / "deploy" / "roller.json"
ADMIN = "admin"
PASSWORD = "BESKPLAN_ADMIN_KODEORD"  # noqa: S105 the variable's name
SHORTEST = 12
# FAB gives every role this one, at each start of the api-server.
EVERYBODY = ("can_read", "Website")


def first_password() -> str:
    """Read the first administrator's password.

    Raises:
        SettingsError: there is none, or it is too short to be one.
    """
    password = secret(PASSWORD)
    if password is None or len(password) < SHORTEST:
        raise SettingsError(
            f"the first administrator has no password of {SHORTEST} signs or more",
            where=f"{PASSWORD}_FILE",
            do="run deploy/hemmeligheder.sh, which makes it, and start again",
        )
    return password


def roles(file: Path = ROLES) -> dict[str, set[tuple[str, str]]]:
    """Read role → (action, resource), from a file as `airflow roles export` writes it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in json.loads(file.read_text("utf-8")):
        rights = found.setdefault(row["name"], {EVERYBODY})
        rights.update((action, row["resource"]) for action in row["action"].split(","))
    return found


def prepare() -> None:
    """Make or mend all of it.

    Raises:
        SettingsError: the first administrator's password is not given, or the role file names a
            right that Airflow does not know.
    """
    password = first_password()
    _airflow("db", "migrate")
    _airflow("pools", "set", *POOL)
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as appbuilder:
        manager = appbuilder.sm
        manager.sync_roles()
        for name, rights in roles().items():
            _set_role(manager, name, rights)
        administrators = manager.find_role("Admin")
        if not any(administrators in user.roles for user in manager.get_all_users()):
            manager.add_user(ADMIN, "Første", "administrator", ADMIN, administrators, password)


def _set_role(manager: Any, name: str, rights: set[tuple[str, str]]) -> None:
    role = manager.find_role(name) or manager.add_role(name)
    for right in sorted(rights):
        permission = manager.get_permission(*right)
        if permission is None:
            raise SettingsError(
                f"role {name}: Airflow knows no right {right[0]} on {right[1]}",
                where=str(ROLES),
                do="correct the row, or remove it",
            )
        manager.add_permission_to_role(role, permission)
    for permission in list(role.permissions):
        if (permission.action.name, permission.resource.name) not in rights:
            manager.remove_permission_from_role(role, permission)


def _airflow(*arguments: str) -> None:
    """Run one verb of Airflow's command line in this process."""
    from airflow.cli.cli_parser import get_parser

    asked = get_parser().parse_args(list(arguments))
    asked.func(asked)


def main(_: Sequence[str] = ()) -> int:
    """Prepare; say what is wrong in one line."""
    try:
        prepare()
    except BeskplanError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"database, pool {POOL[0]}, roles {', '.join(roles())} and an administrator are there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
