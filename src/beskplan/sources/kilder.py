"""What is asked for: seeds/kilder.csv, its pins and the areas, for one profile."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from beskplan.errors import PinError, SeedError
from beskplan.settings import Settings

ALL = "*"
KOMMUNER = "kommuner"
LATEST = re.compile(r"latest:([1-9]\d*)")
PIN_COLUMNS = ("kilde", "tabel_id", "maaling", "mgroup_id", "maaling_id", "laast_mod")


@dataclass(frozen=True)
class Ask:
    """Rows of kilder.csv that one question covers.

    Args:
        maalinger: labels as kilder.csv has them.
        fordeling: hierarchies that are broken down, sorted.
        perioder: `*` or `latest:N`.
        omraader: kommune codes; empty means every area.
        land: whether Hele landet is asked for; a table may hold kommuner only.
    """

    maalinger: tuple[str, ...]
    fordeling: tuple[str, ...]
    perioder: str
    omraader: tuple[str, ...]
    land: bool = True


@dataclass(frozen=True)
class Pin:
    """The ids by which a measure is followed when its label changes.

    Args:
        kilde: source.
        tabel_id: table.
        maaling: label in kilder.csv.
        mgroup_id: group that the measure is asked through.
        maaling_id: the measure's own id.
        laast_mod: what the pin was resolved against: `standin` or a host.
    """

    kilde: str
    tabel_id: str
    maaling: str
    mgroup_id: str
    maaling_id: str
    laast_mod: str


@dataclass(frozen=True)
class Wanted:
    """A measure as kilder.csv names it, for pinning.

    Args:
        tabel_id: table.
        maaling: label.
        mgroup_id: the group's id where it is documented, else empty.
    """

    tabel_id: str
    maaling: str
    mgroup_id: str


@dataclass(frozen=True)
class Listing:
    """All that is asked of one source.

    Args:
        kilde: source.
        asks: table → its questions.
        pins: (table, label) → pin.
        kommuner: code → name.
        land: code and name of the whole country.
        uoplyst: code and name of the area for those whose kommune is unknown.
    """

    kilde: str
    asks: Mapping[str, tuple[Ask, ...]]
    pins: Mapping[tuple[str, str], Pin]
    kommuner: Mapping[str, str]
    land: tuple[str, str]
    uoplyst: tuple[str, str]

    def is_pinned(self, tabel_id: str) -> bool:
        """Whether every listed measure of a table has a pin."""
        return all(
            (tabel_id, maaling) in self.pins
            for ask in self.asks[tabel_id]
            for maaling in ask.maalinger
        )

    def pin(self, tabel_id: str, maaling: str) -> Pin:
        """The pin of one measure.

        Raises:
            PinError: it has none.
        """
        try:
            return self.pins[tabel_id, maaling]
        except KeyError:
            raise PinError(
                f"Målingen »{maaling}« er ikke låst til et id",
                where=f"{self.kilde} {tabel_id}, seeds/maalinger.csv",
                do="kør `beskplan kilder laas`",
            ) from None


def read_listing(settings: Settings, kilde: str) -> Listing:
    """Read what a profile asks of one source.

    Args:
        settings: profile and the folder of seeds.
        kilde: source.

    Raises:
        SeedError: a row that cannot be meant, with file and line.
    """
    seeds = settings.seeds
    areas = {
        row["omraade_art"]: (row["omraade_kode"], row["omraade_navn"])
        for _, row in read_rows(seeds / "omraader.csv")
    }
    kommuner = {
        row["kommune_kode"]: row["kommune_navn"] for _, row in read_rows(seeds / "kommuner.csv")
    }
    return Listing(
        kilde=kilde,
        asks=_read_asks(settings, kilde, kommuner),
        pins={(pin.tabel_id, pin.maaling): pin for pin in read_pins(seeds) if pin.kilde == kilde},
        kommuner=kommuner,
        land=areas["land"],
        uoplyst=areas["uoplyst"],
    )


def read_pins(seeds: Path) -> list[Pin]:
    """The pins of maalinger.csv; none where it does not exist yet."""
    path = seeds / "maalinger.csv"
    rows = read_rows(path) if path.exists() else []
    return [Pin(**{name: row[name] for name in PIN_COLUMNS}) for _, row in rows]


def read_order(seeds: Path) -> list[tuple[str, str, str]]:
    """Source, table and label of each row of kilder.csv."""
    rows = read_rows(seeds / "kilder.csv")
    return [(row["kilde"], row["tabel_id"], row["maaling"]) for _, row in rows]


def read_wanted(seeds: Path, kilde: str) -> list[Wanted]:
    """Every measure that kilder.csv names for a source, each once, in its order."""
    wanted = {
        (row["tabel_id"], row["maaling"]): Wanted(row["tabel_id"], row["maaling"], row["mgroup_id"])
        for _, row in read_rows(seeds / "kilder.csv")
        if row["kilde"] == kilde
    }
    return list(wanted.values())


def read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Line number and content of each row of a csv."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return [(reader.line_num, row) for row in reader]


def _read_asks(
    settings: Settings, kilde: str, kommuner: Mapping[str, str]
) -> dict[str, tuple[Ask, ...]]:
    path = settings.seeds / "kilder.csv"
    grouped: dict[tuple[str, tuple[str, ...], str, tuple[str, ...], bool], list[str]] = {}
    for line, row in read_rows(path):
        if row["kilde"] != kilde or row["profil"] not in ("begge", settings.profile):
            continue
        if row["perioder"] != ALL and not LATEST.fullmatch(row["perioder"]):
            raise _bad(path, line, f"perioder »{row['perioder']}« er hverken * eller latest:N")
        land = row["omraader"] != KOMMUNER
        named = _parts(row["omraader"]) if land else kommuner
        codes = () if row["omraader"] == ALL else tuple(sorted(named))
        unknown = [code for code in codes if code not in kommuner]
        if unknown:
            raise _bad(path, line, f"ukendt kommune {', '.join(unknown)}")
        breakdown = tuple(sorted(_parts(row["fordeling"])))
        key = (row["tabel_id"], breakdown, row["perioder"], codes, land)
        measures = grouped.setdefault(key, [])
        if row["maaling"] not in measures:
            measures.append(row["maaling"])
    asks: dict[str, list[Ask]] = {}
    for (tabel_id, fordeling, perioder, codes, land), measures in grouped.items():
        ask = Ask(tuple(measures), fordeling, perioder, codes, land)
        asks.setdefault(tabel_id, []).append(ask)
    return {tabel_id: tuple(found) for tabel_id, found in asks.items()}


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def _bad(path: Path, line: int, reason: str) -> SeedError:
    return SeedError(reason, where=f"{path.name} linje {line}", do="ret rækken")


def choose_periods(perioder: str, valid: tuple[str, ...]) -> tuple[str, ...]:
    """Pick periods from those that the source says it has.

    A `latest:N` longer than the history takes the whole history; the source itself would refuse.

    Args:
        perioder: `*` or `latest:N`.
        valid: the source's periods, any order.
    """
    ordered = tuple(sorted(valid))
    match = LATEST.fullmatch(perioder)
    return ordered[-int(match.group(1)) :] if match else ordered
