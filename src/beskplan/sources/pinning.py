"""Pin each measure of kilder.csv to the ids under which the source holds it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path

from beskplan.errors import PinError
from beskplan.sources.kilder import PIN_COLUMNS, Pin, Wanted
from beskplan.sources.metadata import Measure, TableMeta, nearest


def resolve(wanted: Wanted, meta: TableMeta, kilde: str, laast_mod: str) -> Pin:
    """Find one measure in a table's metadata.

    A documented group id goes before the label, which drifts (" 16-66 år" came and went);
    within a group of several the label decides.

    Args:
        wanted: label, and group id where it is documented.
        meta: the table's metadata.
        kilde: source.
        laast_mod: what the pin is made against.

    Raises:
        PinError: none or several measures fit.
    """
    fitting = [item for item in meta.measures if item.mgroup_id == wanted.mgroup_id]
    if len(fitting) != 1:
        among = fitting or ([] if wanted.mgroup_id else list(meta.measures))
        fitting = [item for item in among if wanted.maaling in item.labels]
    if len(fitting) != 1:
        raise PinError(
            f"»{wanted.maaling}« {wanted.mgroup_id} passer på {len(fitting)} målinger; nærmest er "
            f"{nearest(wanted.maaling, _labels(meta.measures))}",
            where=f"{kilde} {wanted.tabel_id}, seeds/kilder.csv",
            do="ret målingens navn eller gruppe-id i seeds/kilder.csv",
        )
    return Pin(
        kilde=kilde,
        tabel_id=wanted.tabel_id,
        maaling=wanted.maaling,
        mgroup_id=fitting[0].mgroup_id,
        maaling_id=fitting[0].measure_id,
        laast_mod=laast_mod,
    )


def write_pins(path: Path, pins: Iterable[Pin]) -> None:
    """Write maalinger.csv whole, or leave the old one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PIN_COLUMNS)
    writer.writerows(astuple(pin) for pin in pins)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    temporary.replace(path)


def in_order(
    order: Iterable[tuple[str, str, str]],
    old: Mapping[tuple[str, str, str], Pin],
    new: Mapping[tuple[str, str, str], Pin],
) -> list[Pin]:
    """Pins in the order of kilder.csv; a table that could not be asked keeps its old pin.

    Args:
        order: source, table and label of each listed measure.
        old: pins held until now.
        new: pins just resolved.
    """
    both = {**old, **new}
    return [both[key] for key in dict.fromkeys(order) if key in both]


def _labels(measures: Iterable[Measure]) -> list[str]:
    return [measure.labels[0] for measure in measures]
