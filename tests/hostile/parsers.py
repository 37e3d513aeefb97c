"""Every parser of the program as a function of bytes, with seeds to begin from: what hostile input is fed into.

A new parser joins with a line in `PARSERS`; the short form in the suite and the long campaign follow.
"""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from db import (
    coder,
    dates,
    gazetteer_files,
    inside,
    named_events,
    outlines,
    packs,
    restore,
    settings,
    spelling,
)
from db.evidence import media_type, papers, pictures, safe_name
from db.feeds import acled_account, acled_api, rss, tables, ucdp_api
from db.foreign import from_json
from db.importers import (
    IMPORTERS,
    covariates,
    encodings,
    exported,
    hxl,
    kobo_form,
    mapped,
    mapping,
    readings,
    sheets,
)
from db.importers.base import Importer, RowError
from db.importers.exported_rows import rows_of
from db.importers.files import table
from db.importers.proposal import propose
from db.importers.records import Cells
from db.importers.rows import Reader, Summary
from db.pack_cells import Problem
from tests.conftest import NOW
from tests.hostile import doors, seeds, world
from tests.hostile.world import World

MOST_ROWS = 2000
Read = Callable[[World, bytes], object]


@dataclass(frozen=True)
class Parser:
    """A parser, what it is fed from, and the bytes to begin from."""

    read: Read
    seeds: Callable[[], Sequence[bytes]]


def _rows(importer: Importer, here: World, data: bytes) -> None:
    reader = Reader(importer, world.context(here), NOW, Summary("batch", "hostile.csv"))
    with table(here.file(data), importer) as rows:
        if part := list(islice(importer.gather(rows), MOST_ROWS)):
            reader.read(part)


def _covariates(here: World, data: bytes) -> None:
    frame = covariates._Frame("nowhere", "price", "Asia/Damascus", frozenset({"xx-hill", "xx11"}), {}, NOW)
    with table(here.file(data), covariates.FORMAT) as rows:
        covariates._read(frame, list(islice(rows, MOST_ROWS)), Summary("batch", "hostile.csv"))


def _any_table(here: World, data: bytes, name: str = "hostile.csv") -> None:
    """Opened, a mapping proposed, and each row read by it."""
    known = world.context(here)
    with sheets.opened(here.file(data, name)) as opened:
        sample = [c for _, c, _ in islice(opened.rows, MOST_ROWS) if isinstance(c, Cells) and not c.problem]
        names = (opened.columns, opened.tags)
    spec = propose(*names, sample[:500], world.gazetteer(here), {"the monitor": "monitor"}).spec
    work = mapped.Mapped(mapped.with_source(spec, "monitor"))
    for cells in sample:
        try:
            work.parse(cells, known)
            work.report_row(cells)
        except RowError as error:
            assert len(error.message) < 3000


def _kobo(here: World, data: bytes) -> None:
    path = here.file(data, "hostile.xlsx")
    kobo_form.repeats(path)
    with sheets.opened(path) as opened:
        for _, cells, _ in opened.rows:
            if isinstance(cells, Cells):
                kobo_form.sent(cells), kobo_form.status(cells)
                [kobo_form.form(column) for column in cells]


def _encodings(_here: World, data: bytes) -> None:
    how = encodings.detect(io.BytesIO(data))
    for line in encodings.lines(io.BytesIO(data), how):
        encodings.visible(line.text).encode()


def _exported(here: World, data: bytes, name: str = "hostile.csv") -> None:
    known: Any = world.known(here)
    path = here.file(data, name)
    for _, cells, record in islice(exported.reader(path)(path), MOST_ROWS):
        try:
            exported._check(cells, record)
        except RowError as error:
            if error.code == "no_record":
                continue
        rows_of_or_error(record, known, cells)


def rows_of_or_error(record: Any, known: Any, cells: Any) -> None:
    """A record is read, or refused as a row."""
    try:
        rows_of(record, known, generalised=cells.get("generalised") == "true")
    except RowError as error:
        assert len(error.message) < 3000


def _restore(here: World, data: bytes) -> None:
    """Refused before anything is written, or read to the end of the first tables."""
    from db.exports.store import tables as known

    path = here.file(data, "store.jsonl")
    with path.open("rb") as file:
        restore.header(path, file.readline())
        file.seek(0)
        read = restore._Restore(None, path, file, None)  # type: ignore[arg-type]
        next(read.lines)
        found = next(read.lines)
        while not (isinstance(found, dict) and "end" in found):
            name = found.get("table") if isinstance(found, dict) else None
            one = {table.name: table for table in known()}.get(str(name))
            if one is None:
                raise read._broken("names a table that this program does not know")
            read.after = None
            list(islice(read._rows(one, found["columns"]), MOST_ROWS))
            found = read.after


def _mapping(ending: str, here: World, data: bytes) -> None:
    mapping.to_toml(mapping.read(here.file(data, f"hostile.{ending}")))


def _pack(here: World, data: bytes) -> None:
    """A folder whose files are the parts of the bytes; the fourth part is one of them made hostile."""
    folder = here.folder / "nowhere-hostile"
    folder.mkdir(exist_ok=True)
    sound = here.folder / "nowhere"
    parts = data.split(b"\x1e", 1)
    name = ("region.toml", "places.csv", "communities.csv", "sources.csv")[len(parts[0]) % 4]
    for file in ("region.toml", *packs.COLUMNS):
        (folder / file).write_bytes(parts[-1] if file == name else (sound / file).read_bytes())
    for problem in packs.read(folder).problems:
        assert len(str(problem)) < 3000


def _events(here: World, data: bytes) -> None:
    for problem in named_events.check(here.file(data), {"xx-hill"})[1]:
        assert len(str(problem)) < 3000


def _gazetteer(here: World, data: bytes) -> None:
    _entries(gazetteer_files.read_csv(here.file(data)))


def _entries(rows: Sequence[gazetteer_files.Row]) -> None:
    problems: list[Problem] = []
    for number, row in rows[:MOST_ROWS]:
        gazetteer_files.read_entry(problems, "hostile.csv", number, row)
    for problem in problems:
        assert len(str(problem)) < 3000


def _geojson(here: World, data: bytes) -> None:
    path = here.file(data, "hostile.geojson")
    _entries(gazetteer_files.read_points(outlines.features(path)))
    outlines.read(path)


def _rss(here: World, data: bytes) -> None:
    asked = world.task(here, data, url="http://127.0.0.1/feed", lang="en")
    rss._new_drafts(asked, None, rss.parsed(data, {}), "http://127.0.0.1/feed")


def _ucdp_pages(here: World, data: bytes) -> None:
    ucdp_api._announced(data)
    rows = from_json(data)["Result"]
    path = tables.write(here.folder / "pages.csv", ucdp_api.LAYOUT_49, lambda: [rows])
    _rows(IMPORTERS["ucdp"], here, path.read_bytes())


def _acled_pages(here: World, data: bytes) -> None:
    asked = world.task(here, data, since="2018-01-01", country="Nowhere")
    account = acled_account.Account(asked, "https://127.0.0.1/", {"access_token": "x"})
    found = acled_api._events(account, asked, date(2018, 1, 1), NOW.date())
    acled_api._refuse_silence(found, asked)
    acled_api._limit(found.restricted, NOW.date())
    path = tables.write(here.folder / "pages.csv", sorted(IMPORTERS["acled"].columns), lambda: found.pages)
    _rows(IMPORTERS["acled"], here, path.read_bytes())


def _or_unreadable(strip: Callable[[bytes], bytes], _here: World, data: bytes) -> None:
    try:
        strip(data)
    except pictures.Unreadable:
        media_type(data)


def _inside(_here: World, data: bytes) -> None:
    try:
        inside.words(data)
    except inside.Closed as kind:
        assert len(str(kind)) < 20


def _name(_here: World, data: bytes) -> None:
    name = safe_name(data.decode("utf-8", "replace"))
    assert name and "/" not in name and "\n" not in name and not name.startswith(".")


def _dates(_here: World, data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for anchor, first in ((None, True), (date(2018, 3, 4), False), (date.max, True), (date.min, True)):
        dates.read(text, anchor, first)


def _names(here: World, data: bytes) -> None:
    names, text = world.gazetteer(here), data.decode("utf-8", "replace")
    for key in (spelling.normalise, spelling.without_unit, spelling.sounds, spelling.skeleton):
        key(text)
    names.candidates(text)
    names.exactly(text)
    names.mentions(text)


def _coder(here: World, data: bytes) -> None:
    from db.coder.cells import cells, plain

    text = data.decode("utf-8", "replace")
    told = plain(coder.read(text, gazetteer=world.gazetteer(here), anchor=date(2018, 3, 4)))
    cells(told, {"monitor": "monitor"})
    for one in told:
        assert 0 <= one["start"] <= one["end"] <= len(text)


def _cells(_here: World, data: bytes) -> None:
    cell = data.decode("utf-8", "replace")
    reads: list[Callable[[], object]] = [
        *(
            partial(readings.days, cell, "c", day_first=f, epoch_1904=e)
            for f in (True, False)
            for e in (True, False)
        ),
        partial(readings.count, cell, "c"),
        partial(readings.degrees, cell, "c", 90.0),
        partial(readings.point, cell, "c"),
        partial(readings.numeric_day, cell),
        partial(hxl.field_of, cell),
        partial(hxl.is_tags, [cell, cell]),
    ]
    for read in reads:
        try:
            read()
        except RowError as error:
            assert len(error.message) < 3000, read


def _settings(here: World, data: bytes) -> None:
    path = here.file(data, "tocsin.toml")
    before, settings.CONFIG_FILE = settings.CONFIG_FILE, str(path)
    try:
        settings.read("db")
    finally:
        settings.CONFIG_FILE = before


def _day(_here: World, data: bytes) -> None:
    from dashboard import days

    choice = days.choose(data.decode("utf-8", "replace"), date(2018, 3, 4))
    assert len(choice.remark or "") < 300


def _artefact(_here: World, data: bytes) -> None:
    """Bytes and card that nobody signed are refused before they are read."""
    from models import registry
    from models.errors import ModelError

    card, _, body = data.partition(b"\x00")
    try:
        told = json.loads(card)
        told = told if isinstance(told, dict) else {"features": []}
    except (ValueError, RecursionError):
        told = {"features": []}
    try:
        registry.load_parts(body, told, "0" * 64, b"key")
    except ModelError:
        return
    raise AssertionError("an artefact was read that nobody signed")


PARSERS: dict[str, Parser] = {
    "table ucdp": Parser(partial(_rows, IMPORTERS["ucdp"]), seeds.ucdp),
    "table acled": Parser(partial(_rows, IMPORTERS["acled"]), seeds.acled),
    "table reports": Parser(partial(_rows, IMPORTERS["reports"]), seeds.reports),
    "table covariates": Parser(_covariates, seeds.covariates),
    "table of anybody": Parser(_any_table, seeds.anybody),
    "workbook": Parser(partial(_any_table, name="hostile.xlsx"), seeds.workbooks),
    "kobo": Parser(_kobo, seeds.kobo),
    "encodings": Parser(_encodings, seeds.encodings),
    "exported incidents": Parser(_exported, seeds.exported),
    "exported workbook": Parser(partial(_exported, name="hostile.xlsx"), seeds.exported_workbooks),
    "exported store": Parser(_restore, seeds.stores),
    "mapping toml": Parser(partial(_mapping, "toml"), seeds.mappings),
    "mapping json": Parser(partial(_mapping, "json"), seeds.mappings_json),
    "region pack": Parser(_pack, seeds.packs),
    "named events": Parser(_events, seeds.events),
    "gazetteer csv": Parser(_gazetteer, seeds.gazetteers),
    "gazetteer geojson": Parser(_geojson, seeds.geojson),
    "feed rss": Parser(_rss, seeds.rss),
    "feed ucdp": Parser(_ucdp_pages, seeds.ucdp_pages),
    "feed acled": Parser(_acled_pages, seeds.acled_pages),
    "picture jpeg": Parser(partial(_or_unreadable, partial(pictures.strip, kind="JPEG")), seeds.jpeg),
    "picture png": Parser(partial(_or_unreadable, partial(pictures.strip, kind="PNG")), seeds.png),
    "picture webp": Parser(partial(_or_unreadable, partial(pictures.strip, kind="WEBP")), seeds.webp),
    "paper pdf": Parser(partial(_or_unreadable, papers.strip), seeds.pdf),
    "paper page": Parser(
        partial(_or_unreadable, lambda raw: papers.as_text(raw, "utf-8").encode()), seeds.pages
    ),
    "inside files": Parser(_inside, seeds.packed),
    "file name": Parser(_name, seeds.names),
    "dates": Parser(_dates, seeds.texts),
    "names": Parser(_names, seeds.names),
    "coder": Parser(_coder, seeds.texts),
    "cells": Parser(_cells, seeds.cells),
    "tocsin.toml": Parser(_settings, seeds.settings),
    "day in the address": Parser(_day, seeds.cells),
    "artefact and card": Parser(_artefact, seeds.artefacts),
    "gate": Parser(doors.through_the_gate, doors.requests),
    "claims": Parser(doors.claims, doors.said),
    "cookie": Parser(doors.cookie, doors.cookies),
    "token": Parser(doors.token, doors.secrets),
    "route": Parser(doors.route, doors.asked),
    "page address": Parser(doors.address, doors.addresses),
    "backup": Parser(doors.backup, doors.backups),
    "sealed backup": Parser(doors.sealed_backup, doors.sealed),
}
