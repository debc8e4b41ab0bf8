"""Directions by example: more like these pictures, less like those; or towards what a scorer gives more for.

Ridge regression (Hoerl & Kennard 1970) of scores on latents, or logistic regression of a yes and a no (as
InterFaceGAN's planes are, Shen et al. 2020, arXiv 1907.10786). What it must not change is held still: the
direction is made orthogonal to the others. Who scores is the caller's affair: a scorer is a function of
pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .directions import REACH, Direction, held_still
from .sampled import Progress, Samples, Scorer, samples_of, scores_of

if TYPE_CHECKING:
    import torch

METHODS = ("ridge", "logistic")
SAMPLES = 4_000
PENALTY = 0.1  # of both regressions, relative to the mean variance of a latent's values
FEWEST = 2  # examples of each side
ROUNDS, CLOSE = 50, 1e-10  # of Newton's method


def direction_by_score(
    G: torch.nn.Module,
    name: str,
    score: Scorer,
    samples: Samples | int = SAMPLES,
    method: str = "ridge",
    hold: Sequence[Direction] = (),
    space: str | None = None,
    device: str | torch.device | None = None,
    progress: Progress | None = None,
) -> Direction:
    """The direction along which score(pictures) rises most, in w where there is one, else in z.

    samples: or how many, seeds 0 to samples - 1, each of its own class. method: "ridge" for scores on a
    scale, "logistic" if they are probabilities of a yes. hold: directions of the same space that must stay.
    Raises ValueError (message fit for the user) if nothing in the samples differs, or an argument is wrong.
    """
    if isinstance(samples, int):
        samples = samples_of(G, range(samples), space, device=device)
    scores = scores_of(G, samples, score, device, progress)
    return direction_of_scores(name, samples, scores, method, hold)


def direction_of_scores(
    name: str,
    samples: Samples,
    scores: np.ndarray,
    method: str = "ridge",
    hold: Sequence[Direction] = (),
    how: str = "",
) -> Direction:
    """As `direction_by_score`, of scores (N,) that are there already. Draws nothing.

    Latents and scores are centred within each class, so that a class's own look is no part of the direction.
    """
    scores = np.asarray(scores, np.float64)
    if scores.shape != (len(samples.latents),):
        raise ValueError(f"There are {scores.size} scores for {len(samples.latents)} pictures.")
    if method not in METHODS:
        raise ValueError(f"The method is {method!r}: it must be one of {', '.join(METHODS)}.")
    if not np.isfinite(scores).all() or np.ptp(scores) < 1e-9:
        raise ValueError(f"All pictures are scored alike for {name!r}: there is no direction to more of it.")
    for other in hold:
        if other.space != samples.space:
            raise ValueError(
                f"{other.name!r} is in {other.space}: only one in {samples.space} can be held still."
            )
    x = centred_by_class(samples.latents, samples.labels)
    if method == "ridge":
        vector = ridge(x, centred_by_class(scores[:, None], samples.labels)[:, 0])
    else:
        vector = logistic(x, (scores > 0.5).astype(np.float64))
    spread = samples.latents if samples.space == "w" else np.empty((0, x.shape[1]))  # z is normal
    vector = scaled(held_still(vector, [other.vector for other in hold]), spread)
    held = f" Held still: {', '.join(dict.fromkeys(other.name for other in hold))}." if hold else ""
    how = how or f"By {method} regression on {len(x):,} scored pictures."
    return Direction(name, vector, samples.space, REACH, how=how + held)


def direction_by_seeds(
    G: torch.nn.Module,
    name: str,
    like: Sequence[int],
    unlike: Sequence[int] = (),
    y: int | str | None = None,
    hold: Sequence[Direction] = (),
    space: str | None = None,
    device: str | torch.device | None = None,
) -> Direction:
    """More like the pictures of some seeds, less like those of others.

    Without `unlike`, as many other seeds stand against them. y: one class for all, None for the seeds' own.
    A few marked pictures of hundreds of values are fitted by ridge regression. Raises ValueError (message fit
    for the user) for fewer than 2 seeds, or seeds that are on both sides.
    """
    like, unlike = list(dict.fromkeys(like)), list(dict.fromkeys(unlike))
    if both := sorted(set(like) & set(unlike)):
        raise ValueError(f"Seed {both[0]} is on both sides: a picture is either wanted or not.")
    if len(like) < FEWEST or (unlike and len(unlike) < FEWEST):
        raise ValueError(
            f"Mark at least {FEWEST} pictures of each side; ten or more give a better direction."
        )
    against = unlike
    if not against:
        taken, against = set(like), []
        seed = 0
        while len(against) < max(64, 4 * len(like)):
            against += [seed] if seed not in taken else []
            seed += 1
    samples = samples_of(G, [*like, *against], space, y, device)
    # Both sides weigh the same, however many they are.
    scores = np.r_[np.full(len(like), 1 / len(like)), np.full(len(against), -1 / len(against))]
    how = f"More like {len(like)} marked pictures, less like {len(against)} others."
    vector = samples.latents.astype(np.float64).T @ scores
    vector = scaled(held_still(vector, [other.vector for other in hold]), _spread(G, samples, device))
    return Direction(name, vector, samples.space, REACH, how=how)


def _spread(G, samples: Samples, device) -> np.ndarray:
    """Latents of many seeds, for the standard deviation; z is normal, so there nothing is drawn."""
    if samples.space == "z":
        return np.empty((0, samples.latents.shape[1]), np.float32)
    return samples_of(G, range(512), samples.space, device=device).latents


def ridge(x: np.ndarray, scores: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """β (D,) that makes |Xβ - s|² / N + λ|β|² smallest, of X (N, D) and s (N,); (D, K) of s (N, K).

    λ is `penalty` times the mean variance of X.
    """
    x, scores = np.asarray(x, np.float64), np.asarray(scores, np.float64)
    gram = x.T @ x / len(x)
    return np.linalg.solve(
        gram + penalty * np.trace(gram) / len(gram) * np.eye(len(gram)), x.T @ scores / len(x)
    )


def logistic(x: np.ndarray, yes: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """β (D,) of the logistic regression of yes (N,), 0 or 1, on X (N, D), by Newton's method.

    The mean log loss plus λ/2 · |β|² is smallest; the constant is not penalized, λ as in `ridge`. Raises
    ValueError (message fit for the user) if there is no yes or no no.
    """
    x, yes = np.asarray(x, np.float64), np.asarray(yes, np.float64)
    if yes.min() == yes.max():
        raise ValueError("All examples are on one side: there is no direction from one to the other.")
    rows = np.c_[x, np.ones(len(x))]
    weight = penalty * np.trace(x.T @ x) / x.size * np.r_[np.ones(x.shape[1]), 0]
    beta = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(rows @ beta, -30, 30)))
        slope = rows.T @ (p - yes) / len(x) + weight * beta
        curve = (rows * (p * (1 - p))[:, None]).T @ rows / len(x) + np.diag(weight + 1e-12)
        step = np.linalg.solve(curve, slope)
        beta = beta - step
        if np.abs(step).max() < CLOSE:
            break
    return beta[:-1]


def centred_by_class(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rows (N, D) less the mean of their class (N,), float64."""
    out = np.array(rows, np.float64)
    for label in np.unique(labels):
        out[labels == label] -= out[labels == label].mean(0)
    return out


def scaled(vector: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """The vector (D,) with a length such that 1 is a standard deviation of latents (N, D) along it.

    Of z, which is normal, that is length 1; so it is for no latents.
    """
    vector = np.asarray(vector, np.float64)
    length = np.linalg.norm(vector)
    if length == 0:
        raise ValueError("The examples do not differ: there is no direction from one to the other.")
    vector = vector / length
    return vector * float(np.std(latents @ vector)) if len(latents) else vector
