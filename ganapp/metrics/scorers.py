"""Scorers for directions: how much of a class or an attribute a classifier sees in pictures.

The classifier is that of the data set (judges/classifier.py). For the built-in faces it reads every attribute
of their table; what it gets right on held-out pictures stands in its `accuracy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ganapp.alpha import on_background
from ganapp.data import ImageDataset

from .judges.classifier import CLASSES, Classifier, attribute_sizes

ATTRIBUTE, CLASS = "attribute", "class"
NOTHING = ("none", "plain", "flat", "bald")  # values that say that there is nothing of an attribute
SCALES = ("skin",)  # attributes whose values are in order, here from light to dark
SURE = 1e-3  # probabilities within this of 0 and 1 count as such, so that a few do not outweigh the rest
QUESTION = "attribute:hat, attribute:hair=afro or class:smile"


def scorer(
    classifier: Classifier, data: ImageDataset, question: str, background: int | tuple[int, ...] = 255
) -> Callable[[np.ndarray], np.ndarray]:
    """The scorer of a question: pictures uint8 (N, R, R, C) -> float64 (N,), higher for more of it.

    question: "class:NAME", "attribute:NAME" for having any (a hat), or for an attribute on a scale how far
    (skin: darker), "attribute:NAME=VALUE" for one value of it. The score is the log-odds of the classifier's
    probability, on a scale the mean place. background: behind pictures with alpha. Raises ValueError (message
    fit for the user, with what there is) for any other question.
    """
    head, values = parse_question(classifier, data, question)
    return lambda images: score_of(read(classifier, images, background)[head], values)


def score_of(probabilities: np.ndarray, values: list[int]) -> np.ndarray:
    """The score (N,) of probabilities (N, K): the log-odds of some values, the mean place for all of them."""
    if len(values) == probabilities.shape[1]:
        return probabilities @ np.linspace(0, 1, len(values))
    return log_odds(probabilities[:, values].sum(1))


def log_odds(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, SURE, 1 - SURE)
    return np.log(p / (1 - p))


def read(
    classifier: Classifier, images: np.ndarray, background: int | tuple[int, ...] = 255
) -> dict[str, np.ndarray]:
    """{head: probabilities (N, K)} of pictures uint8 (N, R, R, C), as a generator draws them."""
    shown = on_background(images, background) if images.shape[-1] == 4 else images
    return classifier.run(np.ascontiguousarray(shown.transpose(0, 3, 1, 2)))[1]


def parse_question(classifier: Classifier, data: ImageDataset, question: str) -> tuple[str, list[int]]:
    """The head that is asked, and which of its values count. Raises ValueError as `scorer`."""
    kind, _, rest = question.partition(":")
    name, _, value = (part.strip() for part in rest.partition("="))
    if kind == CLASS and CLASSES in classifier.heads and not value:
        return CLASSES, [_choice(name, data.class_names)]
    attributes = attribute_sizes(data)
    if kind != ATTRIBUTE or not attributes:
        what = QUESTION if attributes else "class:NAME" if data.num_classes else "nothing"
        raise ValueError(
            f"The question is {question!r}; of the pictures of {data.name} can be asked: {what}."
        )
    head = f"{ATTRIBUTE}_{list(attributes)[_choice(name, tuple(attributes))]}"
    values = values_of(data, head)
    if value:
        return head, [_choice(value, values)]
    if name in SCALES:
        return head, list(range(len(values)))
    if values[0] not in NOTHING:
        raise ValueError(
            f"Of {name}, name a value, such as {name}={values[0]}; there are: {', '.join(values)}."
        )
    return head, list(range(1, len(values)))


def values_of(data: ImageDataset, head: str) -> tuple[str, ...]:
    """The names of the answers of a head."""
    if head == CLASSES:
        return data.class_names
    from ganapp.data.faces.drawing import ATTRIBUTES

    return ATTRIBUTES[head.removeprefix(f"{ATTRIBUTE}_")]


def name_of(question: str) -> str:
    """What the direction of a question is called: its class, its attribute, or that and the value."""
    return question.partition(":")[2].strip()


def well_read(accuracy: Mapping[str, float], least: float) -> list[str]:
    """The attributes that a classifier reads right in at least this share of held-out pictures."""
    prefix = f"{ATTRIBUTE}_"
    return [
        k.removeprefix(prefix) for k, share in accuracy.items() if k.startswith(prefix) and share >= least
    ]


def _choice(name: str, known: tuple[str, ...]) -> int:
    for wanted, names in ((name, list(known)), (name.casefold(), [n.casefold() for n in known])):
        if names.count(wanted) == 1:
            return names.index(wanted)
    raise ValueError(f"{name!r} cannot be asked for; there are: {', '.join(known[:40])}.")
