"""The correction notice: plain Danish text, to be read out or put into a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beskplan.release import notes
from beskplan.release.corrections import told
from beskplan.release.corrections.told import Case
from beskplan.release.rows import Record

FIRST = "Dette er den første udgivelse; der er intet at sammenligne med."
NOTHING = "Ingen offentliggjorte tal er ændret siden udgivelsen før."
WORDS = (
    "En revision er en ændring, som er varslet eller er sædvanlig for månedens alder. En "
    "fejlrettelse er en ændring ud over det: det gamle tal var forkert."
)


def summary(counts: Sequence[Record]) -> str:
    """How much changed, in one sentence."""
    totals: Mapping[str, int] = {
        art: sum(row["antal"] for row in counts if row["art"] == art)
        for art in ("fejlrettelse", "revision")
    }
    if not any(totals.values()):
        return NOTHING
    wrong = told.number_of(totals["fejlrettelse"], "fejlrettelse", "fejlrettelser")
    revised = told.number_of(totals["revision"], "revision", "revisioner")
    return f"{wrong} og {revised}, talt i offentliggjorte celler."


def text(
    release: str,
    previous: str | None,
    cases: Sequence[Case],
    counts: Sequence[Record],
    follows: Sequence[Record],
) -> str:
    """Write the notice.

    Args:
        release: the new release's id.
        previous: the release before, or None.
        cases: what was wrong in the source's own figures.
        counts: changed cells by table and class.
        follows: corrected cells of the tables that rest on them.
    """
    lines = [f"RETTELSER i udgivelse {release}", ""]
    if previous is None:
        return "\n".join([*lines, FIRST, ""])
    lines += [f"Sammenlignet med udgivelse {previous}.", summary(counts), WORDS]
    for case in cases:
        lines += ["", *_case(case)]
    if follows:
        named = told.listed(
            [
                f"{told.TABLE_NAMES[row['tabel']]} ({told.number_of(row['antal'], 'tal', 'tal')})"
                for row in follows
            ]
        )
        lines += ["", f"Derfor er også rettet: {named}."]
    if cases or follows:
        lines += ["", "Vi beklager fejlen.", "Alle ændrede tal står i rettelser.csv."]
    return "\n".join([*lines, ""])


def _case(case: Case) -> list[str]:
    title = f"FEJLRETTELSE: {case.title}"
    lines = [notes.titled(title, synthetic=case.is_synthetic)]
    lines += ["Hvad var forkert: " + told.wrong_sentence(case)]
    lines += [f"Områder: {told.listed(case.areas)}."]
    right = told.right_sentences(case)
    lines += ["Hvad var rigtigt hele tiden: " + " ".join(right)] if right else []
    lines += ["De forkerte tal har stået siden: " + "; ".join(case.carried_since) + "."]
    lines += [f"Årsag: {case.cause.removesuffix('.')}."]
    reasons = sorted({cell["begrundelse"] for cell in case.cells})
    lines += [f"Derfor er det en fejlrettelse: {reason}" for reason in reasons[:1]]
    lines += ["Tallene, før → nu:"]
    return lines + [f"  {told.line(cell)}" for cell in case.cells]
