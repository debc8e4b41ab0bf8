"""Fixtures of all tests: a cache of their own, one thread, no telemetry, and tiny data that needs no download."""

import os
import tempfile

# Before anything imports torch, gradio or huggingface_hub; processes that tests start inherit it.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
_cache = tempfile.TemporaryDirectory(prefix="ganapp-test-cache-")
os.environ["GANAPP_CACHE"] = _cache.name

from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared_data():
    """The folder ../shared/data; skips where this checkout has none."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED


def tiny_images(count=64, resolution=32, channels=3):
    """uint8 (N, C, H, W): a soft spot, at a place and of a colour that go with its class (one of 4), plus grain."""
    random = np.random.RandomState(7)
    labels = np.arange(count) % 4
    at = np.arange(resolution)
    x, y = (0.25 + 0.5 * (labels % 2)) * resolution, (0.25 + 0.5 * (labels // 2)) * resolution
    distance = (at[None, None, :] - x[:, None, None]) ** 2 + (at[None, :, None] - y[:, None, None]) ** 2
    spot = np.exp(-distance / (resolution / 6) ** 2)
    colour = 0.3 + 0.7 * random.rand(count, channels)
    images = 255 * spot[:, None] * colour[:, :, None, None] + 8 * random.rand(
        count, channels, resolution, resolution
    )
    return images.clip(0, 255).astype(np.uint8), labels.astype(np.int64)


@pytest.fixture
def tiny_dataset():
    """make(count=64, resolution=32, channels=3, labels=True) -> an ImageDataset in memory with classes a, b, c, d."""
    from ganapp.data import ImageDataset, Images

    def make(count=64, resolution=32, channels=3, labels=True):
        images, classes = tiny_images(count, resolution, channels)
        return ImageDataset(
            "tiny", Images(images), classes if labels else None, tuple("abcd") if labels else ()
        )

    return make


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """64 PNGs of 32×32 in colour, in the class folders a, b, c, d."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("pictures")
    images, labels = tiny_images()
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = folder / "abcd"[label] / f"{i:02d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image.transpose(1, 2, 0)).save(path)
    return folder


def latent_source(draw, config, labels=None):
    """The batch source of a GAN on the CPU: draw(nimg, size) gives real images; labels (M,) are the data's classes."""
    import torch

    from ganapp.training.batch_source import LatentSource

    return LatentSource(draw, config.z_dim, torch.device("cpu"), labels)


TINY_ARGS = {
    "mlp": ({"hidden": [16, 24]}, {"hidden": [24, 16], "dropout": 0.3}),
    "dcgan": ({"width": 4}, {"width": 4}),
    "resnet": ({"widths": [8] * 4, "embed_dim": 8}, {"widths": [8] * 4}),
    "progan": ({"fmap_base": 64, "fmap_max": 8}, {"fmap_base": 64, "fmap_max": 8}),
    "stylegan2": (
        {"w_dim": 16, "channel_base": 256, "channel_max": 8},
        {"channel_base": 256, "channel_max": 8},
    ),
    "r3gan": ({"widths": [16, 16, 8, 8], "blocks": 1}, {"widths": [16, 16, 8, 8], "blocks": 1}),
}


@pytest.fixture
def tiny_config():
    """make(family="dcgan", **changes) -> a TrainConfig of a few thousand weights at 32×32, everything decided."""
    from ganapp.config import TrainConfig

    def make(family="dcgan", **changes):
        g_args, d_args = TINY_ARGS[family]
        fields = {
            "family": family,
            "channels": 3,
            "num_classes": 4,
            "z_dim": 8,
            "g_args": g_args,
            "d_args": d_args,
        }
        fields |= {"batch": 8, "precision": "fp32", "threads": 1, "device": "cpu", "seed": 1}
        return TrainConfig(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def hub_server():
    from hub_server import serve

    with serve() as hub:
        yield hub


@pytest.fixture
def empty_hub(hub_server, tmp_path, monkeypatch):
    """A Hub on 127.0.0.1 without a repository; huggingface_hub's client isolated from this machine's own settings."""
    from huggingface_hub import close_session, constants

    hub_server.reset()
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "SPACE_ID", "GANAPP_MAX_DOWNLOAD_MB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", hub_server.url + "/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    close_session()
    yield hub_server
    close_session()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty current folder, so that names are not found by accident."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
