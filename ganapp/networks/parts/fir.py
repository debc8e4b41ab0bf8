"""Resampling by two with StyleGAN2's low-pass filter [1, 3, 3, 1] (Karras 2020, arXiv 1912.04958).

Zero insertion and decimation happen inside a depthwise convolution, so that no value is computed in vain. No
custom operators.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

TAPS = (1.0, 3.0, 3.0, 1.0)


class FIR(nn.Module):
    """x (N, C, H, W) -> each channel filtered by a kernel of sum 1, times `gain`.

    With padding 1 the result is (N, C, 2H, 2W) for up=2 and (N, C, H/2, W/2) for down=2. With neither it is H
    + 2·padding - 3 high, for a strided convolution that follows. Upsampling inserts zeros for three of four
    values; gain 4 makes up for them.
    """

    def __init__(self, up: int = 1, down: int = 1, padding: int = 1, gain: float = 1.0):
        super().__init__()
        self.up, self.down, self.padding = up, down, padding
        taps = torch.tensor(TAPS) / sum(TAPS)
        self.register_buffer("kernel", gain * torch.outer(taps, taps)[None, None])  # (1, 1, 4, 4)

    def forward(self, x):
        # Autocast would round fp32 images to bf16 at every doubling.
        with torch.autocast(x.device.type, enabled=False):
            channels = x.shape[1]
            kernel = self.kernel.to(x.dtype).expand(channels, 1, -1, -1)
            if self.up == 2:  # the filter is symmetric: correlation, convolution and transposition agree
                return F.conv_transpose2d(x, kernel, stride=2, padding=self.padding, groups=channels)
            return F.conv2d(x, kernel, stride=self.down, padding=self.padding, groups=channels)


def upsample() -> FIR:
    """(N, C, H, W) -> (N, C, 2H, 2W). A constant stays constant but at the border: zeros are beyond."""
    return FIR(up=2, gain=4.0)


def downsample() -> FIR:
    """(N, C, H, W) -> (N, C, H/2, W/2)."""
    return FIR(down=2)
