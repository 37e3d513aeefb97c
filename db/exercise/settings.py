"""What the simulator is told: the parameters and word lists in `db/regions/exercise/`."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import action_files

TEMPLATE = Path(__file__).parents[1] / "regions" / "exercise"


@dataclass(frozen=True)
class TerritorySettings:
    """Where the invented territory lies and how finely it is divided."""

    seed: int
    country_id: str
    country: str
    country_ar: str
    centre: tuple[float, float]
    governorates: int
    districts_per_community: float
    district_km: float


@dataclass(frozen=True)
class ProcessSettings:
    """The true parameters of the violence; each is explained beside its value in region.toml."""

    quiet_share: float
    quiet_rate: float
    active_rate: float
    active_rate_spread: float
    regime_levels: tuple[float, ...]
    regime_dwell_days: float
    sudden_change_factor: float
    branching_self: float
    branching_spill: float
    quiet_receives: float
    memory_days: float
    largest_daily_rate: float
    neighbour_km: float
    neighbours_at_most: int
    build_ups_per_year: float
    quiet_build_ups_per_year: float
    lead_days: tuple[int, int]
    surge_days: tuple[int, int]
    fizzle_share: float
    tension_effect: float
    surge_effect: float
    precursor_noise_rate: float
    precursor_tension_rate: float
    calming_rate: float
    calming_surge_rate: float
    calming_relief: float
    calming_memory_days: float


@dataclass(frozen=True)
class MarkSettings:
    """How many people an incident kills, and how precisely its place and day become known."""

    zero_deaths_share: float
    deaths_log_mean: float
    deaths_log_sd: float
    surge_log_shift: float
    geo_prec_shares: tuple[float, ...]
    date_prec_shares: tuple[float, ...]


@dataclass(frozen=True)
class ReportingSettings:
    """What goes wrong between an incident and the reports about it."""

    late_share: float
    late_days: float
    contested_share: float
    disputed_share: float
    gaps_per_source_year: float
    gaps_per_district_year: float
    gap_days: tuple[int, int]
    nothing_to_report_share: float


@dataclass(frozen=True)
class Habits:
    """How one source reports: what reaches it, how fast, and what it makes of the figures."""

    reach_lethal: float
    reach_other: float
    figure: float
    noise: float
    unknown: float
    delay_days: float
    revised: float
    coarse: float
    counts_zero: bool
    arabic: float
    restricted: float


@dataclass(frozen=True)
class IncidentKind:
    """One type of incident with its weights when little and when much is going on."""

    incident_type: str
    kind: str
    weight_low: float
    weight_high: float
    civilian_share: float
    injured: float
    abducted: float
    displaced: float


@dataclass(frozen=True)
class Settings:
    """Everything in the template folder, read once."""

    region: dict[str, Any]
    territory: TerritorySettings
    process: ProcessSettings
    marks: MarkSettings
    reporting: ReportingSettings
    habits: dict[str, Habits]
    echoes: dict[str, float]
    kinds: dict[str, list[IncidentKind]]
    texts: dict[str, dict[str, str]]
    retellings: dict[tuple[str, str], list[dict[str, str]]]
    actors: list[dict[str, str]]
    sources: dict[str, dict[str, str]]
    plan: list[dict[str, str]]
    syllables: dict[str, list[tuple[str, str]]]


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the template's CSV files."""
    with (TEMPLATE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _retellings() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Other words for an incident, by its type and language."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in read_table("retellings.csv"):
        found.setdefault((row["incident_type"], row["lang"]), []).append(row)
    return found


def _kinds() -> dict[str, list[IncidentKind]]:
    kinds: dict[str, list[IncidentKind]] = {}
    for row in read_table("incident_kinds.csv"):
        numbers = {key: float(value) for key, value in row.items() if key not in ("incident_type", "kind")}
        kinds.setdefault(row["kind"], []).append(IncidentKind(row["incident_type"], row["kind"], **numbers))
    return kinds


def _syllables() -> dict[str, list[tuple[str, str]]]:
    parts: dict[str, list[tuple[str, str]]] = {}
    for row in read_table("syllables.csv"):
        parts.setdefault(row["part"], []).append((row["en"], row["ar"]))
    return parts


def load_settings() -> Settings:
    """Read the template folder."""
    region = tomllib.loads((TEMPLATE / "region.toml").read_text(encoding="utf-8"))
    simulator = region["simulator"]
    return Settings(
        region=region,
        territory=TerritorySettings(**_frozen(simulator["territory"])),
        process=ProcessSettings(**_frozen(simulator["process"])),
        marks=MarkSettings(**_frozen(simulator["marks"])),
        reporting=ReportingSettings(**_frozen(simulator["reporting"])),
        habits={source: Habits(**table) for source, table in simulator["sources"].items()},
        echoes=simulator["echoes"],
        kinds=_kinds(),
        texts={row["incident_type"]: row for row in read_table("texts.csv")},
        retellings=_retellings(),
        actors=read_table("actors.csv"),
        sources={row["source_id"]: row for row in read_table("sources.csv")},
        plan=read_table(action_files.FILE),
        syllables=_syllables(),
    )
