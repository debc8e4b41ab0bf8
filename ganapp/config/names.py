"""The names that a configuration may use: families, losses, class terms, augmentations, precisions, crops.

Networks and losses have tables with these keys; a test compares them.
"""

from __future__ import annotations

FAMILY_NAMES = ("mlp", "dcgan", "resnet", "progan", "stylegan2", "r3gan")
LOSS_NAMES = (
    "minimax", "non_saturating", "least_squares", "wasserstein", "hinge",
    "relativistic", "relativistic_average",
)  # fmt: skip
CROSS_ENTROPY_LOSSES = ("minimax", "non_saturating")
CLASS_TERMS = ("none", "cross_entropy", "contrastive", "d2d_ce")
CLASS_HEADS = {"cross_entropy": "classifier", "contrastive": "contrastive", "d2d_ce": "contrastive"}
AUGMENTS = ("none", "diffaugment", "ada")
DIFFAUGMENTS = ("color", "translation", "cutout")
PRECISIONS = ("auto", "fp32", "bf16")
CROPS = ("center", "fit")
