"""One page that shows an evaluation: tables and small charts, nothing loaded from anywhere.

Drawn from the document alone (`models.evaluation`), so the same document gives the same bytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import product
from pathlib import Path
from string import Template
from typing import Any

from models import report_charts as charts
from models import report_notes as notes
from models.estimators import BASELINES

TEMPLATE = Path(__file__).parent / "report.html"
STYLES = ("a", "b", "c", "d", "e")
SUBSETS = {
    "fresh": "not above its own bar at issue",
    "already above": "above its own bar at issue",
    "onset": "no deadly incident for 56 days",
}
Line = Mapping[str, Any]
Column = tuple[str, Callable[[Line], str]]


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    about = document["about"]
    mark = "EXERCISE – " if about["exercise"] else ""
    sections = "".join(part(document) for part in SECTIONS)
    filled = Template(TEMPLATE.read_text(encoding="utf-8"))
    return filled.substitute(title=escape(f"{mark}{about['title']}"), facts=_facts(about), sections=sections)


def _facts(about: Line) -> str:
    areas = ", ".join(f"{n} {kind}" for kind, n in about["areas"].items())
    lag = f"{about['lag_days']} days (stated)" if about["lag_days"] else "as published"
    facts = {
        "Forecasts": f"{about['first']} to {about['last']}, every {about['every_days']} days",
        "Known by": about["as_of"],
        "Areas in the tables": f"{areas}{' (from a list)' if about['listed'] else ''}",
        "Fitted again": f"every {about['refit_days']} days, on everything known on that day",
        "Reporting lag": lag,
        "Estimator judged": about["main"],
    }
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())


def _asked(document: Mapping[str, Any]) -> str:
    columns: list[Column] = [
        ("target", lambda one: escape(f"{one['target']}, {one['horizon_days']} days")),
        ("what", lambda one: escape(one["what"])),
        ("asked", lambda one: escape(one["asked"])),
        ("reached", lambda one: _with_ends(one["reached"], one["low"], one["high"])),
        ("", lambda one: "reached" if one["holds"] else "<b>not reached</b>"),
    ]
    return _section("What was asked, and what was reached", table(document["asked"], columns), notes.ASKED)


def _skill(document: Mapping[str, Any]) -> str:
    about = document["about"]
    mine = [one for one in _of_all(document["skill"]) if one["estimator"] == about["main"]]
    parts = []
    for target in dict.fromkeys(one["target"] for one in mine):
        lines = [one for one in mine if one["target"] == target]
        for against, words in (("reference", "the better climatology"), ("best", "the best simple rule")):
            parts.append(_figure(charts.skill(lines, against), f"{target}: skill against {words}"))
    columns = _scores(("reference", "best", about["baseline"]))
    return _section("Skill by horizon", _grid(parts) + table(mine, columns), notes.SKILL)


def _every(document: Mapping[str, Any]) -> str:
    """Every estimator beside every simple rule; long, so folded."""
    there = [name for name in BASELINES if f"skill_{name}" in (document["skill"] or [{}])[0]]
    columns: list[Column] = [*_key(), ("kind", lambda one: escape(one["kind"]))]
    columns += [("estimator", lambda one: escape(one["estimator"])), ("Brier", _plain("brier", 4))]
    columns += [(f"vs {name}", _ends(name)) for name in there]
    inside = f"<details><summary>{len(document['skill'])} rows</summary>{table(document['skill'], columns)}</details>"
    return _section("Every estimator beside every simple rule", inside, notes.EVERY)


def _subsets(document: Mapping[str, Any]) -> str:
    rows: list[Column] = [
        *_key(),
        ("rows", lambda one: escape(f"{one['sort']}: {one['subset']}")),
        *_scores(("reference", document["about"]["baseline"]))[3:],
    ]
    said = "; ".join(f"{name}: {words}" for name, words in SUBSETS.items())
    first = [one for one in document["subsets"] if one["sort"] == "rows"]
    others = [one for one in document["subsets"] if one["sort"] != "rows"]
    more = f"<details><summary>Half-years, kinds and groups</summary>{table(others, rows)}</details>"
    return _section("Where it is harder", table(first, rows) + more, f"{notes.SUBSETS} {said}.")


def _reliability(document: Mapping[str, Any]) -> str:
    parts = []
    for key in dict.fromkeys((one["target"], one["horizon_days"]) for one in document["reliability"]):
        lines = [one for one in document["reliability"] if (one["target"], one["horizon_days"]) == key]
        names = list(dict.fromkeys(one["estimator"] for one in lines))
        bins = {name: [one for one in lines if one["estimator"] == name] for name in names}
        parts.append(_figure(charts.reliability(bins), f"{key[0]}, {key[1]} days. {_legend(names)}"))
    return _section("Reliability", _grid(parts), notes.RELIABILITY)


def _alerts(document: Mapping[str, Any]) -> str:
    if not document["alerts"]:
        return ""
    parts = []
    for rule, which in product(dict.fromkeys(one["rule"] for one in document["alerts"]), ("all", "fresh")):
        lines = [one for one in document["alerts"] if (one["rule"], one["rows"]) == (rule, which)]
        names = list(dict.fromkeys(one["estimator"] for one in lines))
        series = {name: [one for one in lines if one["estimator"] == name] for name in names}
        parts.append(
            _figure(
                charts.alerts(series), f"{which} rows, threshold: {rule}. {_legend(names)} Dashed: at random."
            )
        )
    columns: list[Column] = [
        ("estimator", lambda one: escape(one["estimator"])),
        ("threshold", lambda one: one["rule"]),
        ("rows", lambda one: one["rows"]),
        ("budget", _plain("budget", 2)),
        ("false a year", _plain("false_per_year", 2)),
        ("recall", _plain("recall", 2)),
        ("at random", _plain("random_recall", 2)),
        ("in force", _plain("recall_in_force", 2)),
        ("precision", _plain("precision", 2)),
        ("at random", _plain("random_precision", 2)),
        ("alerts", _plain("alerts", 0)),
        ("episodes", _plain("episodes", 0)),
        ("lead, days", lambda one: _lead(one)),
        ("again", _plain("realert_share", 2)),
    ]
    return _section(
        "Alerts and their budget", _grid(parts) + table(document["alerts"], columns), notes.ALERTS
    )


def _lead(one: Line) -> str:
    if one["lead_days_median"] is None:
        return "–"
    return f"{one['lead_days_median']:.0f} ({one['lead_days_q25']:.0f} to {one['lead_days_q75']:.0f})"


def _events(document: Mapping[str, Any]) -> str:
    parts = []
    for event in document["events"]:
        columns: list[Column] = [("area", lambda one: escape(one["name"]))]
        columns += [
            (f"{before} day{'s' * (before > 1)} before", lambda one, before=before: _rank(one, before))  # type: ignore[misc]
            for before in (28, 14, 7, 1)
        ]
        figures = _grid(_figure(charts.trace(one), escape(one["name"])) for one in event["areas"])
        head = f"<h3>{escape(event['day'])} {escape(event['title'])}</h3><p class='note'>{escape(event['source'])}</p>"
        parts.append(
            f"{head}{table(event['areas'], columns)}"
            f"<details open><summary>Scores around the day</summary>{figures}</details>"
        )
    return _section("Days that people remember", "".join(parts), notes.EVENTS) if parts else ""


def _rank(area: Line, before: int) -> str:
    found = next((one for one in area["ranks"] if one["days_before"] == before), None)
    if found is None:
        return "–"
    share = found["share_of_own_year"]
    own = "" if share is None else f", above {100 * share:.0f} % of its year"
    return f"{found['fct']:.2f}, rank {found['rank']} of {found['of']}{own}"


def _floor(document: Mapping[str, Any]) -> str:
    if not document["floor"]:
        return ""
    columns: list[Column] = [
        *_key(),
        ("kind", lambda one: escape(one["kind"])),
        ("floor, deaths", _plain("floor_deaths", 0)),
        ("share of rows", _plain("share", 2)),
        ("share of escalations", _plain("share_of_positives", 2)),
    ]
    return _section("Where the floor decides", table(document["floor"], columns), notes.FLOOR)


def _counts(document: Mapping[str, Any]) -> str:
    if not document["counts"]:
        return ""
    columns: list[Column] = [
        ("days", _plain("horizon_days", 0)),
        ("against", lambda one: escape(one["against"])),
        ("n", _plain("rows", 0)),
        ("CRPS", _plain("crps", 3)),
        ("skill", lambda one: _with_ends(one["skill"], one["low"], one["high"])),
        ("CRPS log1p", _plain("crps_log1p", 3)),
        ("skill", lambda one: _with_ends(one["skill_log1p"], one["low_log1p"], one["high_log1p"])),
    ]
    return _section("How many deaths", table(document["counts"], columns), notes.COUNTS)


def _lag(document: Mapping[str, Any]) -> str:
    if not document["lag"]:
        return ""
    columns: list[Column] = [
        ("lag, days", _plain("lag_days", 0)),
        *_scores(("reference", document["about"]["baseline"])),
    ]
    return _section("What later data cost", table(document["lag"], columns), notes.LAG)


SECTIONS = (_asked, _skill, _subsets, _reliability, _alerts, _counts, _events, _floor, _lag, _every)

# --- pieces --------------------------------------------------------------------------------------


def table(lines: Iterable[Line], columns: Sequence[Column]) -> str:
    """An HTML table: one row a line; the cells come escaped."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name, _ in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell(one)}</td>' for _, cell in columns)}</tr>" for one in lines)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _section(title: str, inside: str, note: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p class='note'>{escape(note)}</p>{inside}</section>"


def _figure(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>" if picture else ""


def _grid(figures: Iterable[str]) -> str:
    return f"<div class='grid'>{''.join(figures)}</div>"


def _legend(names: Sequence[str]) -> str:
    return " ".join(
        f"<span class='key {style}'>{escape(name)}</span>" for style, name in zip(STYLES, names, strict=False)
    )


def _of_all(lines: Sequence[Line]) -> list[Line]:
    return [one for one in lines if one["kind"] == "all"]


def _key() -> list[Column]:
    return [("target", lambda one: escape(one["target"])), ("days", _plain("horizon_days", 0))]


def _scores(rivals: Sequence[str]) -> list[Column]:
    words = {"reference": "vs climatology", "best": "vs best rule"}
    return [
        *_key(),
        ("estimator", lambda one: escape(one["estimator"])),
        ("n", _plain("rows", 0)),
        ("base rate", _plain("base", 3)),
        *((words.get(name, f"vs {name}"), _ends(name)) for name in rivals),
        ("AUC", _plain("auc", 3)),
        ("AP", _plain("ap", 3)),
        ("log loss", _plain("log_loss", 3)),
        ("ECE", _plain("ece", 3)),
        ("said ÷ base", _plain("fct_to_base", 2)),
    ]


def _plain(name: str, digits: int) -> Callable[[Line], str]:
    return lambda one: "–" if one.get(name) is None else f"{one[name]:.{digits}f}"


def _ends(name: str) -> Callable[[Line], str]:
    return lambda one: _with_ends(*(one.get(f"{end}_{name}") for end in ("skill", "low", "high")))


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    told = f"{value:.3f}".replace("-", "−")
    return (
        told
        if low is None or high is None
        else f"{told} <small>{low:.3f} to {high:.3f}</small>".replace("-", "−")
    )
