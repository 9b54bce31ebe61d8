"""Join the answers of one table's questions where they hold the same cells."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from beskplan.errors import BadAnswerError

KEY = ["omraade", "periode", "dimensioner", "maaling_id"]


def join_asks(frames: Sequence[pd.DataFrame], where: str) -> pd.DataFrame:
    """Put cells together; a cell that two questions hold is kept once.

    A breakdown asked with `*` brings the totals along, which another question asked for too.

    Args:
        frames: cells of each question.
        where: source, table and periods, for messages.

    Raises:
        BadAnswerError: two questions got different answers for one cell.
    """
    if len(frames) == 1:
        return frames[0]
    cells = pd.concat(frames, ignore_index=True)
    again = cells.duplicated(KEY, keep=False)
    shared = cells[again]
    # Compared with the null state: null in one answer and a number in the other differ.
    different = ~shared.duplicated([*KEY, "vaerdi", "raekke_mangler"], keep=False)
    if different.any():
        first = shared[different].iloc[0]
        raise BadAnswerError(
            f"To svar er uenige om {int(different.sum())} celler, først {first['omraade']} "
            f"{first['periode']} {first['dimensioner']} {first['maaling_id']}",
            where=where,
            do="tabellen blev måske opdateret undervejs; prøv igen",
        )
    return cells.drop_duplicates(KEY, ignore_index=True)
