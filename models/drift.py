"""Drift: whether what models see, and what follows, still looks like what they learnt from.

Features: population stability index (Siddiqi 2006, Credit Risk Scorecards: above .25 the population has
shifted) of the last eight weeks against the training window, for columns that move by themselves beyond
what they did in training. Base rate and Brier score: the last eight
weeks against every spell of eight weeks that the training saw. The model's card carries what is needed
(`feature_quantiles`, `spells`), so nothing is fitted again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.days import Array, IntArray

SPELL_DAYS = 56
SPELL_WEEKS = SPELL_DAYS // 7
OLD_DAYS = 84
SHIFTED, SMALL_SHIFT = 0.25, 0.1
HEAVY_SHARE = 0.5
MOST_HEAVY = 8
LEAST_SHARE = 1e-3
LEAST_DAYS = 14
DIGITS = 6
Row = dict[str, Any]
Range = list[float]  # lowest and highest; a list, because cards are JSON


# --- what a card keeps ------------------------------------------------------------------------------


def quantiles(values: Array) -> Row:
    """Cuts at the deciles of a column and the share of values up to each (the last share: above all).

    A column that is mostly one value has fewer cuts. Missing values count with the largest.
    """
    flat = np.ravel(values).astype(float)
    known = flat[~np.isnan(flat)]
    cuts = np.unique(np.quantile(known, np.linspace(0.1, 0.9, 9))) if len(known) else np.empty(0)
    return {"cuts": [float(f"{cut:.6g}") for cut in cuts], "shares": _shares(cuts, flat).round(4).tolist()}


def profile(week: IntArray, values: Array) -> Row:
    """The same of a column (weeks × areas), with the largest shift of any eight weeks within it.

    A slow column (days since the last attack, the sum of a year) moves by itself; what training saw of
    that is no reason to train again.
    """
    told = quantiles(values)
    block = (np.asarray(week) - week[-1] - 1) // SPELL_DAYS if len(week) else np.empty(0)
    parts = [values[block == one] for one in np.unique(block) if (block == one).sum() == SPELL_WEEKS]
    largest = max((psi(told, part) for part in parts), default=0.0)
    return {**told, "largest": round(largest, 4)}


def _shares(cuts: Array, values: Array) -> Array:
    if not len(values):
        return np.full(len(cuts) + 1, np.nan)
    place = np.searchsorted(cuts, values, side="left")
    return np.bincount(place, minlength=len(cuts) + 1) / len(values)


def weights(moved: Array) -> Array:
    """How much each column (rows × columns of contributions) moves forecasts; the shares sum to one."""
    size = np.abs(np.asarray(moved, float)).mean(axis=0) if len(moved) else np.zeros(np.shape(moved)[-1])
    total = size.sum()
    return np.asarray(size / total if total > 0 else size)


def spells(week: IntArray, value: Array) -> Range | None:
    """The lowest and the highest mean over eight weeks on end (weekly values; missing weeks break a spell)."""
    kept = ~np.isnan(value)
    week, value = np.asarray(week)[kept], np.asarray(value, float)[kept]
    if len(week) < 2 * SPELL_WEEKS:
        return None
    ends = np.flatnonzero(week[SPELL_WEEKS - 1 :] - week[: -SPELL_WEEKS + 1] == 7 * (SPELL_WEEKS - 1))
    sums = np.cumsum(np.concatenate([[0.0], value]))
    means = (sums[SPELL_WEEKS:] - sums[:-SPELL_WEEKS])[ends] / SPELL_WEEKS
    return [round(float(edge), DIGITS) for edge in (means.min(), means.max())] if len(means) else None


# --- what is measured later -------------------------------------------------------------------------


def psi(profile: Mapping[str, Any], values: Array) -> float:
    """Population stability index: sum over bins of (now - then) ln(now / then); 0 is no change.

    Shares below one in a thousand count as that, or an empty bin would be infinite news.
    """
    flat = np.ravel(values).astype(float)
    now = np.maximum(_shares(np.asarray(profile["cuts"], float), flat), LEAST_SHARE)
    then = np.maximum(np.asarray(profile["shares"], float), LEAST_SHARE)
    return float(np.sum((now - then) * np.log(now / then)))


def heavy(profiles: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The fewest features that together carry half of what moves a model's forecasts, heaviest first."""
    order = sorted(profiles, key=lambda name: (-float(profiles[name].get("weight") or 0), name))
    found: list[str] = []
    carried = 0.0
    for name in order[:MOST_HEAVY]:
        weight = float(profiles[name].get("weight") or 0)
        if carried >= HEAVY_SHARE or weight <= 0:
            break
        found, carried = [*found, name], carried + weight
    return found


def age(days_old: int) -> Row:
    """How old a model is, and whether that is too old."""
    return finding("age", days_old, high=OLD_DAYS)


def of_features(profiles: Mapping[str, Mapping[str, Any]], recent: Mapping[str, Array]) -> Iterator[Row]:
    """The stability index of each heavy feature that was looked at again."""
    for name in heavy(profiles):
        if name in recent and recent[name].size and profiles[name]["cuts"]:
            yield finding(
                "feature", psi(profiles[name], recent[name]), high=_bound(profiles[name]), name=name
            )


def _bound(profile: Mapping[str, Any]) -> float:
    """Where a shift is news: the usual bound, or a small shift beyond the column's own largest in training."""
    return max(SHIFTED, float(profile.get("largest") or 0) + SMALL_SHIFT)


def of_base_rate(card: Mapping[str, Any], happened: Array) -> Row | None:
    """How often it happened in the last fully observed weeks, beside all spells of the training."""
    usual = (card.get("spells") or {}).get("base_rate")
    if usual is None or len(happened) < SPELL_WEEKS:
        return None
    low, high = usual
    learnt = (card.get("out_of_sample") or {}).get("base_rate")
    return finding("base_rate", float(np.mean(happened)), learnt, low, high)


def of_brier(card: Mapping[str, Any], brier: Sequence[float], days: int) -> Row | None:
    """The Brier score of what was said live, beside what the backtest promised; only worse is news."""
    usual = (card.get("spells") or {}).get("brier")
    if usual is None or days < LEAST_DAYS:
        return None
    promised = ((card.get("out_of_sample") or {}).get("brier") or {}).get(card.get("estimator"))
    return finding("brier", float(np.mean(brier)), promised, None, usual[1])


def of_volume(week: IntArray, count: Array, last: int) -> Row | None:
    """Reports a week in the last eight, beside all eight-week spells of the year before them.

    A change of volume is a matter for whoever takes reports in; it does not call for training by itself.
    """
    recent = (week > last - SPELL_DAYS) & (week <= last)
    before = (week <= last - SPELL_DAYS) & (week > last - SPELL_DAYS - 364)
    usual = spells(week[before], count[before])
    if usual is None or recent.sum() < SPELL_WEEKS:
        return None
    low, high = usual
    found = finding("volume", float(count[recent].mean()), float(count[before].mean()), low, high)
    return {**found, "due": False}


def finding(
    measure: str,
    value: float,
    expected: float | None = None,
    low: float | None = None,
    high: float | None = None,
    name: str = "",
) -> Row:
    """One measured thing; due where it lies outside its range."""
    value = round(float(value), DIGITS)
    due = (low is not None and value < low) or (high is not None and value > high)
    facts = {"measure": measure, "name": name, "value": value, "expected": expected}
    return {**facts, "low": low, "high": high, "due": due}
