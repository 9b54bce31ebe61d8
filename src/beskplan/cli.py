"""The command line: the same verbs as the DAGs' tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from beskplan import flow, machine
from beskplan.errors import BeskplanError, ReleaseError, ReviewError
from beskplan.settings import Settings, secret

if TYPE_CHECKING:
    from beskplan import genskab
    from beskplan.release.corrections.between import Difference
    from beskplan.release.postgres import Copied

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From Jobindsats to the tables of a beskæftigelsesplan.",
)
kilder_app = typer.Typer(no_args_is_help=True, help="Which tables and measures are fetched.")
landing_app = typer.Typer(no_args_is_help=True, help="The vintage store.")
seeds_app = typer.Typer(no_args_is_help=True, help="The hand-kept tables.")
app.add_typer(kilder_app, name="kilder")
app.add_typer(landing_app, name="landing")
app.add_typer(seeds_app, name="seeds")

LOOPBACK = "127.0.0.1"
STEP_COLUMNS = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
console = Console(highlight=False, soft_wrap=True)

Kilde = Annotated[str, typer.Argument(help="jobindsats, statbank or joblog")]
Run = Annotated[str, typer.Argument(help="The run id that `byg` printed")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Use only what was retrieved until this ISO time (UTC)"),
]


def narrow(*titles: str) -> Table:
    """A table whose rows stand whole in a terminal of 80 signs."""
    return Table(*titles, box=None, padding=(0, 2, 0, 0))


def fail(error: BeskplanError) -> NoReturn:
    """Print what, where and what to do, and end with code 1."""
    console.print(f"[bold red]{type(error).__name__}[/]: {error.what}")
    console.print(f"  where: {error.where}", markup=False)
    console.print(f"  do:    {error.do}", markup=False)
    raise typer.Exit(1)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Turn a typed error into its three lines and code 1."""
    try:
        with machine.typed("this machine"):
            yield
    except BeskplanError as error:
        fail(error)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a spinner with the time passed while a step runs, and keep the line."""
    with Progress(*STEP_COLUMNS, console=console) as progress:
        task = progress.add_task(title, total=1)
        yield
        progress.advance(task)


@app.command()
def hent(
    kilde: Kilde,
    tabel: Annotated[str | None, typer.Option(help="Only this table, new or not")] = None,
) -> None:
    """Fetch and land the tables that have something new."""
    settings = Settings.from_env()
    with errors_shown():
        if tabel:
            console.print(f"{tabel}: {flow.fetch(settings, kilde, tabel)}")
            return
        outcomes = flow.fetch_all(
            settings, kilde, lambda name, outcome: console.print(f"{name}: {outcome}")
        )
    if not outcomes:
        console.print(f"{kilde}: nothing new")


@app.command()
def byg(as_of: AsOf = None) -> None:
    """Build a candidate warehouse and print its run id."""
    with errors_shown():
        console.print(flow.build(Settings.from_env(), as_of))


@app.command()
def bedoem(run: Run) -> None:
    """Judge a candidate; vintages that do not pass are left out of it."""
    settings = Settings.from_env()
    with errors_shown():
        for line in flow.judge(settings, run):
            console.print(line, markup=False)
        say_suspects(settings, run)


@app.command()
def gennemse(
    tabel: Annotated[str | None, typer.Argument(help="Decide of this table's vintage")] = None,
    godkend: Annotated[bool, typer.Option("--godkend", help="Let it into the release")] = False,
    afvis: Annotated[bool, typer.Option("--afvis", help="Keep it out for good")] = False,
    hvem: Annotated[str, typer.Option(help="Your name; published with the figures")] = "",
    hvorfor: Annotated[str, typer.Option(help="Your reason, in Danish; published too")] = "",
) -> None:
    """List what waits for a person, or decide of one table."""
    settings = Settings.from_env()
    with errors_shown():
        if not (godkend or afvis):
            list_waiting(settings, tabel)
            return
        if tabel is None or (godkend and afvis):
            raise ReviewError(
                "Name one table and either --godkend or --afvis",
                where="beskplan gennemse",
                do="list what waits with `beskplan gennemse`",
            )
        made = flow.review(
            settings, tabel, "accepteret" if godkend else "afvist", hvem=hvem, hvorfor=hvorfor
        )
    console.print(f"{tabel} {made.hentet_utc}: {made.udfald} ({made.hvem})", markup=False)
    console.print("next: `beskplan koer`, or start the DAG beskaeftigelsesplan", markup=False)


def list_waiting(settings: Settings, tabel: str | None) -> None:
    """Print the vintages that wait with their findings, worst first, and how to decide."""
    from beskplan.release import review_text

    found = [made for made in flow.waiting(settings) if tabel in (None, made.tabel_id)]
    for decision in found:
        table = Table(*review_text.HEADER, title=review_text.title(decision), title_justify="left")
        for row in review_text.rows(decision):
            table.add_row(*map(escape, row))
        console.print(table)
        for line in review_text.explained(decision):
            console.print(line, markup=False)
        console.print(
            f"decide: beskplan gennemse {decision.tabel_id} --godkend|--afvis --hvem NAVN "
            "--hvorfor TEKST\n",
            markup=False,
        )
    if not found:
        console.print("nothing waits for a person")


# Known by its English name as well; `--help` shows one of them.
@app.command("publish", hidden=True)
@app.command()
def udgiv(
    run: Annotated[
        str | None, typer.Argument(help="The run id that `byg` printed; not with --postgres alone")
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            help="Copy schema bi of the current release there: postgresql://user@host/database. "
            "Without it, BESKPLAN_POSTGRES or the file that BESKPLAN_POSTGRES_FILE names"
        ),
    ] = None,
) -> None:
    """Publish a judged candidate and swap it in; copy the release into Postgres if asked."""
    settings = Settings.from_env()
    with errors_shown():
        postgres = postgres or secret("BESKPLAN_POSTGRES")
        if run is None and postgres is None:
            raise ReleaseError(
                "nothing to publish is named",
                where="beskplan udgiv",
                do="name the run that `byg` printed, or --postgres, or run `beskplan koer`",
            )
        if run is not None:
            publish(settings, run)
        if postgres is not None:
            say_copied(flow.copy_to_postgres(settings, postgres))


def say_copied(copied: Copied) -> None:
    """Print what Postgres holds now."""
    if copied.tables:
        console.print(f"copied releases/{copied.release_id} to Postgres: {copied.tables} tables")
    else:
        console.print(f"Postgres holds releases/{copied.release_id} already")


@app.command()
def koer(as_of: AsOf = None) -> None:
    """Build, judge and publish; ends 1 if a table went out with older figures."""
    settings = Settings.from_env()
    with errors_shown():
        build_to_release(settings, as_of)


def build_to_release(settings: Settings, as_of: str | None = None) -> None:
    """Build, judge, publish and report, with progress on the console.

    Raises:
        BeskplanError: what stopped the run, or which tables went out with older figures.
    """
    with step("build (dbt on DuckDB)"):
        run = flow.build(settings, as_of)
    with step("judge (Great Expectations)"):
        flow.judge(settings, run)
    say_suspects(settings, run)
    publish(settings, run)
    flow.report(settings, run)


def publish(settings: Settings, run: str) -> None:
    """Publish with a progress bar over the kommuner; print what is current now, and how much.

    Raises:
        ReleaseError: the release could not be written.
    """
    columns = (*STEP_COLUMNS[:2], BarColumn(), MofNCompleteColumn(), STEP_COLUMNS[2])
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("release, kommuner", total=None)
        release_id = flow.publish(
            settings,
            run,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    target = flow.published_to(settings, run)
    say_release(release_id, target.releases.relative_to(settings.home))
    if release_id:
        console.print(", ".join(f"{count} {what}" for what, count in flow.written(target).items()))


def say_suspects(settings: Settings, run: str) -> None:
    """Print what the tables that did not pass are suspected of, cause by cause."""
    for line in flow.suspects(settings, run):
        console.print(line, markup=False)


def say_release(release_id: str | None, folder: Path) -> None:
    """Print which release is current in its folder now."""
    if release_id:
        console.print(f"published [bold]{folder}/{release_id}[/], now {folder}/current")
    else:
        console.print(
            f"nothing published: {folder}/current rests on the same figures, seeds and code"
        )


@kilder_app.command("laas")
def kilder_laas() -> None:
    """Resolve each measure against the source's metadata and pin it in seeds/maalinger.csv."""
    from beskplan.sources.jobindsats import pin_measures

    with errors_shown():
        for line in pin_measures(Settings.from_env()):
            console.print(line, markup=False)


@landing_app.command("verify")
def landing_verify() -> None:
    """Recompute every checksum of the vintage store; ends 1 if one is off."""
    from beskplan.landing import Landing, find_problems

    landing = Landing(Settings.from_env().landing)
    problems = find_problems(landing)
    for problem in problems:
        console.print(problem, markup=False)
    if problems:
        console.print(f"{len(problems)} problem(s)")
        raise typer.Exit(1)
    console.print(f"{len(landing.vintages())} vintages, 0 problem(s)")


@app.command()
def friskhed() -> None:
    """Print how fresh each table is, and every cause that stands now."""
    from datetime import UTC, datetime

    from beskplan import beskeder
    from beskplan.landing import Landing
    from beskplan.landing.freshness import freshness

    settings, now = Settings.from_env(), datetime.now(UTC)
    table = narrow("kilde", "tabel", "nyeste", "ventet", "dato", "dage for sent", "tilstand")
    for one in freshness(Landing(settings.landing), now):
        table.add_row(
            *(one.kilde, one.tabel_id, one.nyeste_periode, one.ventet_periode or ""),
            one.ventet_dato.isoformat() if one.ventet_dato else "",
            *(str(one.dage_forsinket or ""), one.tilstand),
        )
    console.print(table)
    for cause in beskeder.current(settings, now):
        console.print(f"{cause.noegle}: {cause.tekst}\n  {cause.goer}", markup=False)


@app.command()
def doctor(
    uden_net: Annotated[
        bool, typer.Option("--uden-net", help="Do not ask the sources for their clock")
    ] = False,
) -> None:
    """Check disk, locks, checksums, versions, runs, clock and token; ends 1 on a fault."""
    from beskplan import doktor

    with errors_shown():
        found = doktor.examine(Settings.from_env(), net=not uden_net)
    console.print(doktor.table(found))
    if any(finding.state == "fault" for finding in found):
        raise typer.Exit(1)


@app.command()
def maalinger(
    antal: Annotated[int, typer.Option(help="How many lines, newest last")] = 20,
) -> None:
    """Print what the newest stages took: seconds, tables, rows, bytes and outcome."""
    from beskplan.maalinger import read

    table = narrow("begyndt (UTC)", "trin", "tabel", "sek.", "tabeller", "rækker", "MB", "udfald")
    for one in read(Settings.from_env(), antal):
        table.add_row(
            *(
                one.begyndt_utc[:16].replace("T", " "),
                one.trin,
                one.tabel_id or "",
                f"{one.sekunder:.1f}",
            ),
            *("" if count is None else str(count) for count in (one.tabeller, one.raekker)),
            "" if one.bytes is None else f"{one.bytes / 1e6:.1f}",
            escape(one.udfald),
        )
    console.print(table)


@landing_app.command("vis")
def landing_vis() -> None:
    """List the vintages that have landed."""
    from beskplan.landing import Landing

    for vintage in Landing(Settings.from_env().landing).vintages():
        console.print(
            f"{vintage.kilde:<11}{vintage.tabel_id:<9}{vintage.hentet_utc}  "
            f"{vintage.raekker_spurgt:>8} cells  {vintage.oprindelse}",
            markup=False,
        )


@seeds_app.command("tjek")
def seeds_tjek() -> None:
    """Check the hand-kept tables: file, line, reason."""
    from beskplan.seeds import check_seeds

    with errors_shown():
        check_seeds(Settings.from_env().seeds)
    console.print("seeds: no faults")


@app.command()
def oversigt(
    kommune: Annotated[str, typer.Argument(help="Name or three digits: Herlev, 163")],
    slut: Annotated[
        str | None, typer.Option(help="The last of the 13 months: 2026M06 (default: the newest)")
    ] = None,
    ud: Annotated[Path, typer.Option(help="Folder for the two files")] = Path(),
) -> None:
    """Write a kommune's ydelsesoversigt (xlsx and csv) from the current release."""
    from beskplan.release.on_demand import write_overview

    with errors_shown():
        for path in write_overview(Settings.from_env().releases, kommune, slut, ud):
            console.print(str(path), markup=False)


@app.command()
def diff(
    a: Annotated[str, typer.Argument(help="A release, a day or a time: 2026M07-1, 2026-08-18")],
    b: Annotated[str, typer.Argument(help="The newer one")],
    csv: Annotated[Path | None, typer.Option(help="Write every changed cell to this file")] = None,
) -> None:
    """Compare two releases, days or times: revisions and corrections of errors."""
    from beskplan.release.corrections.between import difference, write_list

    with errors_shown():
        found = difference(Settings.from_env(), a, b)
        if csv:
            write_list(csv, found)
    _say_difference(found)
    if csv:
        console.print(f"{len(found.rows)} changed cells in {csv}", markup=False)


@app.command()
def rebuild(
    release: Annotated[str, typer.Argument(help="A folder of releases/: 2026M07-1")],
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Compare it with the published one; ends 1 on a difference"),
    ] = False,
) -> None:
    """Make a past release again from landing and its own seeds, in `arbejde/genskabt/`."""
    from beskplan import genskab

    settings = Settings.from_env()
    with errors_shown():
        with step("rebuild"):
            rebuilt = genskab.rebuild(settings, release)
        console.print(f"rebuilt {rebuilt}", markup=False)
        found = genskab.compare(settings, rebuilt) if verify else None
    if found:
        _say_comparison(found)


def _say_comparison(found: genskab.Comparison) -> None:
    """Print what was compared and its sums; end 1 on a difference."""
    how = "the same code: byte by byte" if found.by_bytes else "another code: cell by cell"
    console.print(how)
    for part, (old, new) in found.sums.items():
        console.print(f"{part:<20} {found.compared[part]:>5} files  sha256 {old}", markup=False)
        if old != new:
            console.print(f"{'':<20} {'':>5} rebuilt       {new}", markup=False)
    for line in found.different:
        console.print(f"different: {line}", markup=False)
    if found.different:
        raise typer.Exit(1)
    console.print("no difference")


@app.command()
def tynd(
    nyeste: Annotated[int, typer.Option(min=1, help="How many of the newest stay whole")] = 12,
    udfoer: Annotated[bool, typer.Option("--udfoer", help="Do it; without it only say")] = False,
) -> None:
    """Thin old releases: what may go, and which rule keeps the others whole."""
    from beskplan.release import retention

    releases = Settings.from_env().releases
    with errors_shown():
        table = Table("udgivelse", "MB", "whole because")
        for one in retention.standings(releases, nyeste):
            size = sum(path.stat().st_size for path in one.path.rglob("*") if path.is_file())
            because = "; ".join(one.because) or ("may be thinned" if one.whole else "thinned")
            table.add_row(one.path.name, f"{size / 1e6:.1f}", because)
        console.print(table)
        if udfoer:
            thinned = retention.thin(releases, nyeste)
            console.print(f"thinned: {', '.join(path.name for path in thinned) or 'none'}")


def _say_difference(found: Difference) -> None:
    """Print counts by class, then the largest changes."""
    from beskplan.release import danish
    from beskplan.release.corrections import told

    console.print(f"{found.before} → {found.after}", markup=False)
    if found.left_out:
        console.print(f"not compared: {', '.join(found.left_out)}", markup=False)
    if not found.rows:
        console.print("no published figure differs")
        return
    counts = Table("tabel", "art", "tal", "områder", title="Ændrede tal")
    for row in found.counts:
        numbers = (danish.number(row["antal"]), danish.number(row["omraader"]))
        counts.add_row(row["tabel"], row["art"], *numbers)
    console.print(counts)
    largest = Table(title="Fejlrettelser først, så de største ændringer")
    for title in ("art", "område", "tabel", "gruppe", "periode", "tal"):
        largest.add_column(title, no_wrap=title in ("art", "periode"))
    for title in ("før", "nu", "ændring"):
        largest.add_column(title, no_wrap=True, justify="right")
    for row in found.largest:
        largest.add_row(
            row["art"],
            row["omraade_navn"],
            row["tabel_id"] or row["tabel"],
            row["gruppe"],
            row["periode"],
            told.measure(row["maaling"]),
            told.shown(row["foer_vaerdi"], row["foer_status"]),
            told.shown(row["efter_vaerdi"], row["efter_status"]),
            told.signed(row["aendring"]),
        )
    console.print(largest)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port")] = 8081,
    host: Annotated[str, typer.Option(help="Address; the default is this machine only")] = LOOPBACK,
) -> None:
    """Serve the pages of the current release, whichever that is, until stopped."""
    from beskplan import serving

    settings = Settings.from_env()
    console.print(f"http://{host}:{port}/  ← {settings.releases}/current/site", markup=False)
    serving.serve(settings.releases, host, port)


@app.command()
def demo() -> None:
    """Run everything once on the recorded figures, without a token."""
    from beskplan.demo import run_demo

    with errors_shown():
        run_demo(Settings.from_env(), console, build_to_release)


@app.command()
def afstem() -> None:
    """Compare every recorded cell with the current release; ends 1 on a difference."""
    from beskplan.demo import reconcile, say_reconciled

    results = reconcile(Settings.from_env())
    for result in results:
        say_reconciled(result, console)
    if any(result.equal != result.compared for result in results):
        raise typer.Exit(1)
