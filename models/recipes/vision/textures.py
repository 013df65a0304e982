"""Textured grounds for training: each gives parts from 0 to 1, [h, w], between two colours. The held-out pictures have others (`held.py`)."""
import numpy as np


def levelled(noise):
    """`noise` around a half, two deviations each way."""
    return (.5 + noise / (4 * noise.std() + 1e-9)).clip(0, 1)


def labyrinth(rng, w, h):
    """Noise of about one frequency, longer in one direction than across."""
    spectrum = np.fft.rfft2(rng.standard_normal((h, w)))
    turn, ratio, rate, wide = rng.uniform(0, 3.14), rng.uniform(.25, 1), rng.uniform(2, 14), rng.uniform(.8, 4)
    ys, xs = np.fft.fftfreq(h)[:, None] * h, np.fft.rfftfreq(w)[None] * w
    along, across = xs * np.cos(turn) + ys * np.sin(turn), (ys * np.cos(turn) - xs * np.sin(turn)) * ratio
    return levelled(np.fft.irfft2(spectrum * np.exp(-((np.hypot(along, across) - rate) / wide) ** 2), (h, w)))


def clouds(rng, w, h):
    """Noise that is stronger the larger it is."""
    spectrum = np.fft.rfft2(rng.standard_normal((h, w)))
    ys, xs = np.fft.fftfreq(h)[:, None] * h, np.fft.rfftfreq(w)[None] * w
    return levelled(np.fft.irfft2(spectrum * np.maximum(np.hypot(xs, ys), 1) ** -rng.uniform(.6, 2), (h, w)))


def cells(rng, w, h):
    """Pieces of ground, each nearer to its own point than to others, with cracks at times."""
    count = int(rng.integers(5, 22))
    ys, xs = np.mgrid[:h, :w].astype(np.float32) / h
    away = np.stack([np.hypot(xs - x, ys - y) for x, y in rng.random((count, 2))])
    part = rng.random(count)[away.argmin(0)]
    if rng.random() < .6:
        first, second = np.partition(away, 1, 0)[:2]
        part = np.where(second - first < .02, 1, part * .5)
    return part


def plaid(rng, w, h):
    """Bands of different widths that cross."""
    bands = [np.interp(np.arange(side) / side, np.sort(rng.random(9)), rng.random(9)).round(1) for side in (h, w)]
    return (bands[0][:, None] + bands[1][None]) / 2


TEXTURES = [labyrinth, clouds, cells, plaid]
