"""The pages that there is one of: plans, Joblog, the regional councils, about the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from beskplan.gate.judgement import Judgement
from beskplan.release import danish, joblog, notes, rar_status, resultatmaal, ydelsesoversigt
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Sheet, Text
from beskplan.release.site import about, downloads, front, shell
from beskplan.release.site.kommune import path_of, plan_path
from beskplan.release.site.shell import Shell
from beskplan.release.site.table import only

PLANS_SQL = """
select distinct plan_id, plan_titel, kommune_kode, kommune_navn, er_eksempel
from resultatmaal_status
order by all
"""
GROUPS_SQL = """
select distinct grupper.gruppe_id, grupper.gruppe_art, grupper.gruppe_navn
from dim_gruppe as grupper
inner join rar_status on grupper.gruppe_id = rar_status.gruppe_id and rar_status.er_bedoemt
where
    grupper.gruppe_art in ('rar', 'jobcenter', 'klynge', 'egen')
    and rar_status.maaned between grupper.gyldig_fra and coalesce(grupper.gyldig_til, '9999-12-31')
order by
    list_position(['rar', 'jobcenter', 'klynge', 'egen'], grupper.gruppe_art),
    grupper.gruppe_navn collate da
"""
MEMBERS_SQL = """
select distinct kommune_kode, kommune_navn from dim_gruppe
where gruppe_id = $gruppe and gyldig_til is null
order by kommune_navn collate da
"""
# The plan itself prints these; then comes how it stands.
PLAN_COLUMNS = 3


def absent_pages(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Pages of the navigation that would be empty."""
    held = records(
        con,
        "select exists(from joblog_daekningsgrad) as joblog, "
        "exists(from rar_status where er_bedoemt) as rar",
    )[0]
    return [page for page, name in ((shell.JOBLOG, "joblog"), (shell.RAR, "rar")) if not held[name]]


def write(
    con: duckdb.DuckDBPyConnection,
    frame: Shell,
    basis: Basis,
    judgement: Judgement,
    kommuner: Sequence[Record],
    previous: tuple[str, Mapping[str, str]] | None,
    folder: Path,
    kept: Path | None,
) -> Counter[str]:
    """Write every page but those of kommuner, corrections and quality.

    Args:
        con: the candidate, with `rettelser`.
        frame: the frame of the release's pages.
        basis: what the release rests on.
        judgement: the gate's judgement.
        kommuner: those with a page.
        previous: the release before and each table's newest vintage in it; None before the first.
        folder: the unfinished release, with its tables.
        kept: where drawn charts are kept.

    Returns:
        What was written → how many.
    """
    written: Counter[str] = Counter()
    pages = {place["kommune_kode"]: path_of(place) for place in kommuner}
    plans = records(con, PLANS_SQL)
    for plan in plans:
        written["diagrammer"] += _plan(con, frame, basis, plan, pages, folder, kept)
    if shell.JOBLOG not in frame.absent:
        written["diagrammer"] += _joblog(con, frame, basis, folder, kept)
    groups = [] if shell.RAR in frame.absent else _rar(con, frame, basis, pages, folder)
    about.write(con, frame, basis, folder)
    front.write(con, frame, basis, judgement, kommuner, groups, previous, folder)
    shell.write_assets(folder)
    ones = 2 + (shell.JOBLOG not in frame.absent) + (shell.RAR not in frame.absent)
    written["sider"] = len(plans) + len(groups) + ones
    return written


def _plan(
    con: duckdb.DuckDBPyConnection,
    frame: Shell,
    basis: Basis,
    plan: Record,
    pages: Mapping[str, str],
    folder: Path,
    kept: Path | None,
) -> int:
    """Write a plan's page; give the number of its charts."""
    from beskplan.release.charts import goal_drawings
    from beskplan.release.site.drawings import pictures

    drawings = goal_drawings(con, plan["plan_id"]).values()
    drawn = pictures(drawings, folder, danish.slug(plan["plan_id"]), kept)
    sheet = resultatmaal.sheet(con, plan["plan_id"], basis)
    titles = [column.title for column in sheet.columns]
    # The mark that no reader may miss stands on each of the plan's tables.
    titled = notes.titled("Status for målene", synthetic=sheet.title.startswith(notes.SYNTHETIC))
    own = replace(only(sheet, titles[:PLAN_COLUMNS]), notes=[])
    status = only(sheet, [titles[0], titles[1], *titles[PLAN_COLUMNS:]], title=titled)
    path = plan_path(plan["plan_id"])
    content = frame.page(
        "plan",
        path,
        titel=plan["plan_titel"],
        er_eksempel=plan["er_eksempel"],
        kommune={"navn": plan["kommune_navn"], "href": pages.get(plan["kommune_kode"])},
        filer=_plan_files(folder, plan),
        maal=own,
        status=replace(status, warnings=[]),
        tegninger=drawn,
        oversigt=ydelsesoversigt.sheet(con, plan, basis),
    )
    shell.write_page(folder, path, content)
    return len(drawn)


def _plan_files(folder: Path, plan: Record) -> list[downloads.Download]:
    begins = f"{plan['plan_id']}-"
    kommune = danish.slug(plan["kommune_navn"])
    return [
        *downloads.of_folder(folder, begins=begins),
        *downloads.of_folder(folder, kommune, begins=begins),
    ]


def _joblog(
    con: duckdb.DuckDBPyConnection, frame: Shell, basis: Basis, folder: Path, kept: Path | None
) -> int:
    """Write the page of the newest bilag; give the number of its charts."""
    from beskplan.release.charts import joblog_drawings
    from beskplan.release.site.drawings import pictures

    bilag = joblog.sheet(con, basis)
    if bilag is None:
        return 0
    drawn = pictures(joblog_drawings(con), folder, "joblog", kept)
    content = frame.page(
        "joblog",
        shell.JOBLOG,
        bilagets_maaned=danish.month(bilag.periode),
        filer=downloads.of_folder(folder, begins="joblog"),
        ark=bilag.sheet,
        figurer=[
            {"ark": figure, "tegninger": [p for p in drawn if p.href.endswith(f"-{nr}.svg")]}
            for nr, figure in enumerate(bilag.sheet.figures, start=1)
        ],
    )
    shell.write_page(folder, shell.JOBLOG, content)
    return len(drawn)


def _rar(
    con: duckdb.DuckDBPyConnection,
    frame: Shell,
    basis: Basis,
    pages: Mapping[str, str],
    folder: Path,
) -> list[Record]:
    """A page a group, and one that lists them with their sentences."""
    groups = records(con, GROUPS_SQL)
    files = downloads.of_folder(folder, begins="rar")
    warnings: Sequence[str] = ()
    for group in groups:
        sheet = rar_status.sheet(con, basis, group["gruppe_id"])
        members = records(con, MEMBERS_SQL, gruppe=group["gruppe_id"])
        group["href"] = f"rar/{danish.slug(group['gruppe_id'])}.html"
        group["medlemmer"] = [member["kommune_kode"] for member in members]
        group["tekster"] = _sentences(sheet)
        warnings = sheet.warnings
        content = frame.page(
            "gruppe",
            group["href"],
            navn=group["gruppe_navn"],
            kommuner=[
                {"navn": member["kommune_navn"], "href": pages.get(member["kommune_kode"])}
                for member in members
            ],
            filer=[*_note(folder, group["gruppe_navn"]), *files],
            ark=sheet,
        )
        shell.write_page(folder, group["href"], content)
    listed = [
        {
            "anker": danish.slug(group["gruppe_id"]),
            "navn": group["gruppe_navn"],
            "href": group["href"],
            "tekster": group["tekster"],
        }
        for group in groups
    ]
    content = frame.page("rar", shell.RAR, advarsler=warnings, filer=files, grupper=listed)
    shell.write_page(folder, shell.RAR, content)
    return groups


def _note(folder: Path, group: str) -> list[downloads.Download]:
    """The note on a council, where it has one."""
    return downloads.of_folder(folder, begins=f"{danish.slug(group)}{front.NOTE}")


def _sentences(sheet: Sheet) -> list[str]:
    """What the table says in words: its headings after the first, which is the group's name."""
    headings = [row for row in sheet.rows if row.is_heading]
    return [cell.text for row in headings[1:] for cell in row.cells if isinstance(cell, Text)]
