"""espeak-ng through its library: who speaks, how fast, and which sounds he makes.

The voices and speeds of training and of evaluation have nothing in common: TRAIN and HELD name different variants, training speaks at
multiples of ten words a minute and the evaluation halfway between. `+VARIANT` is espeak-ng's own way to change formants, pitch and timbre.
"""
import ctypes
import functools

import numpy as np

LIBRARY = "libespeak-ng.so.1"
ACCENTS = {"en-us": 9, "en": 5, "en-gb-x-rp": 3, "en-us-nyc": 2, "en-gb-scotland": 2, "en-029": 1, "en-gb-x-gbcwmd": 1}
TRAIN = ["", "m1", "m2", "m4", "m5", "m6", "m8", "f1", "f3", "f5", "Alex", "Alicia", "Andrea", "Denis", "Gene", "Jacky", "Lee", "Mario", "Michael",
         "Mr serious", "Storm", "adam", "anika", "announcer", "aunty", "belinda", "boris", "caleb", "david", "edward", "grandma", "iven", "iven3",
         "john", "klatt", "klatt3", "linda", "marcelo", "max", "michel", "norbert", "paul", "quincy", "rob", "shelby", "steph", "travis"]
HELD = ["m3", "m7", "f2", "f4", "Andy", "Annie", "Hugo", "Marco", "Mike", "antonio", "benjamin", "ed", "edward2", "grandpa", "klatt2", "steph2", "robert",
        "victor", "sandro", "miguel"]
HELD_ACCENTS = {"en-us": 3, "en": 2, "en-gb-x-rp": 1}
TRAIN_RATES = range(120, 231, 10)
HELD_RATES = range(135, 206, 10)
RATE, PITCH, RANGE = 1, 3, 4
WORD_EVENT, SOUND_EVENT = 1, 7


class Event(ctypes.Structure):
    """espeak_EVENT: what happens when."""
    _fields_ = [("type", ctypes.c_int), ("unique", ctypes.c_uint), ("place", ctypes.c_int), ("length", ctypes.c_int), ("ms", ctypes.c_int),
                ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8)]


class Speaker:
    """The library, started once: one clip after the other in this process."""

    def __init__(self):
        self.library = ctypes.CDLL(LIBRARY)
        self.rate = self.library.espeak_Initialize(2, 0, None, 1)      # 2: synchronous, samples come to the callback; 1: sounds as events
        if self.rate <= 0:
            raise OSError("espeak-ng does not start")
        self.heard, self.words, self.sounds = [], [], []
        self.take = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))(self.hear)
        self.library.espeak_SetSynthCallback(self.take)

    def hear(self, samples, count, events):
        if samples and count > 0:
            self.heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while events and events[at].type:
            event = events[at]
            if event.type == WORD_EVENT:
                self.words.append((event.place - 1, event.ms))
            elif event.type == SOUND_EVENT:
                self.sounds.append((event.name.decode(errors="replace"), event.ms))
            at += 1
        return 0

    def voice(self, accent, variant):
        name = accent + ("+" + variant if variant else "")
        if self.library.espeak_SetVoiceByName(name.encode()) != 0:
            raise ValueError(f"no voice {name}")

    def say(self, text, rate, pitch=50, spread=50):
        """Samples in -1..1 at `self.rate`. `words` then has (letter, ms) of each word's beginning, `sounds` (name, ms) of each sound's."""
        for parameter, value in ((RATE, rate), (PITCH, pitch), (RANGE, spread)):
            self.library.espeak_SetParameter(parameter, value, 0)
        self.heard, self.words, self.sounds = [], [], []
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, len(data), 0, 0, 0, 1, None, None)      # 1: UTF-8
        return np.concatenate(self.heard).astype(np.float32) / 32768 if self.heard else np.zeros(0, np.float32)


@functools.cache
def drawn(weights):
    return [name for name, weight in weights for _ in range(weight)]


def draw(rng, held=False):
    """(accent, variant, words a minute, pitch, pitch range) of one clip."""
    accents = drawn(tuple((HELD_ACCENTS if held else ACCENTS).items()))
    return (rng.choice(accents), rng.choice(HELD if held else TRAIN), rng.choice(HELD_RATES if held else TRAIN_RATES),
            rng.randint(30, 70), rng.randint(30, 70))
