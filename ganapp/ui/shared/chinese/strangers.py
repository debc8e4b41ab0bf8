"""What a foreign checkpoint is, in Chinese (generators/importers/reading/strangers.py); see __init__.py."""

SENTENCES = {
    "a Stable Diffusion checkpoint (a diffusion model, not a GAN)": (
        "Stable Diffusion 检查点（扩散模型，不是 GAN）"
    ),
    "a diffusion transformer (not a GAN)": "扩散 Transformer（不是 GAN）",
    "a diffusion model's UNet (diffusers; not a GAN)": "扩散模型的 UNet（diffusers；不是 GAN）",
    "a diffusion model (not a GAN)": "扩散模型（不是 GAN）",
    "a LoRA (small changes to another model), not a generator": "LoRA（对另一模型的小改动），不是生成器",
    "an autoencoder (VAE) of a diffusion model, not a GAN": "扩散模型的自编码器（VAE），不是 GAN",
    "a language or text model, not a generator of pictures": "语言或文本模型，不是图片生成器",
    "a part of a StyleGAN3 generator; its mapping and its synthesis are imported together": (
        "StyleGAN3 生成器的一部分；映射网络和合成网络须一起导入"
    ),
    (
        "a generator of lucidrains' stylegan2-pytorch without its mapping network (S or SE); import the "
        "file that its Trainer saved"
    ): "lucidrains 的 stylegan2-pytorch 生成器，但没有映射网络（S 或 SE）；请导入其 Trainer 保存的文件",
    "a network of facebookresearch/pytorch_GAN_zoo, of which only its PGAN can be imported": (
        "facebookresearch/pytorch_GAN_zoo 的网络，其中只能导入 PGAN"
    ),
    "a vision transformer (a classifier), not a generator": "视觉 Transformer（分类器），不是生成器",
    "a classifier, not a generator": "分类器，不是生成器",
    "a discriminator, not a generator": "判别器，不是生成器",
    "a generator from picture to picture (pix2pix, a UNet)": "从图片到图片的生成器（pix2pix，UNet）",
    "an autoencoder, not a GAN's generator": "自编码器，不是 GAN 的生成器",
    "a discriminator or a classifier (its layers go from a picture to few values), not a generator": (
        "判别器或分类器（各层从图片到少数几个值），不是生成器"
    ),
}
