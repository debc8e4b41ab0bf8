"""pixels.py: bytes to values and back, and that no other file does it by itself."""

import re
from pathlib import Path

import numpy as np
import torch

from ganapp.pixels import to_bytes, to_unit

ROOT = Path(__file__).resolve().parent.parent


def test_every_byte_comes_back_and_values_are_those_of_numpy():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(4, 64)
    values = to_unit(pixels)
    assert values.dtype == torch.float32 and (values.min(), values.max()) == (-1, 1)
    assert np.array_equal(values.numpy(), pixels.numpy().astype(np.float32) / 127.5 - 1)
    assert np.array_equal(to_unit(pixels.numpy()), values.numpy())
    assert to_bytes(values).equal(pixels) and np.array_equal(to_bytes(values.numpy()), pixels.numpy())


def test_what_is_too_bright_is_clamped_and_half_precision_is_widened_first():
    for x in (torch.tensor([-9.0, -1, 0, 1, 9]), np.array([-9.0, -1, 0, 1, 9])):
        assert to_bytes(x).tolist() == [0, 0, 128, 255, 255]
    x = torch.linspace(-1, 1, 999).bfloat16()
    assert to_bytes(x).equal(to_bytes(x.float()))


def test_no_other_file_converts_by_itself():
    """But for what has another scale: brightness around 0 in JPEG, and a share of 255 in a sentence."""
    own = {"pixels.py": 1, "degradations/functions.py": 3, "latents/fitting.py": 2}
    found = {}
    for path in (ROOT / "ganapp").rglob("*.py"):
        if count := len(re.findall(r"\b127\.5\b", path.read_text(encoding="utf-8"))):
            found[path.relative_to(ROOT / "ganapp").as_posix()] = count
    assert found == own
