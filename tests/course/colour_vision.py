"""How far colours are apart for readers with normal and with red-green colour vision."""

import numpy as np
from matplotlib.colors import to_rgb

# Linear RGB as people without green or red cones see it: Machado, Oliveira and Fernandes, "A
# physiologically-based model for simulation of color vision deficiency", 2009, severity 1.
VISIONS = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _XYZ.sum(1)


def cielab(colours, vision="normal"):
    """Convert colours of matplotlib to CIELAB (n, 3), as someone with this vision sees them."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = (linear @ VISIONS[vision].T).clip(0, 1)
    xyz = seen @ _XYZ.T / _WHITE
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def ciede2000(one, other):
    """Return the distance CIEDE2000 of CIELAB colours (..., 3), which broadcast.

    Source: Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005.
    """
    lightness, a, b = np.moveaxis(np.stack(np.broadcast_arrays(one, other)), -1, 0)
    mean_chroma = np.hypot(a, b).mean(0)
    a = a * (1 + 0.5 * (1 - _saturation(mean_chroma)))
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180
    turn = np.where(chroma.prod(0) == 0, 0, turn)
    mean_hue = np.where(chroma.prod(0) == 0, hue.sum(0), hue[0] + turn / 2)
    mean_lightness, mean_chroma = lightness.mean(0), chroma.mean(0)
    tone = (
        1
        - 0.17 * _cosine(mean_hue - 30)
        + 0.24 * _cosine(2 * mean_hue)
        + 0.32 * _cosine(3 * mean_hue + 6)
        - 0.20 * _cosine(4 * mean_hue - 63)
    )
    off = (mean_lightness - 50) ** 2
    light = (lightness[1] - lightness[0]) / (1 + 0.015 * off / np.sqrt(20 + off))
    strength = (chroma[1] - chroma[0]) / (1 + 0.045 * mean_chroma)
    shade = 2 * np.sqrt(chroma.prod(0)) * np.sin(np.radians(turn / 2))
    shade = shade / (1 + 0.015 * mean_chroma * tone)
    angle = 30 * np.exp(-((((mean_hue % 360) - 275) / 25) ** 2))
    rotation = -2 * _saturation(mean_chroma) * np.sin(np.radians(2 * angle))
    return np.sqrt(light**2 + strength**2 + shade**2 + rotation * strength * shade)


def _saturation(chroma):
    return np.sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _cosine(degrees):
    return np.cos(np.radians(degrees))


def distances(colours):
    """Return {vision: distances of all pairs of colours (n, n)}."""
    seen = {vision: cielab(colours, vision) for vision in VISIONS}
    return {vision: ciede2000(lab[:, None], lab[None]) for vision, lab in seen.items()}
