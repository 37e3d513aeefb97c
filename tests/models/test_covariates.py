import numpy as np
import pandas as pd
import pytest

from models import covariates
from models.bench import Bench
from models.errors import ModelError
from models.features import covariate
from models.panel import Panel
from models.targets import TARGETS, Question
from tests.models import factories as f

QUESTION = Question(TARGETS["fatal"], 28, 5)


def rows(*told: tuple[str, int, int, float | None]) -> pd.DataFrame:
    """(area, day, known on, value)."""
    table = [("price", area, f.stamp(day), f.stamp(known), value) for area, day, known, value in told]
    return pd.DataFrame(table, columns=["name", "area_id", "day", "known_day", "value"])


def values(told: pd.DataFrame, *days: int, area: str = "A") -> list[float]:
    panel = Panel(f.frames([], given=told), f.origins(*days), f.known_by(900))
    return [float(x) for x in panel.covariate("price")[:, panel.area_ids.index(area)]]


def test_a_number_counts_from_the_day_it_could_be_known() -> None:
    told = rows(("A", 100, 110, 5.0), ("A", 120, 125, 7.0), ("A", 100, 140, 6.0))
    said = values(told, 109, 110, 124, 125, 140)
    assert np.isnan(said[0]) and said[1:] == [
        5,
        5,
        7,
        7,
    ]  # the late correction of an older day changes nothing


def test_a_correction_of_the_newest_day_replaces_it() -> None:
    assert values(rows(("A", 100, 110, 5.0), ("A", 100, 130, 6.0)), 129, 130) == [5, 6]


def test_unknown_is_not_zero_and_old_numbers_are_forgotten() -> None:
    told = rows(("A", 100, 100, 5.0), ("A", 120, 120, None))
    assert values(told, 100) == [5] and np.isnan(values(told, 120)[0])
    assert values(rows(("A", 100, 100, 5.0)), 500) == [5]
    assert np.isnan(values(rows(("A", 100, 100, 5.0)), 501)[0])
    assert np.isnan(values(told, 100, area="B")[0])


def test_the_columns_say_whether_it_is_known() -> None:
    panel = Panel(f.frames([], given=rows(("A", 100, 100, 5.0))), f.origins(100), f.known_by(900))
    value, known = (one.compute(panel, QUESTION)[0] for one in covariate("price"))
    a, b = panel.area_ids.index("A"), panel.area_ids.index("B")
    assert (value[a], known[a]) == (5, 1) and (value[b], known[b]) == (0, 0)
    assert panel.covariates_known()[0, a] == 1


def test_a_covariate_nobody_imported_names_the_cure() -> None:
    panel = Panel(f.frames([]), f.origins(100), f.known_by(900))
    with pytest.raises(ModelError, match="tocsin import covariates --name bread"):
        Bench(panel, ("bread",)).rows(["covariate_bread"], QUESTION)
    with pytest.raises(ModelError, match="no feature 'nothing'"):
        Bench(panel).rows(["nothing"], QUESTION)


def test_the_data_version_tells_covariates_apart() -> None:
    one, two = rows(("A", 100, 100, 5.0)), rows(("A", 100, 100, 6.0))
    day = f.known_by(100)
    assert covariates.digest(one, day, "v") != covariates.digest(two, day, "v")
    late = rows(("A", 100, 100, 5.0), ("A", 101, 101, 5.0))
    assert covariates.digest(one, day, "v") == covariates.digest(late, day, "v")
