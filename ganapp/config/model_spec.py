"""ModelSpec: what a generator is. Enough to build it again; stored beside every weight file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .fields import check_choice, check_range, check_resolution, coerce, from_json
from .names import FAMILY_NAMES, TRANSLATORS

GENERATOR_FORMAT = "ganapp-generator/1"
# Networks that only load other people's checkpoints (networks/imported): no discriminator, no training.
IMPORTED_NAMES = (
    "biggan_deep", "conv_stack", "fastgan", "leaky_mlp", "lightweight", "lucidrains_stylegan2", "mimicry",
    "nvidia_stylegan2", "paper_r3gan", "relu_mlp", "studiogan", "stylegan3", "upsample_dcgan",
    "zoo_progan",
)  # fmt: skip
TAKES = ("latent", "picture")  # what a generator's input is
CHANNELS = (1, 3, 4)  # grey, colour, colour with transparency


@dataclass(frozen=True)
class ModelSpec:
    """Family, sizes and arguments of a generator.

    A generator that takes a latent has z_dim ≥ 1 and in_channels 0. One that takes a picture has in_channels,
    and z_dim only if it takes noise besides. Raises ValueError (message fit for the user) if a value is not
    allowed.
    """

    family: str
    resolution: int
    channels: int  # of the output
    num_classes: int  # 0 = unconditional
    z_dim: int
    args: dict = field(default_factory=dict)  # the family's own, flat
    format: str = GENERATOR_FORMAT
    takes: str = "latent"
    in_channels: int = 0  # of the input picture
    premultiplied: bool = False  # whether the network's colours are weighted by alpha, as in training here

    def __post_init__(self) -> None:
        if self.format != GENERATOR_FORMAT:
            raise ValueError(
                f"format {self.format!r} is not one that this version reads ({GENERATOR_FORMAT!r})."
            )
        numbers = ("resolution", "channels", "num_classes", "z_dim", "in_channels")
        for name, kind in (*((name, int) for name in numbers), ("args", dict), ("premultiplied", bool)):
            object.__setattr__(self, name, coerce(name, getattr(self, name), kind))
        check_choice("family", self.family, FAMILY_NAMES + IMPORTED_NAMES)
        if self.family in IMPORTED_NAMES:
            check_range("resolution", self.resolution, 8, 1024)
        else:
            check_resolution(self.family, self.resolution)
        check_choice("channels", self.channels, CHANNELS)
        check_range("num_classes", self.num_classes, 0, 100_000)
        check_choice("takes", self.takes, TAKES)
        if self.family in TRANSLATORS and self.takes != "picture":
            raise ValueError(f"takes is {self.takes!r}; {self.family} takes a picture.")
        check_choice("in_channels", self.in_channels, (0,) if self.takes == "latent" else CHANNELS)
        if self.premultiplied and self.channels != 4:
            raise ValueError(f"premultiplied is true, which needs 4 channels; there are {self.channels}.")
        check_range("z_dim", self.z_dim, 1 if self.takes == "latent" else 0, 8192)

    def to_json(self) -> dict[str, Any]:
        """The fields as a JSON object.

        What version 0.3 did not have is left out: `takes` and `in_channels` of a latent generator, and
        `premultiplied` if it is false.
        """
        data = {key: value for key, value in vars(self).items() if key != "format"}
        if self.takes == "latent":
            del data["takes"], data["in_channels"]
        if not self.premultiplied:
            del data["premultiplied"]
        return data

    @classmethod
    def from_json(cls, data: dict) -> ModelSpec:
        return from_json(cls, data)
