"""The names that a configuration may use: families, losses, class terms, augmentations, precisions, crops.

Networks and losses have tables with these keys; a test compares them.
"""

from __future__ import annotations

FROM_LATENT = ("mlp", "dcgan", "resnet", "progan", "stylegan2", "r3gan")  # families whose input is a latent
TRANSLATORS = ("unet", "translator")  # families whose input is a picture
FAMILY_NAMES = FROM_LATENT + TRANSLATORS
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
# What becomes what: a picture of noise; of a damaged picture; of the other one of a pair; of another set.
TASKS = ("noise", "degrade", "pairs", "unpaired")
DIRECTIONS = ("a2b", "b2a")
