"""What the gate says of a candidate, and its form on disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from beskplan.landing.records import Decision

FILE = "bedoemmelse.json"

Outcome = Literal["pass", "review", "stop"]
RuleOutcome = Literal["stop", "review", "note"]


@dataclass(frozen=True)
class Finding:
    """One suspect cell (or series, or table) and the rule that found it.

    Args:
        regel_id: the rule.
        udfald: what the rule leads to here: stop, review or note.
        besked: what is wrong, in Danish.
        omraade: the area's name; empty where the finding is on more than one.
        periode: `2026M07`; empty where the finding is on more than one.
        maaling: the measure's label.
        dimensioner: the breakdown's member; empty for the total.
        vaerdi: the value found.
        forventet: what was expected.
        score: how far off; larger is worse.
        graense: the score that would just have passed.
        aarsag: the likely cause, in Danish, where the rule knows one.
        forklarer: whether the message says what has happened, and not only that it is far off.
        forventet_fra: the least that the cell's history lets expect.
        forventet_til: the most.
        nr: the cell's place among the suspects of its series and month; 1 is the most suspect.
        mistanke: how many times the cell passes the limit that it passes most.
        andel_af_landet_pct: what the distance from the expected is of the country's figure.
        maal_virkning: what it means to the mål of plans, in Danish.
    """

    regel_id: str
    udfald: RuleOutcome
    besked: str
    omraade: str
    periode: str
    maaling: str
    dimensioner: str
    vaerdi: float | None
    forventet: float | None
    score: float | None
    graense: float | None
    aarsag: str = ""
    forklarer: bool = True
    forventet_fra: float | None = None
    forventet_til: float | None = None
    nr: int | None = None
    mistanke: float | None = None
    andel_af_landet_pct: float | None = None
    maal_virkning: str = ""


@dataclass(frozen=True)
class TableVerdict:
    """The verdict on one table's newest vintage.

    Args:
        kilde: source.
        tabel_id: table.
        hentet_utc: the vintage, ISO UTC.
        udfald: pass, review or stop.
        allerede_afgjort: it had been accepted before this run, by the gate or by a person; the
            verdict changes nothing.
        fund: findings, the worst first.
        uden_styrke: cells or series that were too small for a verdict on their history.
    """

    kilde: str
    tabel_id: str
    hentet_utc: str
    udfald: Outcome
    allerede_afgjort: bool
    fund: tuple[Finding, ...]
    uden_styrke: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Source, table and time of the vintage."""
        return self.kilde, self.tabel_id, self.hentet_utc

    @classmethod
    def waiting(cls, decision: Decision) -> TableVerdict:
        """The verdict on a vintage that waits for a person, as landing remembers it."""
        return cls(
            kilde=decision.kilde,
            tabel_id=decision.tabel_id,
            hentet_utc=decision.hentet_utc,
            udfald="review",
            allerede_afgjort=False,
            fund=tuple(Finding(**finding) for finding in decision.fund),
            uden_styrke=decision.uden_styrke,
        )


@dataclass(frozen=True)
class Rule:
    """A rule with what it tested in this candidate.

    Args:
        regel_id: the rule.
        beskrivelse: what it asks, in Danish.
        alvor: critical or warning.
        udfald: what a failure leads to.
        ess_niveau: level of validation, 0 to 5 (ESS).
        reference: method.
        graense: the threshold in words; empty where the rule has none.
        begrundelse: why the threshold is what it is.
        testet: units tested.
        fundet: units that failed.
        uden_styrke: units too small to test.
    """

    regel_id: str
    beskrivelse: str
    alvor: str
    udfald: RuleOutcome
    ess_niveau: int
    reference: str
    graense: str
    begrundelse: str
    testet: int
    fundet: int
    uden_styrke: int


@dataclass(frozen=True)
class Judgement:
    """The gate's judgement of one candidate.

    Args:
        koersel: the run.
        tabeller: one verdict a table.
        faelles: what is wrong with what all tables share; empty in a judgement that stands.
        regler: every rule.
    """

    koersel: str
    tabeller: tuple[TableVerdict, ...]
    faelles: tuple[str, ...]
    regler: tuple[Rule, ...]

    @property
    def left_out(self) -> list[tuple[str, str, str]]:
        """(kilde, tabel_id, hentet_utc) of the vintages that may not be in the release."""
        return [
            table.key
            for table in self.tabeller
            if table.udfald != "pass" and not table.allerede_afgjort
        ]

    def with_round(self, later: Judgement) -> Judgement:
        """Add the vintages that a later round, on a candidate without those left out, refuses."""
        refused = tuple(table for table in later.tabeller if table.key in later.left_out)
        return replace(self, tabeller=self.tabeller + refused)

    def with_waiting(self, waiting: Iterable[TableVerdict]) -> Judgement:
        """Put in the vintages that wait for a person, also those of earlier runs.

        A candidate does not hold them, so what it shows of their tables is an older vintage.
        """
        by_table = {(table.kilde, table.tabel_id): table for table in waiting}
        shown = [by_table.pop((table.kilde, table.tabel_id), table) for table in self.tabeller]
        return replace(self, tabeller=(*shown, *by_table.values()))

    def save(self, folder: Path) -> Path:
        """Write the judgement into a run's folder."""
        path = folder / FILE
        path.write_bytes(orjson.dumps(asdict(self)))
        return path

    @classmethod
    def load(cls, folder: Path) -> Judgement:
        """Read the judgement of a run's folder."""
        data: dict[str, Any] = orjson.loads((folder / FILE).read_bytes())
        return cls(
            koersel=data["koersel"],
            tabeller=tuple(
                TableVerdict(**(table | {"fund": tuple(Finding(**f) for f in table["fund"])}))
                for table in data["tabeller"]
            ),
            faelles=tuple(data["faelles"]),
            regler=tuple(Rule(**rule) for rule in data["regler"]),
        )
