from .wordings.relations_people import RELATIONS as _P
RELATIONS = [("x" + l, k, v, t, [q.replace("?", " ?") for q in a], s) for l, k, v, t, a, s in _P[:6]]
