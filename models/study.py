"""The modeller's bench: a region's record by one day, and what can be tried on it.

>>> study = Study.load("sqlite:///data/exercise.db")
>>> question = study.ask("escalation", 28)
>>> table = study.frame([question])
>>> model = study.fit(question, "logit_mean")
>>> said = study.backtest([question], first=study.as_of - timedelta(days=365))
>>> study.compare(said)
>>> trained = study.train([question])
>>> study.promote(trained, now=now)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from db import engine, migrating, queries, settings
from db.policy import LOCAL, Viewer
from db.queries import RegionInfo
from models import backtest, baselines, days, export, leaks, metrics, reading, tables, train
from models.bench import Bench, Fitted, fit, questions
from models.cards import Terms
from models.errors import ModelError
from models.estimators import ESTIMATORS, Recipe
from models.features import Feature
from models.frames import Frames
from models.targets import TARGETS, Question, answerable
from models.train import Trained

END = date(2200, 1, 1)


@dataclass(frozen=True)
class Study:
    """A region as it was known on a day, with its panel; nothing here writes but `promote`."""

    url: str
    region: RegionInfo
    as_of: date
    frames: Frames
    bench: Bench

    @classmethod
    def load(
        cls,
        url: str = "",
        *,
        region: str | None = None,
        as_of: date | None = None,
        covariates: Sequence[str] = (),
        every_days: int = 7,
        viewer: Viewer = LOCAL,
    ) -> "Study":
        """Read a store (by default the one of the settings) as it was known by the end of a day.

        Without a day: the newest one that any source covers.
        """
        url = settings.database_url(url or None)
        migrating.check(url)
        with engine.reading(url) as session:
            where = _chosen(queries.regions(session, viewer), region)
            day = as_of or _newest(session, viewer, where.id)
            frames = reading.frames(session, viewer, region_id=where.id, as_of=day)
        bench = backtest.bench_for(frames, day, every_days, covariates)
        return cls(url, where, day, frames, bench)

    @property
    def title(self) -> str:
        """The region's name, marked where it is invented."""
        return f"EXERCISE – {self.region.title}" if self.region.exercise else self.region.title

    def with_covariates(self, rows: pd.DataFrame) -> "Study":
        """The same study with numbers of one's own (name, area_id, day, known_day, value); nothing is stored."""
        frames = self.frames._replace(covariates=rows)
        names = tuple(sorted(set(rows["name"])))
        return replace(self, frames=frames, bench=backtest.bench_for(frames, self.as_of, own=names))

    def ask(self, target: str, horizon_days: int) -> Question:
        """A question: will it happen in the next so many days?"""
        if target not in TARGETS:
            raise ModelError(f"there is no target {target!r}; choose one of: {', '.join(TARGETS)}")
        return Question(TARGETS[target], horizon_days, self.region.escalation_floor_deaths)

    def questions(self) -> list[Question]:
        """All targets at all horizons of the region."""
        names = [name for name, target in TARGETS.items() if answerable(self.bench.panel, target)]
        return questions(names, self.region.horizons_days, self.region.escalation_floor_deaths)

    def frame(self, asked: Sequence[Question] | None = None, *, outcomes: bool = True) -> pd.DataFrame:
        """The panel as a table: a row an area and day, features, and what came after."""
        return export.frame(self.bench, asked or self.questions(), outcomes=outcomes)

    def fit(self, question: Question, estimator: str = "logit_mean") -> Fitted:
        """Fit one estimator on everything known by the day."""
        return fit(self.bench, question, estimator, days.number(self.as_of))

    def backtest(
        self,
        asked: Sequence[Question],
        *,
        first: date,
        last: date | None = None,
        estimators: Sequence[str] = backtest.COMPARED,
        jobs: int = 2,
    ) -> pd.DataFrame:
        """Replay the past: a row an area, day and estimator with what was said (fct) and what happened (obs)."""
        return backtest.run(
            self.bench, asked, first=first, last=last or self.as_of, estimators=estimators, jobs=jobs
        )

    def compare(self, said: pd.DataFrame, *, by_kind: bool = False) -> pd.DataFrame:
        """Skill of every estimator beside the simple rules, with intervals."""
        return tables.of_frame(said, by_kind=by_kind)

    def versus(self, said: pd.DataFrame, name: str, other: str) -> pd.DataFrame:
        """What one estimator gains on another, with its interval, per target and horizon."""
        rows = [_versus(key, part, name, other) for key, part in said.groupby(["target", "horizon_days"])]
        return pd.DataFrame(rows)

    def train(self, asked: Sequence[Question] | None = None, *, jobs: int = 2) -> list[Trained]:
        """Fit the candidates and the rules, compare them on the past year, and let the gate choose."""
        version = reading.data_versions(self.frames, [self.as_of])[self.as_of]
        terms = Terms(self.region.id, self.as_of, self.region.alert_horizon_days, version)
        return train.train_all(self.bench, asked or self.questions(), terms, jobs=jobs)

    def promote(self, trained: Sequence[Trained], *, now: datetime) -> list[str]:
        """Keep what was trained in the store, where what the gate let pass is in force from the day on."""
        records = [train.record(one, now, settings.key()) for one in trained]
        with engine.writing(self.url) as session:
            train.keep(session, records)
        return [one.id for one in records]

    def leaks(self, feature: Feature, question: Question, day: date) -> list[date]:
        """The days up to a day on which a feature knows what became known later; empty is good."""
        return leaks.leaks(self.frames, feature, question, [int(x) for x in self.bench.panel.origins], day)


def _versus(key: tuple[Any, ...], part: pd.DataFrame, name: str, other: str) -> dict[str, Any]:
    mine, theirs = (part[part["estimator"] == one].reset_index(drop=True) for one in (name, other))
    keys = ["area_id", "day"]
    if mine.empty or not mine[keys].equals(theirs[keys]):
        raise ModelError(f"{name!r} and {other!r} did not speak of the same rows: backtest them together")
    one, two = ((part["fct"] - part["obs"]).to_numpy(float) ** 2 for part in (mine, theirs))
    low, high = metrics.block_bootstrap(days.numbers(mine["day"]), one, two)
    skill = metrics.skill(one.mean(), two.mean())
    names = ("target", "horizon_days", "rows", "skill", "low", "high")
    return dict(zip(names, (*key, len(mine), skill, low, high), strict=True))


def add_feature(feature: Feature, to: str = "logit_mean") -> str:
    """Try a feature with an estimator for the rest of this session; gives the new estimator's name.

    To keep it, put the function into models/features.py and list it in FEATURES.
    """
    recipe, name = ESTIMATORS[to], f"{to} + {feature.name}"
    baselines.COLUMNS[feature.name] = feature
    ESTIMATORS[name] = Recipe(
        f"{recipe.doc} And: {feature.doc}", lambda family: [*recipe.look_at(family), feature], recipe.build
    )
    return name


def _newest(session: Session, viewer: Viewer, region_id: str) -> date:
    """The newest day that any source covers."""
    covered = queries.coverage(session, viewer, region_id=region_id, as_of=END)["covered_until"].dropna()
    if covered.empty:
        raise ModelError("no source covers this region yet: import reports first (tocsin import --help)")
    day: date = covered.max()
    return day


def _chosen(loaded: Sequence[RegionInfo], name: str | None) -> RegionInfo:
    fitting = [one for one in loaded if name in (None, one.id)]
    if len(fitting) == 1:
        return fitting[0]
    if not loaded:
        raise ModelError("no region is loaded yet; load one (tocsin region load syria) or make the exercise")
    raise ModelError(f"choose one of the loaded regions: {', '.join(one.id for one in loaded)}")
