"""Word error rate."""
import re


def plain(text):
    """The words of `text`, without case and punctuation."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def distance(said, heard):
    """How many words must be put in, left out or changed to make `said` of `heard`."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def rate(pairs):
    """Word error rate of (said, heard) texts."""
    pairs = [(plain(said), plain(heard)) for said, heard in pairs]
    return sum(distance(*pair) for pair in pairs) / max(1, sum(len(said) for said, _ in pairs))
