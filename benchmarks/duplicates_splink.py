"""The same labelled accounts through Splink (DuckDB), for comparison; needs `pip install splink`, no dependency.

python -m benchmarks.duplicates_splink; two exercises, weights found without labels (EM), as Splink recommends.
"""

import time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import duplicate_sets as sets
from db.duplicates import texts
from db.vocab import Harm

SAME_TIME = "l.gov = r.gov AND r.first <= l.last + 2 AND l.first <= r.last + 2"


def table(labelled: sets.Labelled) -> pd.DataFrame:
    """The accounts as Splink takes them: one row each, words as lists of keys."""
    rows = []
    for number, (t, event) in enumerate(labelled):
        figure = t.figures.get(Harm.KILLED, (None, None, None))[1]
        row = {"unique_id": number, "event": event, "source": t.source_id, "gov": t.governorate_id}
        row |= {"first": t.start.toordinal(), "last": t.end.toordinal(), "kind": t.incident_type.value}
        row |= {"place": t.place_id, "district": t.district_id, "lat": t.lat, "lon": t.lon, "killed": figure}
        rows.append(row | {"words": sorted(set(texts.keys(t.text))), "actor": next(iter(t.actors), None)})
    return pd.DataFrame(rows).astype({"killed": "Int64"})


def settings() -> Any:
    """Comparisons as near to ours as Splink's language allows."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator

    def custom(column: str, *levels: tuple[str, str]) -> Any:
        steps = [cll.CustomLevel(sql, label) for sql, label in levels]
        return cl.CustomComparison(output_column_name=column, comparison_levels=[*steps, cll.ElseLevel()])

    overlap = "len(list_intersect(words_l, words_r)) / least(len(words_l), len(words_r))"
    apart = "abs(lat_l - lat_r) + abs(lon_l - lon_r)"
    vague = "(lat_l IS NULL OR lat_r IS NULL)"
    days = (
        ("first_l = first_r AND last_l = last_r", "same"),
        ("first_l <= last_r AND first_r <= last_l", "overlap"),
    )
    spot = (
        ("place_l = place_r", "same"),
        (f"{apart} < 0.05", "near"),
        (f"{apart} < 0.12", "around"),
        (f"district_l = district_r AND {vague}", "district"),
    )
    killed = (
        ("killed_l IS NULL OR killed_r IS NULL", "unknown"),
        ("killed_l = killed_r AND killed_l > 2", "same"),
        ("killed_l = killed_r", "small"),
        ("abs(killed_l - killed_r) <= greatest(1, 0.5 * least(killed_l, killed_r))", "near"),
    )
    words = tuple((f"{overlap} > {bar}", f"over {bar}") for bar in (0.6, 0.4, 0.25, 0.12))
    exact = [cl.ExactMatch(name) for name in ("kind", "actor", "source")]
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[SAME_TIME],
        comparisons=[
            *(
                custom("days", *days),
                custom("spot", *spot),
                custom("killed", *killed),
                custom("words", *words),
            ),
            *exact,
        ],
    )


def measure(seed: int) -> None:
    """Print the time and the curve for one exercise."""
    from sklearn.metrics import average_precision_score

    frame = table(sets.exercise(seed))
    begun = time.perf_counter()
    from splink import DuckDBAPI, Linker, block_on

    loaded = time.perf_counter() - begun
    api = DuckDBAPI()
    linker = Linker(api.register(frame.drop(columns="event")), settings())
    linker.training.estimate_probability_two_random_records_match(
        [block_on("place", "first", "kind")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (SAME_TIME, "l.place = r.place AND l.kind = r.kind"):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict().as_pandas_dataframe()
    took = time.perf_counter() - begun
    events = frame["event"].to_numpy()
    left, right = (found[f"unique_id_{side}"].to_numpy() for side in "lr")
    true, score = events[left] == events[right], found["match_probability"].to_numpy()
    print(
        f"exercise {seed}: {len(frame)} accounts, import {loaded:.1f} s, all {took:.1f} s, {len(found)} pairs"
    )
    print(f"  average precision {average_precision_score(true, score):.3f}")
    for bar in np.arange(0.1, 1, 0.2):
        kept = score >= bar
        print(f"  {bar:.1f}: precision {true[kept].mean():.3f}, recall {true[kept].sum() / true.sum():.3f}")


if __name__ == "__main__":
    for one in (21, 22):
        measure(one)
