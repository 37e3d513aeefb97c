"""One event told four ways, all of it invented: other actors, another place, other figures, and a denial."""

from datetime import datetime, timedelta
from pathlib import Path

from db.ids import content_id
from tests.factories import report_row, take, write_csv

DAY = {"date_start": "2018-05-02", "date_end": "2018-05-02", "abducted": "", "alleged_perpetrator": ""}
FORD = {"place_id": "xx-ford", "place": "Ford", "admin2": "Beta", "lat": "33.8", "lon": "36.2"}
TELLINGS = [
    {
        **{"source_id": "radio", "external_id": "radio-1", "title": "Four killed from the air at Hill"},
        **{"killed": 4, "killed_wording": "four citizens", "alleged_perpetrator": "Side One"},
        **{"incident_type": "bombardment", "published_at": "2018-05-02"},
    },
    {
        **{
            "source_id": "monitor",
            "external_id": "monitor-1",
            "title": "A drone, likely of Side Two, near Ford",
        },
        **{"alleged_perpetrator": "Side Two", "incident_type": "bombardment", "published_at": "2018-05-03"},
        **{"said_by": "residents", **FORD},
    },
    {
        **{
            "source_id": "paper",
            "external_id": "paper-1",
            "title": "A farm burnt; its owner had left a faction",
        },
        **{"killed_low": 2, "killed": 3, "killed_high": 5, "killed_wording": "between two and five"},
        **{"claimed_by": "Armed Band", "incident_type": "arson_looting", "published_at": "2018-05-04"},
    },
    {
        **{"source_id": "team", "external_id": "team-1", "title": "Nothing of the kind happened"},
        **{"stance": "contradicts", "denied_by": "Side One", "published_at": "2018-05-05"},
        **{"incident_type": "bombardment", "geo_prec": 3},
    },
]


def tell(url: str, folder: Path, now: datetime, *, days_apart: int = 0) -> tuple[list[str], list[str]]:
    """Import the four tellings, each a file of its own; returns the ids of the imports and of the incidents."""
    batches = []
    for n, facts in enumerate(TELLINGS):
        path = write_csv(folder / f"telling{n}.csv", [report_row(**{**DAY, **facts})])
        batches.append(take(url, path, "reports", now=now + timedelta(days=n * days_apart)).batch_id)
    keys = (f"report:{one['source_id']}:{one['external_id']}" for one in TELLINGS)
    return batches, [content_id("incident", "nowhere", key) for key in keys]
