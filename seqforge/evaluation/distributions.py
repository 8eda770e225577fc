"""How alike two sets of works are in one measure: distances inside of a set and between two sets, and their densities.

Yang and Lerch, "On the evaluation of generative models in music" (Neural Computing and Applications, 2020, volume 32):
the distances between all pieces of the reference (intra-set) and between each generated and each reference piece
(inter-set) are smoothed by a kernel density estimate; where both densities are alike, the generated pieces lie among
the others as those lie among one another. They are compared by the area under both, and by the divergence of Kullback
and Leibler. Both densities are looked at on one grid, unlike in the authors' toolbox, which takes one for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Likeness", "density", "likeness"]

Floats = NDArray[np.float64]

_GRID = 1000
_TAIL = 4  # bandwidths beyond the outermost distance: what lies further out is less than 1e-4
_MOST_KERNELS = 4096
_SMALLEST = 1e-300  # a density that is smaller is no number any more


@dataclass(frozen=True)
class Likeness:
    """`overlap` is the area under both densities, 0 to 1; `divergence` of the inter-set from the intra-set one in nats.

    `intra_generated`, `intra_reference` and `inter` are mean distances. NaN where a set is too small, or where all its
    distances are equal.
    """

    overlap: float
    divergence: float
    intra_generated: float
    intra_reference: float
    inter: float


def likeness(generated: Floats, reference: Floats) -> Likeness:
    """Compare the values of one measure; those that are NaN do not count."""
    generated, reference = generated[np.isfinite(generated)], reference[np.isfinite(reference)]
    inside = _distances_inside(reference)
    between = np.abs(generated[:, None] - reference[None, :]).ravel()
    means = [_mean(_distances_inside(generated)), _mean(inside), _mean(between)]
    if min(_spread(inside), _spread(between)) <= 0:
        return Likeness(np.nan, np.nan, *means)
    bandwidth = max(_bandwidth(inside), _bandwidth(between))
    low, high = min(inside.min(), between.min()), max(inside.max(), between.max())
    grid = np.linspace(low - _TAIL * bandwidth, high + _TAIL * bandwidth, _GRID)
    p, q = density(inside, grid), density(between, grid)
    step = grid[1] - grid[0]
    p, q = p / (p.sum() * step), q / (q.sum() * step)
    ratio = np.log(np.maximum(p, _SMALLEST)) - np.log(np.maximum(q, _SMALLEST))
    return Likeness(float(np.minimum(p, q).sum() * step), float((p * ratio).sum() * step), *means)


def density(values: Floats, grid: Floats) -> Floats:
    """The Gaussian kernel density estimate of `values` (N,) at `grid`, with the bandwidth of Scott's rule.

    The bandwidth is the standard deviation by N to the power 1/5 (Scott 1992, "Multivariate density estimation").
    """
    bandwidth = _bandwidth(values)
    places, weights = _kernels(values)
    offsets = (grid[:, None] - places[None, :]) / bandwidth
    heights = np.exp(-0.5 * offsets**2) @ weights
    return np.asarray(heights / (len(values) * bandwidth * np.sqrt(2 * np.pi)))


def _kernels(values: Floats) -> tuple[Floats, Floats]:
    """Places and weights; very many values share the middle of narrow bins, far narrower than the bandwidth."""
    if len(values) <= _MOST_KERNELS:
        return values, np.ones(len(values))
    counts, edges = np.histogram(values, _MOST_KERNELS)
    return (edges[1:] + edges[:-1]) / 2, counts.astype(np.float64)


def _bandwidth(values: Floats) -> float:
    return float(_spread(values) * len(values) ** -0.2)


def _spread(values: Floats) -> float:
    """The standard deviation of a sample; 0 where there is none."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _distances_inside(values: Floats) -> Floats:
    """The distance of every pair, (N (N - 1) / 2,)."""
    first, second = np.triu_indices(len(values), 1)
    return np.abs(values[first] - values[second])


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan
