"""TrainConfig: everything that decides how a run goes, as frozen, validated data, to JSON and back.

Builds nothing. A field's default, range and sentence of help stand together, here and nowhere else: the
command line and the Advanced section of the page are made from them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from .fields import RESOLUTIONS, check_choice, check_range, check_resolution, coerce, from_json, option
from .model_spec import ModelSpec
from .names import (
    AUGMENTS,
    CLASS_HEADS,
    CLASS_TERMS,
    CROPS,
    CROSS_ENTROPY_LOSSES,
    DIFFAUGMENTS,
    DIRECTIONS,
    FAMILY_NAMES,
    LOSS_NAMES,
    PRECISIONS,
    TASKS,
)
from .tasks import check_task, learns_classes, sees_input, trains_two

UNLIMITED_KIMG = 10_000_000  # the largest budget: kimg where only minutes limit a run


@dataclass(frozen=True)
class TrainConfig:
    """The configuration of a run. Counting is in images: 1 kimg = 1,000 real images shown to D.

    Raises ValueError (message fit for the user) if a value, or a combination of values, is not allowed.
    """

    # fmt: off
    dataset: str = option("faces", "data", "A built-in name, a folder or a ZIP of pictures, or a film.")
    resolution: int = option(32, "data", "Width and height of the images in pixels.", choices=RESOLUTIONS)
    channels: int = option(0, "data", "1 = grey, 3 = colour, 4 = keep transparency, 0 = as the pictures are.", choices=(0, 1, 3, 4))
    conditional: bool = option(True, "data", "Learn the classes, where the data has labels.")
    num_classes: int = option(0, "found", "Number of classes; found when the data is opened.", low=0, high=100_000)
    mirror: bool = option(False, "data", "Show each picture mirrored half of the time.")
    crop: str = option("center", "data", "How a picture that is not square is made square.", choices=CROPS)
    background: str = option("white", "data", "Colour behind transparent or padded pictures.")
    frame_step: int = option(0, "data", "Of a film, use every n-th frame; 0 = about two a second.", low=0, high=100_000)

    task: str = option(
        "noise", "data", "What becomes a picture: noise, a damaged picture (degrade), the other picture of a pair, or one of another "
        "set (unpaired).", choices=TASKS)
    damage: str = option("", "data", "What degrade does to a picture: small:4, grey, hole, noise:0.1-0.5 … one after the other.")
    direction: str = option("a2b", "data", "Of pairs: which picture is the input, the first (a2b) or the second.", choices=DIRECTIONS)
    dataset_b: str = option("", "data", "What pictures of the first set become; of pairs the second picture of each. Empty: both are in one.")
    in_channels: int = option(0, "found", "Channels of the input picture; found when the data is opened.", choices=(0, 1, 3))

    family: str = option("dcgan", "model", "The kind of network.", choices=FAMILY_NAMES)
    z_dim: int = option(128, "model", "Length of the latent vector; 0 for a picture without noise.", low=0, high=8192)
    g_args: dict = option({}, "model", "The generator's own arguments, as a JSON object.")
    d_args: dict = option({}, "model", "The discriminator's own arguments, as a JSON object.")

    loss: str = option("non_saturating", "objective", "The adversarial loss.", choices=LOSS_NAMES)
    r1: float = option(0.0, "objective", "Weight γ of the R1 gradient penalty (on real images); 0 = off.", low=0, high=10_000)
    r1_interval: int = option(1, "objective", "R1 at every n-th step only (lazy), n times as strong.", low=1, high=64)
    r2: float = option(0.0, "objective", "Weight γ of the R2 gradient penalty (on generated images); 0 = off.", low=0, high=10_000)
    r2_interval: int = option(1, "objective", "R2 at every n-th step only (lazy), n times as strong.", low=1, high=64)

    gp: float = option(0.0, "objective", "Weight λ of WGAN-GP's penalty, between real and generated images; 0 = off.", low=0, high=1000)
    gp_interval: int = option(1, "objective", "That penalty at every n-th step only (lazy), n times as strong.", low=1, high=64)
    drift: float = option(
        0.0, "objective", "Weight of keeping D's outputs on real images near 0 (ProGAN's drift term, with wasserstein); 0 = off.",
        low=0, high=10)
    weight_clip: float = option(
        0.0, "objective", "Clip the discriminator's weights to ± this after each of its steps (WGAN); 0 = off.", low=0, high=10)
    label_smoothing: float = option(
        0.0, "objective", "Real images count as 1 minus this (one side alone, minimax and non_saturating); 0 = off.", low=0, high=0.5)
    instance_noise: float = option(0.0, "objective", "Strength of the noise on all images that D sees, at the start; it falls to 0.", low=0, high=2)
    instance_noise_kimg: float = option(100.0, "objective", "Over how many thousand images that noise falls to 0.", low=0.001, high=1_000_000)
    feature_matching: float = option(0.0, "objective", "Weight of matching D's mean features on real images (for G); 0 = off.", low=0, high=1000)
    class_term: str = option("none", "objective", "A further loss on classes; it needs a discriminator head of its kind.", choices=CLASS_TERMS)
    class_weight: float = option(1.0, "objective", "Weight of that loss.", low=0, high=100)
    orthogonal: float = option(0.0, "objective", "Weight of BigGAN's orthogonal regularization of G; 0 = off.", low=0, high=1)
    path_length: float = option(0.0, "objective", "Weight of StyleGAN2's path-length regularization of G; 0 = off.", low=0, high=1000)
    path_length_interval: int = option(4, "objective", "Path length at every n-th step only (lazy), n times as strong.", low=1, high=64)
    augment: str = option("none", "objective", "Differentiable augmentation of all images that D sees; ada adapts its strength.", choices=AUGMENTS)
    augment_policy: str = option("color,translation,cutout", "objective", "What diffaugment does.")
    ada_target: float = option(0.6, "objective", "How sure of real images D may be before ada grows stronger.", low=0, high=1)
    ada_kimg: float = option(500.0, "objective", "Over how many thousand images ada can go from none to full.", low=0.001, high=100_000)
    grow_kimg: float = option(
        0.0, "objective", "ProGAN: thousands of images for each fade and each rest between two; 0 = no growing.", low=0, high=100_000)

    pixel: float = option(0.0, "objective", "Weight λ of the distance to the target, pixel by pixel (L1; degrade and pairs).", low=0, high=10_000)
    cycle: float = option(0.0, "objective", "Weight of coming back to the same picture through both generators (unpaired).", low=0, high=10_000)
    identity: float = option(0.0, "objective", "Weight of leaving a picture of the other set as it is (unpaired); with contrast by its places.", low=0, high=10_000)
    contrast: float = option(
        0.0, "objective", "Weight of each place of the answer being like the same place of its input, and unlike others (unpaired, in "
        "place of cycle); 0 = off.", low=0, high=10_000)
    contrast_layers: str = option(
        "", "objective", "Layers of the generator that contrast compares: picture,down1,block1 … Empty: the picture, all halvings, the "
        "first and the middle block.")
    contrast_width: int = option(256, "objective", "Width of the two layers that learn what contrast compares.", low=1, high=4096)
    contrast_patches: int = option(256, "objective", "Places of each layer that contrast compares, at most.", low=2, high=4096)
    contrast_temperature: float = option(0.07, "objective", "Temperature τ of contrast: the lower, the more like each other.", low=0.001, high=10)
    pool: int = option(50, "objective", "Earlier generated pictures that D is shown half of the time (unpaired); 0 = none.", low=0, high=1000)

    batch: int = option(64, "optimizer", "Real images a step.", low=1, high=4096)
    d_steps: int = option(1, "optimizer", "Discriminator steps for each generator step.", low=1, high=20)
    g_lr: float = option(2e-4, "optimizer", "Learning rate of the generator.", low=1e-7, high=0.1)
    d_lr: float = option(2e-4, "optimizer", "Learning rate of the discriminator.", low=1e-7, high=0.1)
    beta1: float = option(0.5, "optimizer", "Adam's first moment decay.", low=0.0, high=0.9999)
    beta2: float = option(0.999, "optimizer", "Adam's second moment decay.", low=0.0, high=0.99999)
    ema_kimg: float = option(5.0, "optimizer", "Half-life of the averaged generator, in thousands of images.", low=0.0, high=10_000)
    burn_in_kimg: float = option(0.0, "optimizer", "Length of the cosine schedule that the next two follow; 0 = none.", low=0, high=1_000_000)
    lr_final: float = option(1.0, "optimizer", "Learning rates end at this share of their start.", low=0.0001, high=1.0)
    gamma_final: float = option(1.0, "optimizer", "Penalty weights end at this share of their start.", low=0.0, high=1.0)

    kimg: float = option(10_000.0, "budget", "Stop after this many thousand images.", low=0.001, high=UNLIMITED_KIMG)
    minutes: float = option(0.0, "budget", "Stop after this many minutes of training; 0 = no limit.", low=0, high=1_000_000)
    tick_sec: float = option(1.0, "budget", "Seconds between two points of the curves.", low=0, high=3600)
    sample_sec: float = option(
        5.0, "budget", "Seconds between two sample grids (longer in a long run: 2 % of its time).", low=0, high=86_400)
    save_sec: float = option(60.0, "budget", "Seconds between two saves: what a power cut can cost. The first saves of a run come sooner.", low=0, high=86_400)

    seed: int = option(0, "machine", "Starting point of all randomness.", low=0, high=2**31 - 1)
    precision: str = option("auto", "machine", "bf16 is faster on some processors; auto measures.", choices=PRECISIONS)
    threads: int = option(0, "machine", "Processor threads; 0 = measured at the start.", low=0, high=1024)
    device: str = option("auto", "machine", "auto, cpu, cuda, cuda:1, mps …")

    start_from: str = option("", "lineage", "A run or a model whose weights this run starts from (fine-tuning).")
    parent: str = option("", "found", "Name of the run that this one goes on from.")
    from_nimg: int = option(0, "found", "After how many images of that run it does so.", low=0, high=10**13)
    preset: str = option("", "found", "The preset that this configuration began as.")
    # fmt: on

    def __post_init__(self) -> None:
        for f in fields(self):
            value = coerce(f.name, getattr(self, f.name), KINDS[f.name])
            object.__setattr__(self, f.name, value)
            if f.metadata["choices"]:
                check_choice(f.name, value, f.metadata["choices"])
            if f.metadata["low"] is not None:
                check_range(f.name, value, f.metadata["low"], f.metadata["high"])
        check_resolution(self.family, self.resolution)
        check_task(self)
        self._check_penalties()
        self._check_classes()

    def _check_penalties(self) -> None:
        norm = self.d_args.get("norm", "batch" if self.family == "dcgan" else "none")
        if (self.r1 or self.r2 or self.gp) and norm == "batch":
            raise ValueError(
                "R1 and R2 need a discriminator without batch statistics, and so does gp: "
                'set d_args to {"norm": "none"} or set r1, r2 and gp to 0.'
            )
        if self.label_smoothing and self.loss not in CROSS_ENTROPY_LOSSES:
            raise ValueError(
                f"label_smoothing is {self.label_smoothing:g}, but {self.loss} has no labels to smooth: "
                f"set it to 0, or loss to one of {', '.join(CROSS_ENTROPY_LOSSES)}."
            )
        for name, family, does in (
            ("grow_kimg", "progan", "grows"),
            ("path_length", "stylegan2", "has a mapping"),
        ):
            value = getattr(self, name)
            if value and self.family != family:
                raise ValueError(f"{name} is {value:g}; only {family} {does}, so {self.family} needs 0.")
        if self.augment == "diffaugment":
            for name in self.augment_policy.split(","):
                check_choice("augment_policy", name, DIFFAUGMENTS)

    def _check_classes(self) -> None:
        needed, head = CLASS_HEADS.get(self.class_term), self.d_args.get("head", "projection")
        if needed and not self.conditional:
            raise ValueError(
                f"class_term is {self.class_term!r}, which needs classes: set conditional, or it to none."
            )
        if needed and head != needed:
            raise ValueError(
                f"class_term is {self.class_term!r}, which needs another head of the discriminator: "
                f'set d_args to {{"head": "{needed}"}}.'
            )
        if self.conditional and not needed and head in CLASS_HEADS.values():
            terms = " or ".join(term for term, kind in CLASS_HEADS.items() if kind == head)
            raise ValueError(
                f"the discriminator's head is {head!r}, which learns nothing alone: "
                f"set class_term to {terms}."
            )

    def spec(self) -> ModelSpec:
        """The generator that this configuration trains. Channels must be known (not 0)."""
        takes = "latent" if self.task == "noise" else "picture"
        return ModelSpec(
            self.family,
            self.resolution,
            self.channels,
            self.num_classes,
            self.z_dim,
            dict(self.g_args),
            takes=takes,
            in_channels=self.in_channels,
            premultiplied=self.channels == 4,
        )

    @property
    def sees_input(self) -> bool:
        """Whether D sees the input picture together with the picture that it judges (Isola 2017, eq. 1)."""
        return sees_input(self)

    @property
    def trains_two(self) -> bool:
        """Whether two generators are trained, which undo each other (Zhu 2017)."""
        return trains_two(self)

    @property
    def learns_classes(self) -> bool:
        """Whether classes are learned, where the data has some: of pictures from noise alone."""
        return learns_classes(self)

    def replace(self, **changes: Any) -> TrainConfig:
        """A copy with changes.

        Raises ValueError (message fit for the user) if a field is unknown or a value is not allowed.
        """
        unknown = sorted(set(changes) - {f.name for f in fields(self)})
        if unknown:
            raise ValueError(
                f"unknown field {unknown[0]!r}; there are: {', '.join(f.name for f in fields(self))}."
            )
        return dataclasses.replace(self, **changes)

    @property
    def minutes_only(self) -> bool:
        """Whether minutes alone limit the run."""
        return self.minutes > 0 and self.kimg >= UNLIMITED_KIMG

    def is_used_up(self, nimg: int, sec: float) -> bool:
        """Whether the budget is used up after so many images and seconds of training."""
        return nimg >= self.kimg * 1000 or 0 < self.minutes * 60 <= sec

    def to_json(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> TrainConfig:
        return from_json(cls, data)


KINDS = get_type_hints(
    TrainConfig
)  # the type of each field, found once: a table reads hundreds of configurations
