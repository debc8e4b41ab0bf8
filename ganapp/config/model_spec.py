"""config.model_spec."""

from __future__ import annotations

from dataclasses import dataclass, field

from .fields import check_choice, check_range, check_resolution, coerce, from_json
from .names import FAMILY_NAMES

GENERATOR_FORMAT = "ganapp-generator/1"
# Networks that are only ever loaded from other people's checkpoints (models/imported): no discriminator, no training.
IMPORTED_NAMES = (
    "biggan_deep", "conv_stack", "fastgan", "lightweight", "mimicry", "nvidia_stylegan2", "paper_r3gan", "relu_mlp", "studiogan",
    "upsample_dcgan",
)  # fmt: skip


@dataclass(frozen=True)
class ModelSpec:
    """What a generator is: enough to build it again. Stored beside every weight file."""

    family: str
    resolution: int
    channels: int
    num_classes: int  # 0 = unconditional
    z_dim: int
    args: dict = field(default_factory=dict)  # the family's own, flat
    format: str = GENERATOR_FORMAT

    def __post_init__(self) -> None:
        if self.format != GENERATOR_FORMAT:
            raise ValueError(f"format {self.format!r} is not one that this version reads ({GENERATOR_FORMAT!r}).")
        for name, kind in (
            ("resolution", int),
            ("channels", int),
            ("num_classes", int),
            ("z_dim", int),
            ("args", dict),
        ):
            object.__setattr__(self, name, coerce(name, getattr(self, name), kind))
        check_choice("family", self.family, FAMILY_NAMES + IMPORTED_NAMES)
        if self.family in IMPORTED_NAMES:
            check_range("resolution", self.resolution, 8, 1024)
        else:
            check_resolution(self.family, self.resolution)
        check_choice("channels", self.channels, (1, 3))
        check_range("num_classes", self.num_classes, 0, 100_000)
        check_range("z_dim", self.z_dim, 1, 8192)

    @classmethod
    def from_json(cls, data: dict) -> ModelSpec:
        return from_json(cls, data)
