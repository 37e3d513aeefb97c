"""Distances on the globe, by points on the unit sphere."""

from typing import Any

import numpy as np

EARTH_RADIUS_KM = 6371.0088


def unit_vectors(lat: Any, lon: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Points on the unit sphere for degrees; straight distances between them order great circles."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def chord(km: float) -> float:
    """The straight distance on the unit sphere that spans a great circle of so many kilometres."""
    return float(2 * np.sin(km / EARTH_RADIUS_KM / 2))


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great-circle distance between two points in degrees."""
    one, other = unit_vectors([lat, other_lat], [lon, other_lon])
    return float(2 * EARTH_RADIUS_KM * np.arcsin(min(1.0, float(np.linalg.norm(one - other)) / 2)))
