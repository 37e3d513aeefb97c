"""Merging by rule: only where a person has set `merge_above` for the region, and only what nobody has judged."""

from datetime import datetime
from itertools import product

import pandas as pd
from sqlalchemy.orm import Session

from db import merging
from db.clusters import Pair
from db.merging import RULE, Act


def apply(session: Session, region_id: str, found: pd.DataFrame, above: float, now: datetime) -> list[Pair]:
    """Merge the pairs of `found` (see `db.queries.duplicates`) that score at least `above`; returns them.

    Clusters are joined only where every pair between them is a candidate too: two likely pairs do not make
    their ends alike. What anybody has judged is no candidate, so no judgement is ever contradicted.
    """
    pairs = list(zip(found["left_id"], found["right_id"], strict=True))
    candidates, group = set(pairs), {one: [one] for pair in pairs for one in pair}
    reason = f"in this region pairs that score {above:g} or more are merged"
    acts: dict[Pair, Act] = {}
    for pair, score, reasons in zip(pairs, found["score"], found["reasons"], strict=True):
        left, right = group[pair[0]], group[pair[1]]
        alike = all((min(both), max(both)) in candidates for both in product(left, right))
        if score >= above and left is not right and alike:
            acts[pair] = Act(RULE, reason, now, float(score), tuple(reasons))
            group |= dict.fromkeys([*left, *right], [*left, *right])
    merging.merge_all(session, region_id, acts)
    return list(acts)
