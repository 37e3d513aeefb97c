"""A full export without what no two runs share: when they ran, the salts they drew, the notes they left of themselves.

Everything else stays to the byte. Each column that is left out is named here with its table, and nothing
is left out of a table that is not named, so that a lost, doubled or changed row always shows.
"""

import io
import json

from db import engine
from db.exports import store
from db.policy import LOCAL

# What an import's own record said while it was under way (`past_row`).
OF_A_RUN = ("past_row", "import_batch")
# A killed run leaves its own record ("running"), and the next one adds its own.
LEFT_OUT = {"job_run", "access_log"}
RUN_TIMES = {
    "import_batch": {
        "started_at",
        "finished_at",
        "counts",
    },  # of a resumed file more rows are "known already"
    "report": {"recorded_at"},
    "incident": {"first_recorded_at"},
    "incident_version": {"recorded_at", "recorded_until"},
    "link": {"decided_at"},
    "score": {"issued_at"},
    "count_forecast": {"issued_at"},
    "verification": {"recorded_at"},
    "drift": {"recorded_at"},
    "alert": {"created_at"},
    "transition": {"at"},
    "notice": {"created_at"},
    "notice_step": {"at"},
    "judgement": {"id", "at"},
    "displacement": {"made_at"},
    "past_row": {"until"},
    # Salts are drawn, and the chain runs over them; that it holds is checked for itself.
    "revision": {"at", "digests", "salts", "previous_sha256", "sha256"},
    "custody": {"digests", "salts", "sha256"},
}


def exported(url: str) -> bytes:
    """The whole store as JSON lines."""
    out = io.BytesIO()
    with engine.reading(url) as session:
        store.write(session, LOCAL, out)
    return out.getvalue()


def normalised(url: str) -> list[str]:
    """The lines of a full export, without run times, salts and records of runs; each with its table."""
    name, kept, lines = "", [], []
    for line in exported(url).decode().splitlines()[1:-1]:
        found = json.loads(line)
        if isinstance(found, dict):
            name, columns = found["table"], found["columns"]
            kept = [n for n, column in enumerate(columns) if column not in RUN_TIMES.get(name, ())]
        elif name not in LEFT_OUT and (name, found[0]) != OF_A_RUN:
            lines.append(json.dumps([name, *(found[n] for n in kept)], ensure_ascii=False))
    return sorted(lines)
