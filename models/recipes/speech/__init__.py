"""The recipe of kindling-whisper: espeak-ng speech, a tiny Whisper, trained from random numbers."""
