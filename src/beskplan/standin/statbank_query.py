"""Reads a StatBank question: which values of which variables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_NTH = re.compile(r"(?P<drop>-?)\((?P<sign>[-+]?)(?P<n>n?)(?P<plus>\+?)(?P<nr>\d+)\)")


class StatBankError(Exception):
    """A question that is refused with HTTP 400.

    Args:
        code: `errorTypeCode`.
        message: the text for people.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep both parts."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Variable:
    """One variable: ids and texts of its values; time last and oldest first."""

    id: str
    text: str
    values: tuple[tuple[str, str], ...]
    eliminated: str | None = None
    time: bool = False

    @property
    def ids(self) -> list[str]:
        """The values' ids, in order."""
        return [value for value, _ in self.values]


@dataclass(frozen=True)
class Question:
    """What is asked of one table.

    Args:
        form: CSV or BULK.
        presentation: how values are written.
        chosen: for each variable of the table, the indices asked for; None where left out.
    """

    form: str
    presentation: str
    chosen: tuple[list[int] | None, ...]


def _bounds(rule: str) -> tuple[str, str] | None:
    """Lower and upper bound of `>=a<=b`, `>=a` or `<=b`."""
    found = re.fullmatch(r"(?:>=(?P<low>[^<>=]+))?(?:<=(?P<high>[^<>=]+))?", rule)
    if not rule or not found:
        return None
    return found["low"] or "", found["high"] or "\uffff"


def _nth(rule: str, ids: Sequence[str]) -> list[int] | None:
    """`(1)` the newest, `(n)` all, `(-n+3)` the newest three, `-(2)` all but the second newest."""
    found = _NTH.fullmatch(rule)
    if not found:
        return None
    newest_first = list(range(len(ids)))[::-1]
    number = int(found["nr"])
    if found["n"]:
        wanted = newest_first[:number] if found["sign"] == "-" else newest_first[number - 1 :]
    else:
        wanted = newest_first[number - 1 : number]
    if found["drop"]:
        wanted = [nr for nr in newest_first if nr not in wanted]
    return sorted(wanted)


def _match(rule: str, variable: Variable) -> list[int]:
    ids = variable.ids
    bounds = _bounds(rule)
    if bounds:
        return [nr for nr, value in enumerate(ids) if bounds[0] <= value <= bounds[1]]
    nth = _nth(rule, ids)
    if nth is not None:
        return nth
    if "*" in rule:
        return [nr for nr, value in enumerate(ids) if fnmatchcase(value, rule)]
    found = [nr for nr, value in enumerate(ids) if value.upper() == rule.upper()]
    if not found:
        raise StatBankError("EXTRACT-NOTFOUND", f"Kan ikke finde værdien: {rule} ({variable.id})")
    return found


def read(body: Mapping[str, Any], table: Sequence[Variable]) -> Question:
    """Read a question.

    Args:
        body: the JSON body, or the same made from a GET.
        table: the table's variables.

    Returns:
        What is asked for.

    Raises:
        StatBankError: the table has no such variable or value, or the form is unknown.
    """
    form = str(body.get("format") or "").upper()
    if form not in ("CSV", "BULK"):
        raise StatBankError("EXTRACT-NOTALLOWED", f"Ukendt format: {form or '(intet)'}")
    asked: dict[str, list[int]] = {}
    for entry in body.get("variables") or ():
        code = str(entry.get("code", ""))
        variable = next((v for v in table if v.id.upper() == code.upper()), None)
        if variable is None:
            raise StatBankError("EXTRACT-NOTFOUND", f"Kan ikke finde variablen: {code}")
        rules = [str(value) for value in entry.get("values") or ()]
        if not rules:
            raise StatBankError(
                "EXTRACT-NOTALLOWED", f"Der skal vælges værdier for variabel: {variable.id}"
            )
        wanted = {nr for rule in rules for nr in _match(rule, variable)}
        asked[variable.id] = sorted(wanted | set(asked.get(variable.id, ())))
    presentation = str(body.get("valuePresentation") or "Default")
    chosen = tuple(asked.get(variable.id) for variable in table)
    _refuse_holes(form, table, chosen)
    return Question(form, presentation, chosen)


def _refuse_holes(form: str, table: Sequence[Variable], chosen: Sequence[list[int] | None]) -> None:
    """Streaming formats eliminate nothing."""
    for variable, wanted in zip(table, chosen, strict=True):
        if wanted is None and form == "BULK":
            raise StatBankError(
                "EXTRACT-NOTALLOWED", f"Der skal vælges værdier for variabel: {variable.id}"
            )


def present(value: tuple[str, str], presentation: str) -> str:
    """Write one value: by text unless asked for otherwise."""
    code, text = value
    forms = {
        "code": code,
        "codeandvalue": f"{code} {text}",
        "valueandcode": f"{text} {code}",
    }
    return forms.get(presentation.lower(), text)
