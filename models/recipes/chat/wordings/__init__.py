"""Further training wordings, intent by intent: data alone, in the patterns of grammar.py.

Written apart from the test's wordings, by writers who had not seen them; the modules that know the intents take them in.
"""
