"""From an answer's `columns` and `rows` to columns that can be placed in a grid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from beskplan.errors import BadAnswerError, UnknownAreaError
from beskplan.sources.grid import Axis
from beskplan.sources.metadata import Measure, nearest
from beskplan.sources.numbers import Floats, to_floats
from beskplan.sources.refusals import DO_REPORT

FIRST_COLUMNS = ["Periode", "Område"]

Column = Sequence[Any]


def read_table(
    data: Any,
    breakdown: Sequence[Axis],
    measures: Sequence[Measure],
    known_areas: Collection[str],
    where: str,
) -> tuple[list[Column], list[Floats]]:
    """Take a v3 data answer apart.

    Args:
        data: the parsed body.
        breakdown: the hierarchies asked for, in the order of the grid.
        measures: the measures asked for, in the order of the grid.
        known_areas: names in seeds.
        where: source, table and periods, for messages.

    Returns:
        Label columns (area, period, then the breakdown) and one column of numbers a measure.

    Raises:
        BadAnswerError: columns or rows are not as documented.
        UnknownAreaError: an area that seeds do not know.
        NotANumberError: text stands where a number should.
    """
    headings, rows = _shape(data, where)
    first_measure = len(FIRST_COLUMNS) + len(breakdown)
    if headings[:2] != FIRST_COLUMNS or len(headings) != first_measure + len(measures):
        raise _bad_columns(headings, where)
    columns: list[Column] = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    periods, areas = columns[0], columns[1]
    _refuse_unknown_areas(areas, known_areas, where)
    labels = [areas, periods, *_match_breakdown(columns[2:first_measure], breakdown, where)]
    order = _match_measures(headings[first_measure:], measures, where)
    numbers = [
        to_floats(columns[first_measure + place], headings[first_measure + place], where)
        for place in order
    ]
    return labels, numbers


def _shape(data: Any, where: str) -> tuple[list[str], list[list[Any]]]:
    if not isinstance(data, dict) or set(data) != {"columns", "rows"}:
        keys = sorted(data) if isinstance(data, dict) else type(data).__name__
        raise BadAnswerError(
            f"Svaret har ikke formen columns/rows, men {keys}", where=where, do=DO_REPORT
        )
    headings, rows = data["columns"], data["rows"]
    if not isinstance(rows, list) or set(map(type, rows)) - {list}:
        raise BadAnswerError("Svarets rækker er ikke lister", where=where, do=DO_REPORT)
    uneven = set(map(len, rows)) - {len(headings)}
    if uneven:
        raise BadAnswerError(
            f"Svaret har {len(headings)} kolonner, men rækker på {sorted(uneven)} felter",
            where=where,
            do=DO_REPORT,
        )
    return headings, rows


def _refuse_unknown_areas(areas: Column, known: Collection[str], where: str) -> None:
    for area in sorted({str(area) for area in areas} - set(known)):
        raise UnknownAreaError(
            f"Ukendt område »{area}«; nærmest er {nearest(area, known)}",
            where=where,
            do="er en kommune omdøbt, så ret navnet i seeds/kommuner.csv",
        )


def _match_breakdown(
    columns: Sequence[Column], breakdown: Sequence[Axis], where: str
) -> list[Column]:
    """Find each hierarchy's column by its labels: answers carry no ids."""
    found = [set(column) for column in columns]
    matched: list[Column] = []
    for axis in breakdown:
        places = [i for i, labels in enumerate(found) if labels <= set(axis.names)]
        if len(places) != 1:
            strange = sorted({str(label) for labels in found for label in labels})[:5]
            raise BadAnswerError(
                f"Fordelingen {axis.key} kan ikke genkendes i svarets kolonner ({strange} …)",
                where=where,
                do=DO_REPORT,
            )
        matched.append(columns[places[0]])
    return matched


def _match_measures(headings: Sequence[str], measures: Sequence[Measure], where: str) -> list[int]:
    """Find each measure's column by the labels that metadata gives its id now."""
    places = []
    for measure in measures:
        found = [i for i, heading in enumerate(headings) if heading in measure.labels]
        if len(found) != 1:
            raise BadAnswerError(
                f"Målingen {measure.measure_id} (»{measure.labels[0]}«) står {len(found)} gange i "
                f"svarets kolonner {list(headings)}",
                where=where,
                do=DO_REPORT,
            )
        places.append(found[0])
    return places


def _bad_columns(headings: Sequence[str], where: str) -> BadAnswerError:
    return BadAnswerError(
        f"Svarets kolonner er ikke som dokumenteret: {list(headings)}", where=where, do=DO_REPORT
    )
