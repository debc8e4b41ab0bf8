"""FeatureHead: what a place of a generator's maps looks like, as a vector: the embedding of PatchNCE.

Park 2020 (arXiv 2007.15651), section 3.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn


class FeatureHead(nn.Module):
    """Maps by name (N, C, h, w) and places by name (P,) -> vectors by name, float32 (N, P, width), length 1.

    A network of two linear layers for each map. layers: the channels of the maps by name. A place is a number
    below h · w, row by row. Weights are Glorot's (2010). There are Σ (C + 1) · width + (width + 1) · width of
    them over the maps.
    """

    def __init__(self, layers: Mapping[str, int], width: int = 256):
        super().__init__()
        self.heads = nn.ModuleDict(
            {
                name: nn.Sequential(nn.Linear(channels, width), nn.ReLU(), nn.Linear(width, width))
                for name, channels in layers.items()
            }
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, maps: Mapping[str, Tensor], places: Mapping[str, Tensor]) -> dict[str, Tensor]:
        found = {}
        for name, head in self.heads.items():
            at = maps[name].permute(0, 2, 3, 1).flatten(1, 2)[:, places[name]]
            found[name] = F.normalize(head(at).float(), dim=2)
        return found
