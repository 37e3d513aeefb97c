"""What a page or a plain page is about: a region and a day; and what follows from what is asked of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dashboard.days import Covered, covered
from db import queries
from db.policy import Viewer
from db.queries import RegionInfo


class Asking:
    """A region and a day (`as_of`; `today` is the day it is there); how it asks, its kinds say."""

    region: RegionInfo
    as_of: date
    today: date

    def ask(self, query: Callable[..., Any], **more: Any) -> Any:
        """The answer of one of `db.queries` for this region and day."""
        raise NotImplementedError

    @property
    def covered(self) -> Covered:
        """The days that the region's sources cover."""
        rows = self.ask(queries.coverage)
        return covered(zip(rows["covered_from"], rows["covered_until"], strict=True), self.today)

    @property
    def scored_on(self) -> date | None:
        """The newest day up to this one that has scores."""
        days = self.ask(queries.scored_days)
        return days[0] if days else None


class Directly(Asking):
    """Asks a session of the store, each time anew."""

    def __init__(
        self, session: Session, viewer: Viewer, region: RegionInfo, as_of: date, today: date
    ) -> None:
        self.session, self.viewer = session, viewer
        self.region, self.as_of, self.today = region, as_of, today

    def ask(self, query: Callable[..., Any], **more: Any) -> Any:
        """The answer of one of `db.queries` for this region and day."""
        asked = {"region_id": self.region.id, "as_of": self.as_of, **more}
        return query(self.session, self.viewer, **asked)
