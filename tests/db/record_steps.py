"""Steps that change what a store holds beside its incidents; each takes a store, a number that chooses, the moment."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from db import (
    drafts,
    engine,
    gazetteer_files,
    gazetteers,
    incidents,
    opening,
    outlines,
    packs,
    store,
    undo,
    zero_reports,
)
from db.drafts import Incoming
from db.feeds import run as feeds
from db.ids import content_id
from db.policy import LOCAL
from db.schema import Alert, FeedRun, Transition
from db.vocab import Condition, DraftState, FeedStatus, ModelStatus, Origin, PromotionKind, Sensitivity
from db.zero_reports import Nothing
from tests.db.stores import rows
from tests.db.test_drafts import FIELDS
from tests.db.test_schema import (
    analogue_row,
    count_row,
    covariate_row,
    drift_row,
    model_record,
    score_row,
    verification_row,
)
from tests.factories import pack, report_row, take, write_csv

HILL, DAY = "xx-blue-hill", timedelta(days=1)
Store = tuple[str, Path]
Step = Callable[[Store, int, datetime], None]

# What a later pack says: file, words, other words. Each is one edit of the pack that every store begins with.
EDITS = [
    ("places.csv", "Hill,تل,Al-Tall,34.10,36.00,3", "Mount,جبل,Al-Tall,34.20,36.10,9"),
    ("communities.csv", "xx-green-ford,green,Greens of Ford,خضر المعبر", "xx-green-ford,blue,Blues of Ford,"),
    ("communities.csv", "xx-blue-hill,blue,Blues of Hill,زرق التل,xx-hill:majority", None),
    ("communities.csv", "xx-green-well,green,Greens of Well,خضر البئر,xx-well:majority,,invented", ""),
    ("sources.csv", "monitor,The Monitor,,ngo_monitor,monitor,B,1", "monitor,Watch,,ngo_monitor,paper,D,9"),
    ("region.toml", 'title = "Nowhere"', 'title = "Somewhere"\ntrain_on = ["acled"]'),
    ("places.csv", "xx11,district,xx1,Alpha", "xx11,district,xx2,Alef"),
    ("communities.csv", "xx-ford:significant", "xx-ford:minor|xx-well:minor"),
    (
        "sources.csv",
        "radio,The Radio,,media,radio,C,2,incidents,,",
        "radio,The Radio,,media,radio,C,2,deaths,2018-01-01,",
    ),
]
OUTLINE = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "xx12"}, "geometry": '
    '{"type": "Polygon", "coordinates": [[[36, 33], [37, 33], [37, %d], [36, 33]]]}}]}'
)


def loads(held: Store, n: int, at: datetime) -> None:
    """A pack with another edit of the first one; what it leaves out is forecast no more."""
    url, folder = held
    home = pack(folder / f"pack {at:%m%d}-{n}")
    with_cadence(home)
    file, old, new = EDITS[n % len(EDITS)]
    path = home / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, old.replace("majority", "minor") if new is None else new), "utf-8")
    read = packs.read(home)
    assert not read.problems
    with engine.writing(url) as session:
        if store.load_region(session, read, at):
            incidents.relink(session, "nowhere", at)


def with_cadence(home: Path) -> None:
    """Let the pack say how often some sources are expected to speak."""
    path = home / "sources.csv"
    header, *lines = path.read_text("utf-8").splitlines()
    expected = {"monitor": 7, "radio": 14}
    told = [f"{line},{expected.get(line.split(',')[0], '')}" for line in lines if line]
    path.write_text("\n".join([f"{header},cadence_days", *told]) + "\n", "utf-8")


def draws(held: Store, n: int, at: datetime) -> None:
    """A larger gazetteer, or an outline of a district."""
    url, folder = held
    with engine.writing(url) as session:
        if n % 2:
            file = folder / f"{at:%m%d}.geojson"
            file.write_text(OUTLINE % (34 + n % 3), "utf-8")
            outlines.load(session, "nowhere", outlines.read(file), at)
        else:
            file = folder / "villages.csv"
            line = f",Brook,جدول,village,xx12,33.8{n % 5},36.21,Brooke,B1,invented\n"
            file.write_text(f"id,name,name_ar,level,parent,lat,lon,aliases,code,source\n{line}", "utf-8")
            gazetteers.load(session, "nowhere", gazetteer_files.read_csv(file), file.name, at)


def undoes(held: Store, n: int, at: datetime) -> None:
    """An import is taken back, or one that was comes again."""
    url, folder = held
    found = rows(url, "SELECT id, status FROM import_batch ORDER BY id")
    if (one := found[n % len(found)])["status"] == "undone":
        again = next(path for path in sorted(folder.glob("*.csv")) if _is(url, path, one["id"]))
        take(url, again, "reports", now=at)
    else:
        with engine.writing(url) as session:
            undo.undo(session, LOCAL, one["id"], reason="a slip", by="ana", now=at)


def _is(url: str, path: Path, batch_id: str) -> bool:
    named = rows(url, "SELECT file_name AS f FROM import_batch WHERE id = :b", b=batch_id)
    return [row["f"] for row in named] == [path.name]


def spoils(held: Store, n: int, at: datetime) -> None:
    """A file of which one row is broken."""
    url, folder = held
    told = [report_row(external_id=f"s{n}", killed=n % 3), report_row(external_id="bad", date_start="soon")]
    take(url, write_csv(folder / f"spoilt {at:%m%d}-{n}.csv", told), "reports", now=at)


def is_silent(held: Store, n: int, at: datetime) -> None:
    """Nothing to report, or such a word taken back."""
    with engine.writing(held[0]) as session:
        standing = rows(held[0], "SELECT id FROM zero_report WHERE withdrawn_at IS NULL ORDER BY id")
        if n % 3 == 2 and standing:
            zero_reports.withdraw(session, LOCAL, standing[0]["id"], by="ana", reason="wrong", now=at)
        else:
            day = (at - DAY).date()
            said = Nothing("nowhere", HILL, ["monitor", "team"][n % 2], (day,), "ana", "quiet")
            zero_reports.add(session, LOCAL, said, at)


def waits(held: Store, n: int, at: datetime) -> None:
    """A draft comes in, is let in, left out, or put back."""
    url, told = held[0], {"by": "ben", "reason": "read", "now": at}
    found = rows(url, "SELECT id, state FROM draft ORDER BY id")
    with engine.writing(url) as session:
        if n % 3 == 0 or not found:
            fields = {**FIELDS, "source_id": ["team", "monitor", "unknown"][n % 3]}
            given: dict[str, Any] = {
                "external_id": f"d{n}",
                "by": "ana",
                "title": "Taken",
                "text": "Two taken",
            }
            code = None if n % 2 else "radio"
            kept = Incoming("nowhere", Origin.PASTE, **given, source_code=code, fields=fields)
            drafts.save(session, LOCAL, kept, at)
        elif (one := found[n % len(found)])["state"] == DraftState.REJECTED:
            drafts.reopen(session, LOCAL, one["id"], **told)
        elif n % 3 == 1:
            drafts.reject(session, LOCAL, one["id"], **told)
        elif one["state"] == DraftState.ACCEPTED:
            drafts.another(session, LOCAL, one["id"], by="ben", now=at)
        else:
            drafts.accept(session, LOCAL, one["id"], **told)


def fetches(held: Store, n: int, at: datetime) -> None:
    """A feed is added, set otherwise, fetched, or asked no more."""
    where: dict[str, Any] = {"region_id": "nowhere", "name": "news", "by": "ana", "now": at}
    with engine.writing(held[0]) as session:
        if n % 4 == 3:
            feeds.stop(session, LOCAL, **where)
            return
        given = {"url": f"https://news.invalid/{n % 2}", "cadence_days": str(1 + n % 4)}
        feed = feeds.add(session, LOCAL, kind="rss", given=given, **where)
        status = [FeedStatus.OK, FeedStatus.FAILED, FeedStatus.NO_ACCESS][n % 3]
        run = {"id": content_id("run", at), "feed_id": feed.id, "started_at": at, "finished_at": at}
        session.add(FeedRun(**run, status=status, fetched=n, message="told"))


def forecasts(held: Store, n: int, at: datetime) -> None:
    """A model is fitted, put in force, scores; forecasts are closed and measured; a job runs."""
    day, facts = date(2018, 6, 1), {"train_as_of": date(2018, 1, 1 + n % 3), "created_at": at}
    issued: dict[str, Any] = {"as_of": day, "issued_at": at, "model_version_id": f"m{n % 2}"}
    with engine.writing(held[0]) as session:
        store.save_model(
            session, model_record(id=f"m{n % 2}", status=ModelStatus.SHADOW, card={"n": n}, **facts)
        )
        act: dict[str, Any] = {"from_day": day, "at": at, "by": "ana", "kind": PromotionKind.MANUAL}
        store.save_promotion(session, model_version_id=f"m{n % 2}", **act)
        scored = score_row(**issued, data_version=f"d{n}", probability=0.1 + n % 9 / 10)
        store.save_scores(session, [scored])
        store.save_analogues(session, [analogue_row(scored)])
        newest = rows(held[0], "SELECT id FROM score ORDER BY id")
        closed = [verification_row(one["id"], recorded_at=at) for one in newest[:1]]
        store.save_verifications(session, closed)
        store.save_count_forecasts(session, [count_row(**issued, data_version=f"d{n}", high=n)])
        store.save_covariates(session, [covariate_row(value=n, available_at=at, recorded_at=at)])
        store.save_drift(session, [drift_row(model_version_id=f"m{n % 2}", value=n, recorded_at=at)])
        run = store.start_run(session, "daily", at, str(n))
        store.end_run(session, run, at, error="no disk" if n % 2 else None)


def warns(held: Store, n: int, at: datetime) -> None:
    """An alert opens, or moves on."""
    seq = len(rows(held[0], "SELECT id FROM transition")) + 1
    step: dict[str, Any] = {"community_id": HILL, "rule": "level"}
    with engine.writing(held[0]) as session:
        if seq == 1:
            day = date(2018, 6, 1)
            session.add(Alert(id="a1", **step, opened_on=day, created_at=at, exercise=False))
            session.flush()
        told = {
            "id": f"t{seq}",
            "alert_id": "a1",
            "day": date(2018, 6, 1) + seq * DAY,
            "at": at,
            "level": n % 5,
        }
        condition = [Condition.OPEN, Condition.RECOVERING][n % 2]
        memory = {"peak": n % 5}
        session.add(
            Transition(
                **step, **told, seq=seq, actor="tocsin", reason="r", condition=condition, memory=memory
            )
        )


def opens(held: Store, n: int, at: datetime) -> None:
    """Who may read what a source reports changes."""
    to = [Sensitivity.PUBLIC, Sensitivity.RESTRICTED, Sensitivity.INTERNAL][n % 3]
    with engine.writing(held[0]) as session:
        told = {"reason": "asked for", "by": "ana", "now": at}
        opening.open_as(session, LOCAL, "nowhere", ["monitor", "ucdp"][n % 2], to, **told)


STEPS: list[Step] = [loads, draws, undoes, spoils, is_silent, waits, fetches, forecasts, warns, opens]
