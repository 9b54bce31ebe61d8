"""The channels of messages, as Airflow notifiers; what to tell is `beskplan.beskeder`'s.

A channel is there if its connection is: `beskplan_mail` (with receivers in `BESKPLAN_BESKED_TIL`)
and `beskplan_webhook`.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from beskplan import logs
from beskplan.logs import log
from beskplan.settings import Settings

if TYPE_CHECKING:
    from beskplan.beskeder import Cause, Message

MAIL, WEBHOOK = "mail", "webhook"
CONNECTIONS = {MAIL: "beskplan_mail", WEBHOOK: "beskplan_webhook"}
RECEIVERS = "BESKPLAN_BESKED_TIL"
SECONDS = 20


class WebhookNotifier(BaseNotifier):
    """Post one message as JSON to the address of a connection.

    Args:
        content: the message.
        conn_id: the connection: host is the address, password (if any) is sent as Bearer.
    """

    def __init__(self, content: Mapping[str, Any], conn_id: str = CONNECTIONS[WEBHOOK]) -> None:
        """Keep what to send."""
        super().__init__()
        self.content = content
        self.conn_id = conn_id

    def notify(self, context: Any) -> None:
        """Send it.

        Raises:
            httpx.HTTPError: the receiver did not take it.
        """
        import httpx

        connection = Connection.get(self.conn_id)
        port = f":{connection.port}" if connection.port else ""
        headers = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
        httpx.post(
            f"{connection.host}{port}", json=dict(self.content), headers=headers, timeout=SECONDS
        ).raise_for_status()


def tell(
    settings: Settings,
    *,
    ended_dag: str | None = None,
    failed: Sequence[str] = (),
    at: datetime | None = None,
) -> None:
    """Tell every channel of what is new, and of what is over.

    Args:
        settings: where things are.
        ended_dag: the DAG that looks: none of its runs hangs any more.
        failed: steps of its run that failed and should have said why.
        at: now, unless another time is given.

    Raises:
        ExceptionGroup: channels that did not take it; they are told at the next look.
    """
    from beskplan import beskeder

    standing = beskeder.current(settings, at or datetime.now(UTC))
    if ended_dag:
        standing += beskeder.ended_from_outside(settings, ended_dag, failed)
    with logs.about(settings):
        for cause in standing:
            log.info("%s: %s", cause.noegle, cause.tekst, extra=_table(cause))
        _send(settings, standing, ended_dag=ended_dag)


def run_hangs(context: Mapping[str, Any], hours: float) -> None:
    """Tell of a run that did not end in time; Airflow's deadline alert calls it.

    Args:
        context: `dag_run` with `dag_id` and `dag_run_id`.
        hours: how long was waited.
    """
    from beskplan import beskeder

    run = context["dag_run"]
    cause = beskeder.hanging(run["dag_id"], run["dag_run_id"], hours)
    _send(Settings.from_env(), [cause], only_add=True)


def _send(
    settings: Settings,
    standing: Iterable[Cause],
    *,
    ended_dag: str | None = None,
    only_add: bool = False,
) -> None:
    from beskplan.beskeder import untold

    causes, failed = list(standing), []
    for kanal in (MAIL, WEBHOOK):
        if not _is_there(kanal):
            continue
        try:
            with untold(settings, kanal, causes, ended_dag=ended_dag, only_add=only_add) as message:
                if message:
                    _notifier(kanal, message).notify({})
                    log.info("a message was taken", extra={"kanal": kanal, "emne": message.emne})
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("a message was not taken; it is sent again at the next look", failed)


def _table(cause: Cause) -> dict[str, str]:
    """The table and vintage that a cause's key names, as fields of its log line."""
    art, *parts = cause.noegle.split(":", 2)
    if art in ("stoppet", "gennemsyn"):
        return dict(zip(("tabel_id", "hentet_utc"), parts, strict=True))
    return {"tabel_id": parts[0]} if art == "for_sent" else {}


def _is_there(kanal: str) -> bool:
    if kanal == MAIL and not os.environ.get(RECEIVERS):
        return False
    try:
        Connection.get(CONNECTIONS[kanal])
    except AirflowNotFoundException:
        return False
    return True


def _notifier(kanal: str, message: Message) -> BaseNotifier:
    if kanal == WEBHOOK:
        return WebhookNotifier(message.content())
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=[name.strip() for name in os.environ[RECEIVERS].split(",")],
        subject=message.emne,
        html_content=f"<pre>{html.escape(message.tekst)}</pre>",
        smtp_conn_id=CONNECTIONS[MAIL],
    )
