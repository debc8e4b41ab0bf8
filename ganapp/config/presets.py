"""Presets: named configurations, each with its source. What a user sets beats what a preset sets.

A preset beginning with tutorial- is what that tutorial says, corrected only where it does not run at all; the
one ending in -fixed has one change more. A preset names no data: choose MNIST or CIFAR-10 where its source
does.
"""

from __future__ import annotations

from .picture_presets import PICTURE_PRESETS
from .preset import Preset
from .preset import row as _row
from .train_config import TrainConfig

_R3_32 = {"widths": [128, 96, 64, 32], "blocks": 1}
_R3_64 = {"widths": [256, 256, 128, 96, 64], "blocks": 2}
_R3_PAPER = {"blocks": 2, "block": "bottleneck", "expansion": 2, "group_size": 16}
_R3_CIFAR = {**_R3_PAPER, "widths": [768, 768, 768, 768]}
_R3_FFHQ64 = {**_R3_PAPER, "widths": [768, 768, 768, 768, 384]}
_R3_FFHQ256 = {**_R3_PAPER, "widths": [768, 768, 768, 768, 384, 192, 96]}
_MLP_G = {"hidden": [256, 512, 1024], "norm": "none"}
_MLP_D = {"hidden": [1024, 512, 256]}
_SMALL_G = {"hidden": [128, 256], "norm": "none"}
_SMALL_D = {"hidden": [256, 128]}
_BIGGAN_G = {"spectral": True, "embed_dim": 128, "hierarchical": True, "init": "orthogonal"}
_DENSE_G = {"stem": "dense", "width": 128}
_DENSE_D = {"norm": "none", "width": 128, "dropout": 0.3}

# fmt: off
PRESETS: dict[str, Preset] = {
    "mlp-28": _row(
        "A fully connected network for 28-pixel digits: the first GAN, and the fastest.",
        "Goodfellow 2014; R1: Mescheder 2018", 50, 1000,
        family="mlp", resolution=28, z_dim=64,
        loss="non_saturating", r1=1.0, r1_interval=8, batch=64, g_lr=3e-4, d_lr=3e-4, beta1=0.0, beta2=0.99,
        ema_kimg=10,
    ),
    "dcgan-32": _row(
        "Strided convolutions with batch normalization in both networks, as in the paper.",
        "Radford 2016", 10, 200,
        family="dcgan", resolution=32, z_dim=100,
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=5,
    ),
    "dcgan-r1-32": _row(
        "DCGAN's layers with R1 in place of the discriminator's batch norm and a narrow generator: sharp "
        "pictures in minutes, steady for hours.",
        "Mescheder 2018; lazy R1: Karras 2020; widths, rates and γ by trials (benchmarks/quality.py)",
        10, 150,
        family="dcgan", resolution=32, z_dim=100, g_args={"width": 32}, d_args={"norm": "none"},
        loss="non_saturating", r1=2.0, r1_interval=8, batch=32, g_lr=1e-3, d_lr=1e-3, beta1=0.0, beta2=0.99,
        ema_kimg=8, burn_in_kimg=200, lr_final=0.2, gamma_final=0.25,
    ),
    "dcgan-r1-64": _row(
        "The same at 64 pixels: for a GPU, or a patient CPU.",
        "Mescheder 2018; lazy R1: Karras 2020; widths, rates and γ by trials", 20, 400,
        family="dcgan", resolution=64, z_dim=128, g_args={"width": 40}, d_args={"norm": "none", "width": 40},
        loss="non_saturating", r1=4.0, r1_interval=8, batch=32, g_lr=5e-4, d_lr=5e-4, beta1=0.0, beta2=0.99,
        ema_kimg=10, burn_in_kimg=500, lr_final=0.2, gamma_final=0.25,
    ),
    "r3gan-32": _row(
        "A modern residual network without normalization: slower, with theory on its side.",
        "Huang 2024, narrowed for a CPU", 60, 800,
        family="r3gan", resolution=32, z_dim=64, g_args=_R3_32, d_args=_R3_32,
        loss="relativistic", r1=4.0, r2=4.0, r1_interval=4, r2_interval=4, batch=32, g_lr=5e-4, d_lr=5e-4,
        beta1=0.0, beta2=0.99, ema_kimg=10, burn_in_kimg=400, lr_final=0.4, gamma_final=0.25,
    ),
    "r3gan-64": _row(
        "The residual network at 64 pixels, sized for a GPU.",
        "Huang 2024, narrowed", 200, 5000,
        family="r3gan", resolution=64, z_dim=64, g_args=_R3_64, d_args=_R3_64,
        loss="relativistic", r1=8.0, r2=8.0, r1_interval=4, r2_interval=4, batch=64, g_lr=2e-4, d_lr=2e-4,
        beta1=0.0, beta2=0.99, ema_kimg=50, burn_in_kimg=2000, lr_final=0.25, gamma_final=0.1,
    ),

    "resnet-32": _row(
        "Residual networks with spectral normalization and the hinge loss, sized for a CPU.",
        "Miyato 2018, narrowed", 40, 500,
        family="resnet", resolution=32, z_dim=128, g_args={"width": 64, "embed_dim": 0}, d_args={"width": 64},
        loss="hinge", batch=32, g_lr=4e-4, d_lr=4e-4, beta1=0.0, beta2=0.9, ema_kimg=8,
    ),
    "progan-32": _row(
        "Growing from 4 to 32 pixels, one resolution fading in after the other, sized for a CPU.",
        "Karras 2018, narrowed and hurried", 60, 500,
        family="progan", resolution=32, z_dim=128,
        loss="wasserstein", gp=10.0, drift=0.001, grow_kimg=15, batch=16, g_lr=1e-3, d_lr=1e-3, beta1=0.0,
        beta2=0.99, ema_kimg=4,
    ),
    "stylegan2-32": _row(
        "Styles, noise and lazy R1 at 32 pixels, sized for a CPU.",
        "Karras 2020, narrowed", 60, 800,
        family="stylegan2", resolution=32, z_dim=128,
        g_args={"w_dim": 128, "channel_base": 1024, "channel_max": 128},
        d_args={"channel_base": 1024, "channel_max": 128},
        loss="non_saturating", r1=1.0, r1_interval=16, batch=32, g_lr=2e-3, d_lr=2e-3, beta1=0.0, beta2=0.99,
        ema_kimg=8,
    ),

    "tutorial-mlp": _row(
        "The best-known tutorial network: nothing had to be corrected for it to run, but it collapses to "
        "one digit.",
        "100-256-512-1024-784, LeakyReLU 0.2, cross-entropy, Adam 2e-4, batch 64, MNIST; collapse seen here",
        20, 150,
        family="mlp", resolution=28, conditional=False, z_dim=100, g_args=_MLP_G, d_args=_MLP_D,
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, beta1=0.9, ema_kimg=0,
    ),
    "tutorial-mlp-fixed": _row(
        "The same networks with the smallest change that makes them learn: Adam's β1 is 0.5 instead of its "
        "default 0.9.",
        "β1 0.5: Radford 2016, section 4; seen here: 6 digits of 10 after 50,000 images", 50, 400,
        family="mlp", resolution=28, conditional=False, z_dim=100, g_args=_MLP_G, d_args=_MLP_D,
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, beta1=0.5, ema_kimg=0,
    ),
    "tutorial-mlp-small": _row(
        "Two hidden layers each, one logit loss for real and one for generated digits: nothing had to be "
        "corrected, but it collapses.",
        "G 128-256-784, D 256-128-1, cross-entropy, Adam 2e-4, batch 64, MNIST; collapse seen here", 20, 150,
        family="mlp", resolution=28, conditional=False, z_dim=100, g_args=_SMALL_G, d_args=_SMALL_D,
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, beta1=0.9, ema_kimg=0,
    ),
    "tutorial-mlp-small-fixed": _row(
        "The same networks with the smallest change that makes them learn: Adam's β1 is 0.5 instead of its "
        "default 0.9.",
        "β1 0.5: Radford 2016, section 4; seen here: all ten digits after 200,000 images", 50, 400,
        family="mlp", resolution=28, conditional=False, z_dim=100, g_args=_SMALL_G, d_args=_SMALL_D,
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, beta1=0.5, ema_kimg=0,
    ),
    "tutorial-dcgan-dense": _row(
        "A DCGAN with a dense first layer and dropout in D, corrected in that D's step now sees fakes, "
        "which as published it never did.",
        "dense 4×4×512, three transposed convolutions, dropout 0.3 in D, five D steps, Adam 1e-4 "
        "β1 0.5; seen here: one texture for every z after 48,000 images, with one step of D as "
        "with five", 100, 1000,
        family="dcgan", resolution=32, conditional=False, z_dim=100, g_args=_DENSE_G, d_args=_DENSE_D,
        loss="non_saturating", batch=64, d_steps=5, g_lr=1e-4, d_lr=1e-4, ema_kimg=0,
    ),
    "tutorial-dcgan-dense-fixed": _row(
        "The same networks with the smallest change that makes them learn: batch normalization in D, too.",
        "Radford 2016, section 3; seen here: pictures that differ after 48,000 images, where "
        "without it all are one", 50, 1000,
        family="dcgan", resolution=32, conditional=False, z_dim=100, g_args=_DENSE_G,
        d_args={**_DENSE_D, "norm": "batch"},
        loss="non_saturating", batch=64, d_steps=5, g_lr=1e-4, d_lr=1e-4, ema_kimg=0,
    ),
    "tutorial-dcgan": _row(
        "A DCGAN for CIFAR-10, corrected twice: D flattened 2×2×512 into Linear(512, 1), and "
        "D(fake.detach()) gave G no gradient.",
        "G 256-128-64, D 64-128-256-512, batch norm, cross-entropy, Adam 2e-4 β1 0.5, CIFAR-10; "
        "seen here: it learns as corrected", 20, 500,
        family="dcgan", resolution=32, conditional=False, z_dim=100, g_args={"width": 64},
        d_args={"width": 64, "end": 2},
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=0,
    ),
    "tutorial-dcgan-fixed": _row(
        "The same networks, trained alike: corrected, they learn; one change more draws from a moving "
        "average of G's weights, steadier than the last step.",
        "averaging: Yazıcı 2019", 10, 300,
        family="dcgan", resolution=32, conditional=False, z_dim=100, g_args={"width": 64},
        d_args={"width": 64, "end": 2},
        loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=5,
    ),

    "lsgan": _row(
        "Squared errors in place of cross-entropy: gradients that do not vanish where D is sure.",
        "Mao 2017, eq. 9 (a = 0, b = c = 1), on DCGAN's layers", 10, 300,
        family="dcgan", resolution=32, conditional=False, z_dim=100,
        loss="least_squares", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=5,
    ),
    "wgan": _row(
        "The Wasserstein distance by clipping D's weights: slow and steady, with a loss that means "
        "something.",
        "Arjovsky 2017, algorithm 1 (clip 0.01, five D steps, 5e-5), Adam without momentum for RMSProp",
        200, 3000,
        family="dcgan", resolution=32, conditional=False, z_dim=100,
        loss="wasserstein", weight_clip=0.01, batch=64, d_steps=5, g_lr=5e-5, d_lr=5e-5, beta1=0.0,
        beta2=0.99, ema_kimg=20,
    ),
    "wgan-gp": _row(
        "The Wasserstein distance by a gradient penalty, on residual networks, for a GPU.",
        "Gulrajani 2017, appendix F (CIFAR-10; published without averaging)", 200, 5000,
        family="resnet", resolution=32, conditional=False, z_dim=128,
        g_args={"widths": [128] * 4, "embed_dim": 0},
        d_args={"widths": [128] * 4, "norm": "none", "pool": "mean"},
        kimg=32_000, loss="wasserstein", gp=10.0, batch=64, d_steps=5, g_lr=2e-4, d_lr=2e-4, beta1=0.0,
        beta2=0.9, ema_kimg=20, burn_in_kimg=32_000, lr_final=0.0001,
    ),
    "cgan": _row(
        "The first GAN that is told the class, by concatenation in both networks.",
        "Mirza & Osindero 2014, section 4.1 (1200 units, dropout); LeakyReLU and Adam for maxout and SGD",
        100, 2000,
        family="mlp", resolution=28, z_dim=100, g_args={"hidden": [1200]},
        d_args={"hidden": [1200, 240], "dropout": 0.5},
        loss="non_saturating", batch=100, g_lr=2e-4, d_lr=2e-4, ema_kimg=10,
    ),
    "acgan": _row(
        "The discriminator also names the class, and the generator is rewarded for images that it can name.",
        "Odena 2017, section 3, on DCGAN's layers (Adam 2e-4 β1 0.5, batch 100, dropout 0.5)", 20, 500,
        family="dcgan", resolution=32, z_dim=110, d_args={"head": "classifier", "dropout": 0.5},
        loss="non_saturating", class_term="cross_entropy", batch=100, g_lr=2e-4, d_lr=2e-4, ema_kimg=5,
    ),
    "sngan": _row(
        "Spectral normalization holds every layer of a residual discriminator to slope 1, for a GPU.",
        "Miyato 2018, table 4 (CIFAR-10 ResNet; published without averaging)", 200, 5000,
        family="resnet", resolution=32, conditional=False, z_dim=128,
        g_args={"widths": [256] * 4, "embed_dim": 0}, d_args={"widths": [128] * 4},
        kimg=32_000, loss="hinge", batch=64, d_steps=5, g_lr=2e-4, d_lr=2e-4, beta1=0.0, beta2=0.9,
        ema_kimg=20, burn_in_kimg=32_000, lr_final=0.0001,
    ),
    "sagan": _row(
        "Self-attention, spectral normalization in both networks and two learning rates, at 128 pixels for "
        "a GPU.",
        "Zhang 2019, section 5 (ImageNet 128)", 2000, 50_000,
        family="resnet", resolution=128, z_dim=128,
        g_args={"widths": [1024, 1024, 512, 256, 128, 64], "spectral": True, "attention": 32, "embed_dim": 0},
        d_args={"widths": [64, 128, 256, 512, 1024, 1024], "end_size": 4, "attention": 32},
        kimg=256_000, loss="hinge", batch=256, g_lr=1e-4, d_lr=4e-4, beta1=0.0, beta2=0.9, ema_kimg=500,
    ),
    "biggan": _row(
        "The same, wider, with a shared embedding, latents for every block and orthogonal regularization, "
        "for several GPUs.",
        "Brock 2019, table 4 and appendix C (BigGAN 128, batch 2048)", 10_000, 300_000,
        family="resnet", resolution=128, z_dim=120,
        g_args={**_BIGGAN_G, "widths": [1536, 1536, 768, 384, 192, 96], "attention": 64},
        d_args={
            "widths": [96, 192, 384, 768, 1536, 1536], "end_size": 4, "attention": 64, "init": "orthogonal",
        },
        kimg=600_000, loss="hinge", orthogonal=1e-4, batch=2048, d_steps=2, g_lr=5e-5, d_lr=2e-4, beta1=0.0,
        ema_kimg=10_000,
    ),
    "contragan": _row(
        "Images are pulled towards their class and away from the others, on BigGAN's layers for a GPU.",
        "Kang & Park 2020, CIFAR-10 (StudioGAN, CIFAR10/ContraGAN.json)", 200, 10_000,
        mirror=True, family="resnet", resolution=32, z_dim=80,
        g_args={**_BIGGAN_G, "widths": [384] * 4, "attention": 16},
        d_args={"widths": [192] * 4, "attention": 16, "head": "contrastive", "init": "orthogonal"},
        kimg=32_000, loss="hinge", class_term="contrastive", batch=64, d_steps=5, g_lr=2e-4, d_lr=2e-4,
        ema_kimg=2200,
    ),
    "progan": _row(
        "Grown from 4 to 256 pixels, one resolution fading in after the other, for a GPU.",
        "Karras 2018, table 2 and appendix A.1 (WGAN-GP, 800,000 images a stage)", 800, 10_000,
        family="progan", resolution=256, conditional=False, z_dim=512,
        g_args={"fmap_base": 8192, "fmap_max": 512}, d_args={"fmap_base": 8192, "fmap_max": 512},
        kimg=20_000, loss="wasserstein", gp=10.0, drift=0.001, grow_kimg=800, batch=16, g_lr=1e-3, d_lr=1e-3,
        beta1=0.0, beta2=0.99, ema_kimg=10,
    ),
    "stylegan2": _row(
        "Styles, noise, path-length regularization and lazy R1 at 256 pixels, for a GPU.",
        "Karras 2020, config F, in the size of StyleGAN2-ADA's paper256", 500, 10_000,
        mirror=True, family="stylegan2", resolution=256, conditional=False, z_dim=512,
        g_args={"w_dim": 512, "mapping_layers": 8, "channel_base": 16_384, "channel_max": 512},
        d_args={"channel_base": 16_384, "channel_max": 512, "stddev": 8},
        kimg=25_000, loss="non_saturating", r1=1.0, r1_interval=16, path_length=2.0, path_length_interval=4,
        batch=64, g_lr=2.5e-3, d_lr=2.5e-3, beta1=0.0, beta2=0.99, ema_kimg=20,
    ),
    "stylegan2-ada": _row(
        "StyleGAN2 for small pictures, with augmentation that adapts to how sure D is, for a GPU.",
        "Karras 2020, StyleGAN2-ADA, configuration cifar", 500, 20_000,
        family="stylegan2", resolution=32, z_dim=512,
        g_args={"w_dim": 512, "mapping_layers": 2, "channel_base": 32_768, "channel_max": 512, "mixing": 0.0},
        d_args={
            "arch": "orig", "channel_base": 32_768, "channel_max": 512, "stddev": 32, "mapping_layers": 8,
        },
        kimg=100_000, loss="non_saturating", r1=0.01, r1_interval=16, augment="ada", batch=64, g_lr=2.5e-3,
        d_lr=2.5e-3, beta1=0.0, beta2=0.99, ema_kimg=500,
    ),
    "r3gan-cifar10": _row(
        "The paper's residual network for CIFAR-10, for several GPUs.",
        "Huang 2024, CIFAR-10 (R3GAN/train.py, CIFAR10); DiffAugment for its scheduled augmentation",
        500, 20_000,
        mirror=True, family="r3gan", resolution=32, z_dim=64, g_args={**_R3_CIFAR, "embed_dim": 64},
        d_args={**_R3_CIFAR, "embed_dim": 768},
        kimg=100_000, loss="relativistic", r1=0.05, r2=0.05, batch=512, augment="diffaugment", g_lr=2e-4,
        d_lr=2e-4, beta1=0.0, beta2=0.99, ema_kimg=5000, burn_in_kimg=20_000, lr_final=0.25, gamma_final=0.1,
    ),
    "r3gan-ffhq-64": _row(
        "The paper's residual network for faces of 64 pixels, for several GPUs.",
        "Huang 2024, FFHQ-64 (R3GAN/train.py, FFHQ-64); DiffAugment for its scheduled augmentation",
        500, 20_000,
        mirror=True, family="r3gan", resolution=64, conditional=False, z_dim=64, g_args=_R3_FFHQ64,
        d_args=_R3_FFHQ64,
        kimg=100_000, loss="relativistic", r1=2.0, r2=2.0, batch=256, augment="diffaugment", g_lr=2e-4,
        d_lr=2e-4, beta1=0.0, beta2=0.99, ema_kimg=500, burn_in_kimg=20_000, lr_final=0.25, gamma_final=0.1,
    ),
    "r3gan-ffhq-256": _row(
        "The paper's residual network for faces of 256 pixels, for several GPUs.",
        "Huang 2024, FFHQ-256 (R3GAN/train.py, FFHQ-256); DiffAugment for its scheduled augmentation",
        500, 20_000,
        mirror=True, family="r3gan", resolution=256, conditional=False, z_dim=64, g_args=_R3_FFHQ256,
        d_args=_R3_FFHQ256,
        kimg=100_000, loss="relativistic", r1=150.0, r2=150.0, batch=256, augment="diffaugment", g_lr=2e-4,
        d_lr=2e-4, beta1=0.0, beta2=0.99, ema_kimg=500, burn_in_kimg=20_000, lr_final=0.25, gamma_final=0.1,
    ),
}
# fmt: on
PRESETS |= PICTURE_PRESETS


def preset_config(name: str) -> TrainConfig:
    """The configuration of a preset.

    Raises ValueError (message fit for the user) if there is no preset of that name.
    """
    if name not in PRESETS:
        raise ValueError(f"preset is {name!r}; it must be one of {', '.join(PRESETS)}.")
    return PRESETS[name].config.replace(preset=name)


def default_preset(has_gpu: bool) -> str:
    """The preset for whatever data is chosen."""
    return "dcgan-r1-64" if has_gpu else "dcgan-r1-32"
