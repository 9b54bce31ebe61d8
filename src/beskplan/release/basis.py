"""What a release rests on: vintages, seeds, decisions, marks and code, and their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import orjson

from beskplan.errors import ReleaseError
from beskplan.gate.judgement import Judgement
from beskplan.landing import Landing
from beskplan.landing.records import LEFT_OUT, Vintage
from beskplan.release import held
from beskplan.release.code import code_checksum
from beskplan.release.held import VintageKey
from beskplan.release.marks import table_marks

KEYS_SQL = """
select kilde, tabel_id, strftime(hentet_utc::timestamptz, '%Y-%m-%dT%H:%M:%SZ') as hentet
from int_vintager
order by all
"""


@dataclass(frozen=True)
class Basis:
    """What a release rests on.

    Args:
        vintages: every vintage in the candidate, by source, table and time.
        seeds: file name → sha256 of each hand-kept table.
        decisions: every decision, as published.
        marked: table id → why it is not up to date, in Danish.
        code: checksum of the code.
        previous: fingerprint of the release before, which `rettelser` compares with; None for the
            first.
        looks: `kilde/tabel_id` → number of the newest recorded look. Not part of the fingerprint: a
            look without news changes nothing.
    """

    vintages: tuple[Vintage, ...]
    seeds: Mapping[str, str]
    decisions: Sequence[Mapping[str, Any]]
    marked: Mapping[str, str]
    code: str
    previous: str | None = None
    looks: Mapping[str, int] = field(default_factory=dict)

    @property
    def newest(self) -> dict[str, Vintage]:
        """The vintage that each table's figures come from."""
        return {vintage.tabel_id: vintage for vintage in self.vintages}

    @property
    def seed_names(self) -> list[str]:
        """The names that the hand-kept tables bear in the candidate."""
        return [Path(name).stem for name in self.seeds]

    @property
    def stated_time(self) -> str:
        """The newest retrieval among the vintages: the only time a release states of itself."""
        return max(vintage.hentet_utc for vintage in self.vintages)

    @property
    def fingerprint(self) -> str:
        """One sum over all of it; two releases with the same one hold the same."""
        content = {
            "vintager": [[*_key(vintage), vintage.indholdssum] for vintage in self.vintages],
            "seeds": dict(self.seeds),
            "afgoerelser": [dict(decision) for decision in self.decisions],
            "ikke_opdateret": sorted(self.marked),
            "kode": self.code,
            "forrige": self.previous,
        }
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def of_candidate(candidate: Path, landing: Landing, seeds: Path, judgement: Judgement) -> Basis:
    """Read what a built candidate rests on.

    Raises:
        ReleaseError: the candidate holds no vintage, or one that landing does not hold.
    """
    with duckdb.connect(candidate, read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        used = {(str(a), str(b), str(c)) for a, b, c in con.execute(KEYS_SQL).fetchall()}
    return _basis(used, landing, seeds, judgement)


def of_landing(landing: Landing, seeds: Path) -> Basis | None:
    """What a release would rest on if it were built now; None where the gate has yet to judge."""
    decided = held.outcomes(landing)
    landed = landing.vintages()
    newest = {vintage.tabel_id: _key(vintage) for vintage in landed}
    if any(key not in decided for key in newest.values()):
        return None
    used = {_key(v) for v in landed if decided.get(_key(v)) not in LEFT_OUT}
    return _basis(used, landing, seeds, None) if used else None


def _key(vintage: Vintage) -> VintageKey:
    return vintage.kilde, vintage.tabel_id, vintage.hentet_utc


def _basis(
    used: set[VintageKey], landing: Landing, seeds: Path, judgement: Judgement | None
) -> Basis:
    landed = tuple(v for v in landing.vintages() if _key(v) in used)
    unknown = used - {_key(vintage) for vintage in landed}
    if unknown or not landed:
        raise ReleaseError(
            f"the candidate rests on vintages that landing does not hold: {sorted(unknown)}",
            where=str(landing.path),
            do="run `beskplan landing verify`, then build again",
        )
    return Basis(
        vintages=landed,
        seeds={
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(seeds.glob("*.csv"))
        },
        decisions=held.decisions(landing),
        marked=table_marks(landing, judgement),
        code=code_checksum(),
        looks=landing.last_looks(),
    )
