"""Who lies near whom."""

import numpy as np

from models.days import Array, BoolArray
from models.versions import Layer

_EARTH_KM = 6371.0


def distances_km(lat: Array, lon: Array) -> Array:
    """Great-circle distances between all pairs of places."""
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin((phi[:, None] - phi) / 2) ** 2
    half = half + np.cos(phi[:, None]) * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    km: Array = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return km


def neighbour_weights(distances_km: Array, allowed: BoolArray, km: float) -> Array:
    """How much each area (row) looks at each allowed other one (column): nearer counts more, rows sum to 1.

    An area whose position is unknown sees nobody and is seen by nobody.
    """
    weights = np.nan_to_num(np.where(allowed, np.exp(-distances_km / km), 0.0))
    sums = weights.sum(axis=1, keepdims=True)
    shares: Array = np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
    return shares


def lookers(kinds: list[str]) -> BoolArray:
    """Which areas (columns) an area (row) sees as its surroundings.

    Districts see districts and governorates see governorates. Communities see districts: violence
    around a community is violence, whether or not it happens to another community.
    """
    kind = np.asarray(kinds)
    seen_kind = np.where((kind == "community") & (kind == "district").any(), "district", kind)
    _, number = np.unique(
        np.concatenate([seen_kind, kind]), return_inverse=True
    )  # compared faster than words
    allowed: BoolArray = number[: len(kind), None] == number[len(kind) :]
    np.fill_diagonal(allowed, False)
    return allowed


def seen_twice(own: Layer, weights: Array, n_versions: int, name: str) -> Layer:
    """The incidents of each area with the weight at which it would see them again through other areas."""
    counts = np.bincount(own.version, minlength=n_versions)
    own = own.among(counts[own.version] > 1)  # what lies in one area only is seen once
    counts[counts < 2] = 0
    start, size = (np.cumsum(counts) - counts)[own.version], counts[own.version]
    mine = np.repeat(np.arange(len(own.version)), size)
    other = np.arange(len(mine)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    weight = np.bincount(mine, weights[own.area[mine], own.area[other]], len(own.version))
    real = np.flatnonzero(weight)
    return Layer(own.version[real], own.area[real], weight[real], name)
