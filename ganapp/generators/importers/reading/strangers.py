"""Names networks that are no generator of a known layout, from the keys of their state dict.

What was found stands first in a message: a person who took the wrong file sees at once which one it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# (a pattern that some key must match, what such a network is), the most specific first
KINDS = (
    (r"^model\.diffusion_model\.", "a Stable Diffusion checkpoint (a diffusion model, not a GAN)"),
    (r"(^|\.)(double_blocks|single_blocks|joint_blocks)\.\d", "a diffusion transformer (not a GAN)"),
    (r"^(unet\.)?down_blocks\.\d+\..*time_emb", "a diffusion model's UNet (diffusers; not a GAN)"),
    (r"(^|\.)time_embed(ding)?\.|\.temb_proj\.|(^|\.)time_mlp\.|(^|\.)t_embedder\.",
     "a diffusion model (not a GAN)"),
    (r"lora_(up|down|A|B)\b|\.lora\.", "a LoRA (small changes to another model), not a generator"),
    (r"^(encoder|decoder)\.(down|up)_blocks\.|^(encoder|decoder)\.(down|up)\.\d|(^|\.)quant_conv\.",
     "an autoencoder (VAE) of a diffusion model, not a GAN"),
    (r"\.self_attn\.(q|k|v|qkv)_proj\.|^transformer\.(h|wte)\b|\.attention\.self\.query\.|^text_model\.",
     "a language or text model, not a generator of pictures"),
    (r"(^|\.)synthesis\.input\.freqs$",
     "a part of a StyleGAN3 generator; its mapping and its synthesis are imported together"),
    (r"^(G\.|GE\.)?blocks\.0\.to_style1\.",
     "a generator of lucidrains' stylegan2-pytorch without its mapping network (S or SE); import the file "
     "that its Trainer saved"),
    (r"^formatLayer\.|^main\.(batchNorm0|outlayer)\.",
     "a network of facebookresearch/pytorch_GAN_zoo, of which only its PGAN can be imported"),
    (r"^(vit|blocks\.\d+\.attn\.qkv|cls_token|visual\.)",
     "a vision transformer (a classifier), not a generator"),
    (r"^(layer[1-4]\.\d+\.conv1|features\.\d+\.|Mixed_5b|denseblock|features\.denseblock|conv_head|_conv_head)",
     "a classifier, not a generator"),
    (r"^(netD|D|disc|discriminator|critic)\.", "a discriminator, not a generator"),
    (r"^(fromRGB|from_rgb|b\d+\.fromrgb|b\d+\.from_rgb|final_conv|convs\.\d+\.conv2\.\d)|from_?rgb",
     "a discriminator, not a generator"),
    (r"^down\d+\.model\.|^model\.model\.1\.model\.3\.model",
     "a generator from picture to picture (pix2pix, a UNet)"),
    (r"^(encoder|decoder|fc_mu|fc_var|mu|logvar)\b", "an autoencoder, not a GAN's generator"),
)  # fmt: skip


def what_it_is(tensors: dict[str, Tensor]) -> str | None:
    """What a network with these tensors is, as words of a sentence; None if it is not known."""
    for pattern, what in KINDS:
        if any(re.search(pattern, key) for key in tensors):
            return what
    if _narrows_to_a_score(tensors):
        return "a discriminator or a classifier (its layers go from a picture to few values), not a generator"
    return None


def _narrows_to_a_score(tensors: dict[str, Tensor]) -> bool:
    """Whether the first matrix takes a picture and the last gives few values.

    The first is a convolution of few channels that become more, or a wide dense layer.
    """
    matrices = [
        t
        for k, t in tensors.items()
        if k.endswith(("weight", "weight_orig", "weight_bar")) and t.ndim in (2, 4)
    ]
    if len(matrices) < 2:
        return False
    first, last = matrices[0], matrices[-1]
    if first.ndim == 4:
        return first.shape[1] in (1, 2, 3, 4, 6) and first.shape[0] >= 8
    return first.shape[1] >= 4 * first.shape[0] or (first.shape[1] >= 784 and last.shape[0] <= 10)
