"""Turns a clean page image into what a scanner makes of a printout: a little askew, a little uneven, a little noisy."""

from pathlib import Path

import numpy as np
from PIL import Image

SKEW_DEGREES = 0.7
NOISE = 3.0
GREYS = 16
SEED = 18


def scan(source: Path, target: Path) -> None:
    page = Image.open(source).convert("L")
    tilted = page.rotate(SKEW_DEGREES, resample=Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(tilted, dtype=np.float32)
    height, width = pixels.shape
    # Ink is not black, paper is not white, and the light falls off towards one corner.
    shade = 1 - 0.04 * (np.linspace(0, 1, height)[:, None] + np.linspace(0, 1, width)[None]) / 2
    pixels = (40 + pixels * (246 - 40) / 255) * shade
    pixels += np.random.default_rng(SEED).normal(0, NOISE, pixels.shape)
    # Few greys keep the file small; noise does not compress.
    step = 255 / (GREYS - 1)
    levels = np.clip(np.rint(pixels / step), 0, GREYS - 1).astype(np.uint8)
    image = Image.fromarray(levels, "P")
    image.putpalette([value for level in range(GREYS) for value in [round(level * step)] * 3])
    image.save(target, bits=4, optimize=True, dpi=(200, 200))
