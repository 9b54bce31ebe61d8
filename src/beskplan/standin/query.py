"""Reads the query string of `/v3/data/<id>`: which measures, periods and members are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from beskplan.standin.spec import Hierarchy, NotAnswerableError, Selection, Table

FORMATS = ("json", "csv")


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _unknown(what: str, values: Iterable[str]) -> NotAnswerableError:
    return NotAnswerableError(f"Unknown {what}: {sorted(set(values))!r}")


def _positions(asked: Sequence[str], known: Sequence[str], what: str) -> list[int]:
    """Indices of the ids asked for, in the table's own order, each once."""
    if "*" in asked:
        return list(range(len(known)))
    strangers = set(asked) - set(known)
    if strangers:
        raise _unknown(what, strangers)
    return [nr for nr, value in enumerate(known) if value in asked]


def _periods(key: str, asked: Sequence[str], table: Table, known: Sequence[str]) -> list[str]:
    period_type = key.removeprefix("period.")
    if period_type != table.period_type:
        raise NotAnswerableError(f"Unknown period type: {period_type}")
    chosen: set[str] = set()
    for value in asked:
        if value.startswith("latest:"):
            chosen.update(_latest(value, period_type, known))
        else:
            chosen.update(known[nr] for nr in _positions([value], known, "periods"))
    return [period for period in known if period in chosen]


def _latest(value: str, period_type: str, known: Sequence[str]) -> Sequence[str]:
    text = value.removeprefix("latest:")
    if not text.isdecimal() or int(text) < 1:
        raise NotAnswerableError(f"Invalid period selection: {value}")
    if int(text) > len(known):
        raise NotAnswerableError(
            f"Requested latest:{int(text)} for type {period_type}, "
            f"but only {len(known)} periods are available."
        )
    return known[-int(text) :]


def _measures(key: str, asked: Sequence[str], table: Table) -> list[int]:
    group = key.removeprefix("mgroup.")
    if group not in {"*", *(measure.mgroup_id for measure in table.measures)}:
        raise _unknown("measure groups", [group])
    inside = [nr for nr, m in enumerate(table.measures) if group in ("*", m.mgroup_id)]
    ids = [table.measures[nr].measure_id for nr in inside]
    return [inside[nr] for nr in _positions(asked, ids, "measures")]


def _members(asked: Sequence[str], hierarchy: Hierarchy) -> list[int]:
    chosen: set[int] = set()
    for value in asked:
        if value.startswith("level:"):
            level = value.removeprefix("level:")
            found = {nr for nr, member in enumerate(hierarchy.members) if member.level == level}
            if not found:
                raise _unknown(f"levels of {hierarchy.hierarchy_id}", [level])
            chosen |= found
        else:
            ids = [member.value_id for member in hierarchy.members]
            chosen.update(_positions([value], ids, f"values of {hierarchy.hierarchy_id}"))
    return sorted(chosen)


def _grouped(params: Iterable[tuple[str, str]], prefix: str) -> dict[str, list[str]]:
    """Values by key; a key may be repeated."""
    found: dict[str, list[str]] = {}
    for key, value in params:
        if key.startswith(prefix):
            found.setdefault(key, []).extend(_split(value))
    return found


def _refuse_strangers(params: Iterable[tuple[str, str]]) -> None:
    known = ("mgroup.", "period.", "hierarchy.")
    strangers = [key for key, _ in params if key != "format" and not key.startswith(known)]
    if strangers:
        raise _unknown("parameters", strangers)


def _required(
    params: Sequence[tuple[str, str]],
    prefix: str,
    read: Callable[[str, list[str]], Iterable[object]],
) -> set[object]:
    groups = _grouped(params, prefix)
    chosen = {item for key, asked in groups.items() for item in read(key, asked)}
    if not chosen:
        raise NotAnswerableError(f"No {prefix.removesuffix('.')} selected.")
    return chosen


def selection(params: Sequence[tuple[str, str]], table: Table, periods: Sequence[str]) -> Selection:
    """Read a query.

    Args:
        params: the query string's pairs, in the order sent.
        table: the table asked.
        periods: the periods that the table holds now.

    Returns:
        What is asked for.

    Raises:
        NotAnswerableError: the table has no such measure, period, hierarchy or member.
    """
    _refuse_strangers(params)
    asked = _grouped(params, "hierarchy.")
    strangers = [
        key.removeprefix("hierarchy.")
        for key in asked
        if table.hierarchy(key.removeprefix("hierarchy.")) is None
    ]
    if strangers:
        raise _unknown("hierarchies", strangers)
    wanted_periods = _required(params, "period.", lambda k, v: _periods(k, v, table, periods))
    wanted_measures = _required(params, "mgroup.", lambda k, v: _measures(k, v, table))
    return Selection(
        periods=[period for period in periods if period in wanted_periods],
        measures=[nr for nr in range(len(table.measures)) if nr in wanted_measures],
        members={
            h.hierarchy_id: _members(asked[f"hierarchy.{h.hierarchy_id}"], h)
            for h in table.hierarchies
            if f"hierarchy.{h.hierarchy_id}" in asked
        },
    )
