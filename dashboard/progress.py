"""What a running job has to tell a reader who waits for it."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from dashboard import texts
from dashboard.i18n import _
from db import clock

SILENT_AFTER = timedelta(minutes=10)

FIRST_STEPS = """\
tocsin demo                          # an invented region with everything, in two minutes

tocsin init                          # or your own: an empty store,
tocsin region load syria             # a region,
tocsin import ucdp events.csv.gz     # reports,
tocsin train --as-of 2018-06-30      # a model that has seen nothing later,
tocsin daily --as-of 2018-07-24      # and the scores of a day"""


@dataclass(frozen=True)
class Run:
    """A job under way."""

    command: str
    step: str
    done: int
    total: int

    @property
    def share(self) -> float:
        """How much of the present step is done, 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total else 0.0

    @property
    def told(self) -> str:
        """The step in words with its count."""
        step = texts.word("step", self.step or self.command)
        return (
            _("{step} ({done} of {total})").format(step=step, done=self.done, total=self.total)
            if self.total
            else step
        )


def current(runs: pd.DataFrame) -> Run | None:
    """The newest job that still runs and has given a sign of life lately."""
    for one in runs.itertuples():
        if one.status == "running" and clock.now() - one.seen_at < SILENT_AFTER:
            return Run(one.command, one.step, int(one.done), int(one.total))
    return None
