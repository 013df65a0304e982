"""Whisper's log-mel picture of sound, and what happens to sound on its way to a microphone.

80 mels of 16 kHz: windows of 400 samples every 160, power, Slaney's mel scale and norm, log10, at most 8 below the loudest, then (x + 4) / 4.
A picture is kept as bytes, 0 for the floor and 255 for the loudest: 1/127 of the scale of the network's input.
"""
import functools

import numpy as np
import torch

RATE, WINDOW, HOP, MELS = 16000, 400, 160, 80


def mel_filters():
    """[201, 80]: triangles on Slaney's mel scale, each of unit area."""
    def to_hertz(mel):
        return np.where(mel < 15, 200 / 3 * mel, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    top = 15 + np.log(RATE / 2 / 1000) * 27 / np.log(6.4)
    edges = to_hertz(np.linspace(0, top, MELS + 2))
    slopes = edges[None] - bins[:, None]
    rise, fall = -slopes[:, :-2] / np.diff(edges)[:-1], slopes[:, 2:] / np.diff(edges)[1:]
    return (np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)


FILTERS = torch.from_numpy(mel_filters())
HANN = torch.hann_window(WINDOW)


def log_mel(sound):
    """[frames, 80] in log10, floored 8 below the loudest; `sound` is a float tensor at 16 kHz."""
    power = torch.stft(sound, WINDOW, HOP, window=HANN, return_complex=True)[:, :-1].abs() ** 2
    mel = (power.T @ FILTERS).clamp_min(1e-10).log10()
    return mel.clamp_min(mel.max() - 8)


def as_bytes(mel):
    """(bytes, loudest): the picture as it is kept."""
    top = mel.max()
    return ((mel - top + 8) * (255 / 8)).round().to(torch.uint8).numpy(), float(top)


def resampler(rate, width=12):
    """Windowed-sinc filters from `rate` to 16 kHz, one for each phase: [phases, taps] and the step."""
    common = np.gcd(rate, RATE)
    step, phases = rate // common, RATE // common
    cut = .97 * min(1, RATE / rate)
    reach = int(np.ceil(width / cut))
    time = np.arange(-reach, step + reach)[None] - np.arange(phases)[:, None] * step / phases
    window = np.cos(np.clip(time * cut / width, -1, 1) * np.pi / 2) ** 2
    # What the window leaves of the rest is not quite zero, and its products are numbers that processors are slow with.
    kernel = np.where(np.abs(time * cut) < width, np.sinc(time * cut) * cut * window, 0)
    return torch.from_numpy(kernel.astype(np.float32)).T.contiguous(), step, reach


def resample(sound, filters):
    kernel, step, reach = filters
    padded = torch.nn.functional.pad(sound, (reach, reach + step))
    return (padded.unfold(0, len(kernel), step).contiguous() @ kernel).flatten()


@functools.cache
def bank(slope):
    """A minute of noise whose power falls with the frequency to the power of `slope`, of unit power."""
    count = 1 << 20
    spectrum = np.fft.rfft(np.random.default_rng(slope).standard_normal(count))
    spectrum *= np.maximum(np.arange(len(spectrum)) * (RATE / count), 25) ** (-slope / 2)
    noise = np.fft.irfft(spectrum, count).astype(np.float32)
    return noise / noise.std()


def coloured(rng, count, slope):
    noise = bank(slope)
    start = rng.integers(len(noise) - count)
    return noise[start:start + count]


def worn(sound, rng, other=None):
    """`sound` (numpy, 16 kHz) as a microphone in some room may hear it: tone, echo, noise, another voice, a quiet recording."""
    count = len(sound)
    if rng.random() < .5:
        size = 1 << count.bit_length()
        spectrum = np.fft.rfft(sound, size)
        bins = np.arange(len(spectrum)) / len(spectrum)
        curve = np.interp(bins, np.sort(rng.random(6)), rng.uniform(-9, 9, 6)) + rng.uniform(-8, 8) * bins
        if rng.random() < .2:
            curve -= 40 * ((bins > rng.uniform(.42, .8)) | (bins < rng.uniform(0, .035)))
        sound = np.fft.irfft(spectrum * 10 ** (curve / 20), size)[:count]
    if rng.random() < .2:
        tail = int(rng.uniform(.05, .35) * RATE)
        room = rng.standard_normal(tail) * np.exp(-np.arange(tail) / tail * 6.9) * rng.uniform(.02, .08)
        room[0] = 1
        size = 1 << (count + tail).bit_length()
        sound = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[:count]
    level = sound.std() + 1e-9
    if rng.random() < .6:
        sound = sound + coloured(rng, count, int(rng.choice([0, 1, 1, 2]))) * level * 10 ** (-rng.uniform(6, 45) / 20)
    if other is not None and rng.random() < .1:
        sound = sound + np.resize(other, count) * (level / (other.std() + 1e-9)) * 10 ** (-rng.uniform(14, 30) / 20)
    if rng.random() < .1:
        sound = np.round(sound / np.abs(sound).max() * 127) / 127
    return sound.astype(np.float32)
