"""From a row group of kilder.csv to a question in Jobindsats' own ids."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from beskplan.errors import BadAnswerError, PinError, UnknownAreaError
from beskplan.sources.grid import SEPARATOR, Axis
from beskplan.sources.http import place
from beskplan.sources.kilder import Ask, Listing, choose_periods
from beskplan.sources.metadata import AREA_HIERARCHY, TOTAL_ID, Measure, TableMeta, nearest

STANDIN_PREFIX = "standin_"


@dataclass(frozen=True)
class Question:
    """One ask of kilder.csv in the table's own ids.

    Args:
        params: query without periods.
        axes: area, period, then the breakdown.
        measures: what is asked for, with today's labels.
        pinned: the same measures' pinned ids.
    """

    params: tuple[tuple[str, str], ...]
    axes: tuple[Axis, ...]
    measures: tuple[Measure, ...]
    pinned: tuple[str, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period asked for."""
        return self.axes[1].names

    @property
    def cells_per_period(self) -> int:
        """Cells of one period."""
        others = (len(axis.names) for axis in self.axes if axis.key != "periode")
        return prod(others) * len(self.measures)


def make_question(meta: TableMeta, ask: Ask, listing: Listing) -> Question:
    """Put an ask in the table's own ids.

    Args:
        meta: the table's metadata.
        ask: what is asked.
        listing: pins and areas.

    Raises:
        PinError: a measure has no pin, or one that was made against the stand-in.
        MeasureGoneError: a pinned id is no longer in the metadata.
        UnknownAreaError: metadata and seeds name different areas.
        BadAnswerError: a hierarchy is no longer there.
    """
    where = place(listing.kilde, meta.tabel_id)
    pins = [listing.pin(meta.tabel_id, maaling) for maaling in ask.maalinger]
    made_up = [pin.maaling_id for pin in pins if pin.maaling_id.startswith(STANDIN_PREFIX)]
    if made_up and not meta.from_standin:
        raise PinError(
            f"{made_up[0]} er et id fra prøveserveren og gælder ikke her",
            where=f"{where}, seeds/maalinger.csv",
            do="kør `beskplan kilder laas` mod den rigtige adresse",
        )
    measures = tuple(meta.measure(pin, where) for pin in pins)
    grouped: dict[str, list[str]] = {}
    for measure in measures:
        grouped.setdefault(measure.mgroup_id, []).append(measure.measure_id)
    breakdown = [meta.hierarchy(name, where) for name in ask.fordeling]
    for name in (name for item in breakdown for name in item.names if SEPARATOR in name):
        raise BadAnswerError(
            f"»{name}« indeholder {SEPARATOR}, som skiller fordelinger ad i landing",
            where=where,
            do="vælg et andet skilletegn i sources/grid.py",
        )
    area_ids, areas = _areas(meta, ask, listing, where)
    return Question(
        params=(
            *((f"mgroup.{group}", ",".join(ids)) for group, ids in grouped.items()),
            (f"hierarchy.{AREA_HIERARCHY}", area_ids),
            *((f"hierarchy.{item.hierarchy_id}", "*") for item in breakdown),
            ("format", "json"),
        ),
        axes=(
            Axis("omraade", areas),
            Axis("periode", choose_periods(ask.perioder, meta.periods)),
            *(Axis(item.hierarchy_id, item.names, item.total) for item in breakdown),
        ),
        measures=measures,
        pinned=tuple(pin.maaling_id for pin in pins),
    )


def _areas(meta: TableMeta, ask: Ask, listing: Listing, where: str) -> tuple[str, tuple[str, ...]]:
    """The areas as the query wants them, and the names that must come.

    Every kommune and Hele landet must come whatever metadata says (Hele landet not where
    kilder.csv asks for kommuner only); Uoplyst område where the table has it.
    """
    by_name = {
        name: value_id for value_id, name in meta.hierarchy(AREA_HIERARCHY, where).members.items()
    }
    uoplyst = listing.uoplyst[1]
    named = tuple(listing.kommuner[code] for code in ask.omraader)
    everywhere = (listing.land[1], *listing.kommuner.values())
    strange = sorted(by_name.keys() - {*everywhere, uoplyst})
    gone = [name for name in named if name not in by_name]
    if strange or gone:
        raise UnknownAreaError(
            f"Ukendt område »{strange[0]}«; nærmest er {nearest(strange[0], everywhere)}"
            if strange
            else f"Tabellen kender ikke området »{gone[0]}«",
            where=where,
            do="er en kommune omdøbt, så ret navnet i seeds/kommuner.csv",
        )
    if named:
        ids = [by_name[name] for name in named]
        if not ask.land:
            return ",".join(ids), named
        return ",".join([TOTAL_ID, *ids]), (listing.land[1], *named)
    return "*", (*everywhere, uoplyst) if uoplyst in by_name else everywhere
