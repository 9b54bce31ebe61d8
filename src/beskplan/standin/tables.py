"""Definitions of the tables that the stand-in serves.

Titles, labels and group ids are those of the public documentation; ids that nobody has published
begin with `standin_`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from beskplan.standin.spec import AREAS, TOTAL, Hierarchy, Measure, Member, Origin, Table

DATA = Path(__file__).parent / "data"
UNKNOWN_AREA = "Uoplyst område"
NATIONAL = "Hele landet"

PERSONS, FTE = "Antal personer", "Antal fuldtidspersoner"
PCT_LABOUR = "Fuldtidspersoner i pct. af arbejdsstyrken"
PCT_POPULATION = "Fuldtidspersoner i pct. af befolkningen"
A02_GROUPS = ("mgrpa02_1", "mgrpa02_3", "mgrpa02_4b", "mgrpa02_5b")

AGES = (
    "16-19 år", "20-24 år", "25-29 år", "30-34 år", "35-39 år", "40-44 år",
    "45-49 år", "50-54 år", "55-59 år", "60-64 år", "Over 65 år",
)  # fmt: skip


@cache
def kommuner() -> tuple[tuple[str, str, str], ...]:
    """Code, name and region code of the 98 kommuner, in print order."""
    with (DATA / "kommuner.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["kommune_kode"], row["kommune_navn"], row["region_kode"])
            for row in csv.DictReader(file)
        )


def _areas(*, unknown: bool, country: bool = True) -> Hierarchy:
    members = [Member(TOTAL, NATIONAL, "land")] if country else []
    members += [Member(f"/{code}/", name, "kommune") for code, name, _ in kommuner()]
    if unknown:
        members.append(Member("/997/", UNKNOWN_AREA, "uoplyst"))
    return Hierarchy("_omrade", AREAS, "Område", tuple(members))


def _dimension(hierarchy_id: str, label: str, total: str, names: Iterable[str]) -> Hierarchy:
    level = hierarchy_id.removeprefix("_")
    members = (Member(f"/{nr}/", name, level) for nr, name in enumerate(names, start=1))
    total_member = Member(TOTAL, total, f"{level}_i_alt")
    return Hierarchy(hierarchy_id, hierarchy_id, label, (total_member, *members))


def _measures(table_id: str, *labels: tuple[str | None, str, int]) -> tuple[Measure, ...]:
    return tuple(
        Measure(group or f"standin_mgrp_{table_id}_{nr}", f"standin_{table_id}_{nr}", label, places)
        for nr, (group, label, places) in enumerate(labels, start=1)
    )


def _a02(table_id: str, suffix: str = "") -> tuple[Measure, ...]:
    labels = (PERSONS, FTE, PCT_LABOUR + suffix, PCT_POPULATION + suffix)
    places = (0, 0, 1, 1)
    return _measures(table_id, *zip(A02_GROUPS, labels, places, strict=True))


# ids /2/ and /3/ are on record; /1/ is not in use
GROUPS_I09 = Hierarchy(
    "_ygrpi09",
    "_ygrpi09",
    "Ydelsesgrupper",
    (
        Member(TOTAL, "Ydelsesgrupper i alt", "ygrpi09_i_alt"),
        Member("/2/", "A-dagpenge", "ygrpi09"),
        Member("/3/", "Kontanthjælp", "ygrpi09"),
    ),
)
SEX = _dimension("_kon", "Køn", "Køn i alt", ("Kvinder", "Mænd"))
AGE = _dimension("_aldera", "Alder", "Alder i alt", AGES)
VISITATION_Y60 = _dimension(
    "_viskat_1int",
    "Visitationskategori",
    "Visitationskategori i alt",
    ("Jobparat", "Aktivitetsparat", "Uddannelsesparat", "Åbenlys uddannelsesparat", "Uoplyst"),
)
VISITATION_Y36 = _dimension(
    "_viskat_1kth",
    "Visitationskategori",
    "Visitationskategori i alt",
    ("Jobparat", "Aktivitetsparat", "Uoplyst visitationskategori"),
)
VISITATION_Y38 = _dimension(
    "_viskat_2udh",
    "Visitationskategori",
    "Visitationskategori i alt",
    (
        "Uddannelsesparat",
        "Åbenlys uddannelsesparat",
        "Aktivitetsparat",
        "Uoplyst visitationskategori",
    ),
)
# Name of the group in ptv_a02, and the table that holds the same people. The id's order is ours.
PTV_GROUPS = {
    "A-dagpenge": "y01a02",
    "Kontanthjælp": "y36a02",
    "Uddannelseshjælp": "y38a02",
    "Selvforsørgelses- og hjemrejseydelse mv.": "y35a02",
    "Revalidering": "y04a02",
    "Sygedagpenge": "y07a02",
    "Jobafklaringsforløb": "y12a02",
    "Ressourceforløb": "y11a02",
    "Ledighedsydelse": "y09a02",
    "Fleksjob": "y08a02",
    "Førtidspension": "y10a02",
    "Efterløn": "y28a02",
    "Seniorpension": "seniorpension",
    "Tidlig pension": "tidlig_pension",
}
GROUPS_PTV = _dimension("_ygrpa02", "Ydelsesgrupper", "Ydelsesgrupper i alt", PTV_GROUPS)

RECORDED: Origin = "optaget"
GENERATED: Origin = "genereret"

_GENERATED_NAMES = {
    "y01a02": ("A-dagpenge", "A-dagpengemodtagere"),
    "y04a02": ("Revalidering", "Revalidender"),
    "y07a02": ("Sygedagpenge", "Sygedagpengemodtagere"),
    "y08a02": ("Fleksjob", "Personer i fleksjob"),
    "y09a02": ("Ledighedsydelse", "Ledighedsydelsesmodtagere"),
    "y10a02": ("Tilbagetrækningsydelser", "Førtidspensionister"),
    "y11a02": ("Ressourceforløb", "Personer i ressourceforløb"),
    "y12a02": ("Jobafklaringsforløb", "Personer i jobafklaringsforløb"),
    "y28a02": ("Tilbagetrækningsydelser", "Efterlønsmodtagere"),
    "y35a02": (
        "Selvforsørgelses- og hjemrejseydelse samt overgangsydelse",
        "Modtagere af selvforsørgelses- og hjemrejseydelse mv.",
    ),
    "y36a02": ("Kontanthjælp", "Kontanthjælpsmodtagere (til 2025)"),
    "y38a02": ("Uddannelseshjælp", "Uddannelseshjælpsmodtagere (til 2025)"),
}
_EXTRA = {"y36a02": (VISITATION_Y36,), "y38a02": (VISITATION_Y38,)}
# The real answers are not always sorted by period; these tables are not, either.
_MEMBER_MAJOR = {"y07a02", "y36a02"}


def _generated(table_id: str) -> Table:
    subject, name = _GENERATED_NAMES[table_id]
    measures = _a02(table_id)
    if table_id == "y28a02":
        measures = _measures(
            table_id,
            ("mgrpa02_1_y28", "Antal personer på efterløn", 0),
            (None, "Antal fuldtidspersoner med udbetalt efterløn", 0),
            ("mgrpa02_4b", PCT_LABOUR, 1),
            ("mgrpa02_5b", PCT_POPULATION, 1),
        )
    hierarchies = (_areas(unknown=True), *_EXTRA.get(table_id, ()), AGE, SEX)
    return Table(
        table_id, name, subject, measures, hierarchies, GENERATED, table_id in _MEMBER_MAJOR
    )


def _recorded_tables() -> list[Table]:
    everywhere, named_only = _areas(unknown=True), _areas(unknown=False)
    fte = "Ledige fuldtidspersoner i pct. af arbejdsstyrken 16-66 år"
    return [
        Table(
            "y25i01",
            "Ledighed: Faktiske antal ledige og fuldtidsledige",
            "Ledighed",
            _measures("y25i01", (None, "Antal ledige fuldtidspersoner", 0), (None, fte, 1)),
            (everywhere, GROUPS_I09),
            RECORDED,
        ),
        Table(
            "y25i09",
            "Langtidsledighed",
            "Ledighed",
            _measures("y25i09", (None, "Antal langtidsledige fuldtidspersoner", 0)),
            (everywhere, GROUPS_I09),
            RECORDED,
            member_major=True,
        ),
        Table(
            "y60a02",
            "Kontanthjælpsmodtagere",
            "Kontanthjælp",
            _a02("y60a02"),
            (named_only, VISITATION_Y60),
            RECORDED,
        ),
        Table(
            "y60c07",
            "Aktivering af kontanthjælpsmodtagere",
            "Kontanthjælp",
            _measures(
                "y60c07", (None, "Aktiveringsgrad", 1), (None, "Andel aktiveringsberørte", 1)
            ),
            (named_only,),
            RECORDED,
        ),
        Table(
            "y60j01",
            "Kontanthjælpsmodtagere med ordinære timer",
            "Kontanthjælp",
            _measures(
                "y60j01",
                ("mgrpj01_1", "Antal personer med ordinære timer", 0),
                ("mgrpj01_2", "Andel personer med ordinære timer", 1),
            ),
            (named_only,),
            RECORDED,
        ),
    ]


def _benchmark() -> Table:
    """Recorded by kommune, without the country; the two groups of measures hold three each."""
    groups = ("A-dagpenge mv.", "Sygedagpenge mv.", "Kontanthjælp mv.")
    count, share = (
        f"Forventet og faktisk {what} fuldtidspersoner på offentlig forsørgelse"
        for what in ("antal", "andel")
    )
    # group, name, decimals
    measures = (
        (count, "Forventet antal", 0),
        (count, "Faktisk antal", 0),
        (count, "Forskel mellem forventet og faktisk antal", 0),
        (share, "Forventet andel (pct.)", 2),
        (share, "Faktisk andel (pct.)", 2),
        (share, "Forskel mellem forventet og faktisk andel (pct. point)", 2),
        (None, "Placering på benchmarkranglisten", 0),
    )
    group_ids = {group: f"standin_mgrp_y30r21_{nr}" for nr, group in enumerate((count, share), 1)}
    return Table(
        "y30r21",
        "Benchmark af offentligt forsørgede",
        "Offentligt forsørgede (alle ydelser under ét)",
        tuple(
            Measure(
                group_ids.get(group or "", "standin_mgrp_y30r21_3"),
                f"standin_y30r21_{nr}",
                f"{group}: {name}" if group else name,
                places,
                group,
            )
            for nr, (group, name, places) in enumerate(measures, start=1)
        ),
        (
            _areas(unknown=False, country=False),
            _dimension("_ygrp_y30r21", "Ydelsesgrupper", "Ydelsesgrupper i alt", groups),
        ),
        RECORDED,
        period_type="QMAT",
    )


@cache
def tables() -> dict[str, Table]:
    """All tables by id."""
    ptv = Table(
        "ptv_a02",
        "Offentligt forsørgede, alle ydelser under ét",
        "Offentligt forsørgede (alle ydelser under ét)",
        _a02("ptv_a02", " 16-66 år"),
        (_areas(unknown=True), GROUPS_PTV, AGE, SEX),
        GENERATED,
    )
    found = [*_recorded_tables(), _benchmark(), ptv, *map(_generated, _GENERATED_NAMES)]
    return {table.table_id: table for table in found}
