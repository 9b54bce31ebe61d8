"""Joblog bilag for the drop folder: July 2015 to December 2017 generated, January 2018 recorded.

What is generated agrees with the generated tables: nobody is asked to log who does not receive the
ydelse. What survives of January 2018 (`data/joblog_2018M01.csv`) the series lead up to, as far as
the generated kommuner are large enough.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np
import xlsxwriter

from beskplan.sources.bilag import GROUPS, MEASURES, MONTHS, Bilag, read_bilag
from beskplan.standin import months
from beskplan.standin.noise import bell, half_up
from beskplan.standin.published import leaves
from beskplan.standin.recorded import TIMES
from beskplan.standin.spec import Floats, Ints
from beskplan.standin.tables import DATA, NATIONAL, kommuner

FIRST, LAST = "2015M07", "2018M01"
RECORDED = DATA / f"joblog_{LAST}.csv"
SMALL_FROM = "2017M10"
HIDDEN_UP_TO = 3
TITLE = (
    "SYNTETISKE TAL. Tabel 1. Antal berørte personer og dækningsgrad for Joblog blandt "
    "dagpengemodtagere, jobparate kontanthjælpsmodtagere og åbenlyst uddannelsesparate "
    "uddannelsesmodtagere. {month}"
)
NOTES = (
    "Anm.: Antal berørte personer dækker over antal i målgruppen, der ikke er fritaget for brug af "
    "Joblog. Data vedrørende kommuner med tre eller færre borgere udgår af hensyn til diskretion.",
    "Kilde: frembragt af Beskplans prøveserver.",
    "Oprindelse: genereret. Syntetiske tal til afprøvning; de siger intet om virkeligheden.",
)
# Names in the recorded bilag whose kommune is now spelt otherwise.
OLD_NAMES = {
    "Århus": "Aarhus",
    "Høje Tåstrup": "Høje-Taastrup",
    "Nordfyn": "Nordfyns",
    "Vesthimmerland": "Vesthimmerlands",
    "Faaborg- Midtfyn": "Faaborg-Midtfyn",
    "Ringkøbing- Skjern": "Ringkøbing-Skjern",
}
_FADE, _RATE_NOISE, _SHARE_NOISE = 0.9, 0.006, 0.03
_UNDER_LIMIT = 2  # of whom nothing is shown


@dataclass(frozen=True)
class _Group:
    """One column pair.

    Args:
        table: where its people are counted.
        member: the visitation category's place in the table's first breakdown; None is everybody.
        subject: share who are not exempt, and its spread over the kommuner.
        share: national share of those who use Joblog in the first and the last month.
        spread: of the kommuner's own shares, in logits.
    """

    table: str
    member: int | None
    subject: tuple[float, float]
    share: tuple[float, float]
    spread: float


# The shares of January 2018 are the letter's own: ca. 89, 68 and 34 pct.
_GROUPS = (
    _Group("y01a02", None, (0.88, 0.03), (0.885, 0.89), 0.45),
    _Group("y36a02", 0, (0.80, 0.06), (0.56, 0.68), 0.5),
    _Group("y38a02", 1, (0.50, 0.15), (0.26, 0.342), 0.8),
)


def persons(nr: int) -> Ints:
    """Those of whom a group is a part [month, kommune], as Jobindsats' newest release has them."""
    group = _GROUPS[nr]
    _, found = leaves(group.table, months.newest(TIMES[-1]))
    if group.member is not None:
        found = found[:, :, group.member]
    places = slice(1, 1 + len(kommuner()))
    total: Ints = found.reshape(*found.shape[:2], -1).sum(axis=-1)[:, places]
    return total


@cache
def recorded() -> Bilag:
    """What survives of January 2018."""
    areas = {name: code for code, name, _ in kommuner()} | {NATIONAL: "000"}
    areas |= {old: areas[name] for old, name in OLD_NAMES.items()}
    return read_bilag(RECORDED.name, RECORDED.read_bytes(), LAST, areas, NATIONAL)


def _known(nr: int) -> tuple[Floats, Floats]:
    """Antal and users in January 2018 [kommune]; NaN where lost. Hidden: some 2, of whom 1."""
    antal = np.full(len(kommuner()), np.nan)
    users = antal.copy()
    for place, (code, _, _) in enumerate(kommuner()):
        count, share = recorded().figures[code][nr]
        if count.state == "skjult":
            antal[place], users[place] = _UNDER_LIMIT, 1
        elif count.value is not None:
            antal[place] = count.value
            if share.value is not None:
                users[place] = np.floor(share.value * count.value / 100 + 0.5)
    return antal, users


def _fading(key: str, size: float) -> Floats:
    """Noise of mean 0 that fades slowly [month, kommune]."""
    shock = size * bell(key, months.COUNT, len(kommuner()))
    noise = shock.copy()
    for time in range(1, months.COUNT):
        noise[time] += _FADE * noise[time - 1]
    ending_at_nought: Floats = noise - noise[months.month(LAST)]
    return ending_at_nought


@cache
def counts(nr: int) -> tuple[Ints, Ints]:
    """Antal berørte and users of Joblog of one group.

    Returns:
        Two arrays [month, kommune] from `FIRST` to `LAST`, nothing hidden.
    """
    group, last = _GROUPS[nr], months.month(LAST)
    span = slice(months.month(FIRST), last + 1)
    everybody = persons(nr)
    antal_known, users_known = _known(nr)
    level, spread = group.subject
    own = level * np.exp(spread * bell(f"joblog:{nr}:omfattet", len(kommuner())))
    fitting = antal_known / np.maximum(everybody[last], 1)
    rate = np.where(np.isnan(antal_known), own, fitting)
    rate = np.minimum(rate * np.exp(_fading(f"joblog:{nr}:fritaget", _RATE_NOISE)[span]), 1)
    antal = np.minimum(half_up(everybody[span] * rate), everybody[span])
    share = _shares(group, nr, antal, antal_known, users_known)
    return antal, np.minimum(half_up(antal * share), antal)


def _shares(
    group: _Group, nr: int, antal: Ints, antal_known: Floats, users_known: Floats
) -> Floats:
    """Share of users [month, kommune]; weighted they give the nation's."""
    time = np.linspace(0, 1, len(antal))[:, None]
    nation = group.share[0] + (group.share[1] - group.share[0]) * time
    span = slice(months.month(FIRST), months.month(LAST) + 1)
    own = group.spread * bell(f"joblog:{nr}:andel", len(kommuner()))
    known = np.clip(users_known / antal_known, 0.005, 0.995)
    distance = np.where(np.isnan(known), own, _logit(known) - _logit(nation[-1]))
    drift = _fading(f"joblog:{nr}:andel", _SHARE_NOISE)[span]
    model = _logit(nation) + distance + drift
    free = np.isnan(known)[None, :]
    low, high = np.full(nation.shape, -3.0), np.full(nation.shape, 3.0)
    for _ in range(40):
        middle = (low + high) / 2
        users = (antal * _share(model + np.where(free, middle, 0))).sum(axis=1, keepdims=True)
        above = users > nation * antal.sum(axis=1, keepdims=True)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return _share(model + np.where(free, low, 0))


def _logit(share: Floats) -> Floats:
    found: Floats = np.log(share / (1 - share))
    return found


def _share(logit: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-logit))
    return found


def percent(users: int, antal: int) -> float:
    """Percent with one decimal, half up, in whole numbers."""
    return (2000 * users + antal) // (2 * antal) / 10


def rows(period: str) -> list[tuple[str | int | float, ...]]:
    """One month's table: Hele landet, then the kommuner by name.

    The country counts those too of whom nothing is shown.
    """
    at = months.month(period) - months.month(FIRST)
    pairs = [tuple(array[at] for array in counts(nr)) for nr in range(len(GROUPS))]
    table: list[tuple[str | int | float, ...]] = []
    for place, (_, name, _) in enumerate(kommuner()):
        table.append((name, *_cells((antal[place], users[place]) for antal, users in pairs)))
    country = (NATIONAL, *_cells((antal.sum(), users.sum()) for antal, users in pairs))
    return [country, *sorted(table, key=lambda row: str(row[0]))]


def _cells(pairs: Iterable[tuple[np.int64, np.int64]]) -> list[str | int | float]:
    cells: list[str | int | float] = []
    for antal, users in pairs:
        if antal <= HIDDEN_UP_TO:
            cells += ["-", "-"]
        else:
            cells += [int(antal), percent(int(users), int(antal))]
    return cells


def workbook(period: str) -> bytes:
    """One month as a ministry sends it, marked as generated in title and notes."""
    out = io.BytesIO()
    year, month = period.split("M")
    title = TITLE.format(month=f"{MONTHS[int(month) - 1].capitalize()} {year}")
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(int(year), int(month), 1)})  # noqa: DTZ001
        page = book.add_worksheet("Tabel 1")
        page.write_string(0, 0, title)
        for nr, group in enumerate(GROUPS):
            page.merge_range(2, 1 + 2 * nr, 2, 2 + 2 * nr, group)
            for step, measure in enumerate(MEASURES):
                page.write_string(3, 1 + 2 * nr + step, measure)
        table = rows(period)
        for at, row in enumerate(table, start=4):
            page.write_row(at, 0, row)
        for at, note in enumerate(NOTES, start=6 + len(table)):
            page.write_string(at, 0, note)
    return out.getvalue()


def drop_files(profile: str) -> Mapping[str, bytes]:
    """What the demo puts into the drop folder.

    Args:
        profile: `fuld`; or `lille`, a few generated months only.
    """
    first = months.month(FIRST if profile == "fuld" else SMALL_FROM)
    periods = [months.period(nr) for nr in range(first, months.month(LAST))]
    files = {f"joblog_{period}.xlsx": workbook(period) for period in periods}
    return files | ({RECORDED.name: RECORDED.read_bytes()} if profile == "fuld" else {})
