"""Documents and questions written by hand, never trained on: the honest test of extractive answers.

Each question names the sentence that answers it by its first words, or None when nothing does.
"""

DOCUMENTS = {
    "The Marrow Lane allotments": "The allotments on Marrow Lane have forty-two plots of equal size. A plot costs thirty-five pounds a year, water included. "
                                  "Bonfires are only permitted between November and February. The gate is locked every night at ten, but plot holders get their own key. Mrs Aldous keeps the waiting list.",
    "Caring for a cast iron pan": "Wipe the pan with a thin film of oil after every wash. Never soak it in water overnight, because it will rust. "
                                  "If food sticks, heat a handful of coarse salt in it and rub the surface with a cloth. A new pan should be baked empty for one hour before its first use.",
    "The night bus N7": "The N7 runs between the central station and the university every forty minutes. The first bus leaves half an hour after midnight. "
                        "Normal day tickets are valid on board. On Sundays the route ends at the hospital because of road works.",
    "Sand martins": "Sand martins dig tunnels up to one metre long into steep river banks. They arrive from Africa in late March. "
                    "A colony may hold several hundred pairs. The birds feed on flying insects, which they catch over water.",
    "Parental leave": "Every employee may take up to fourteen weeks of parental leave. The request has to reach the personnel office two months in advance. "
                      "Salaries are paid in full for the first six weeks. Temporary staff are covered by the same rule.",
    "Otto Brandauer": "Otto Brandauer was a clockmaker who settled in Graz in 1871. His workshop supplied tower clocks to thirty-one churches. "
                      "He lost two fingers in an accident but continued to work. The town named a square after him.",
    "Backing up the server": "A full backup is made every Saturday night and kept for ninety days. To restore a single file, open the console and choose Recover. "
                             "Copies are stored in a second building across the river. When a backup fails, the administrator receives a message at once.",
    "Lentil stew": "Rinse the lentils and let them soak for twenty minutes. Fry two onions in butter until they are golden. "
                   "The stew simmers for three quarters of an hour. It feeds six hungry people and tastes even better the next day.",
    "The Tarn footbridge": "The footbridge over the Tarn was opened to walkers in 1998. It is one hundred and twelve metres long and sways a little in the wind. "
                           "Cyclists must dismount before crossing. In heavy storms the wardens close it.",
}
QUESTIONS = [
    ("How many plots are there on Marrow Lane?", "The allotments"), ("What does a plot cost per year?", "A plot costs"), ("When are bonfires permitted?", "Bonfires"), ("Who keeps the waiting list?", "Mrs Aldous"),
    ("At what time is the gate locked?", "The gate"), ("Why should I not soak the pan in water?", "Never soak"), ("What can I do if food sticks to the pan?", "If food"), ("How long must a new pan be baked?", "A new pan"),
    ("How often does the N7 run?", "The N7"), ("When does the first night bus leave?", "The first bus"), ("Are day tickets valid on the bus?", "Normal day"), ("Where does the route end on Sundays?", "On Sundays"),
    ("How long are the tunnels of sand martins?", "Sand martins"), ("When do they arrive from Africa?", "They arrive"), ("What do the birds eat?", "The birds feed"), ("How many pairs are in a colony?", "A colony"),
    ("How many weeks of parental leave can I take?", "Every employee"), ("When must the personnel office receive my request?", "The request"), ("How long is my salary paid in full?", "Salaries"), ("Does the rule cover temporary staff?", "Temporary"),
    ("When did Otto Brandauer settle in Graz?", "Otto Brandauer"), ("How many churches got a clock from his workshop?", "His workshop"), ("What did he lose in the accident?", "He lost"), ("What was named after Brandauer?", "The town"),
    ("How long is a full backup kept?", "A full backup"), ("How do I restore a file?", "To restore"), ("Where are copies stored?", "Copies"), ("Who receives a message when a backup fails?", "When a backup"),
    ("How long do the lentils have to soak?", "Rinse"), ("How long does the stew simmer?", "The stew"), ("How many people does it feed?", "It feeds"), ("What should I fry in butter?", "Fry two"),
    ("When was the footbridge opened?", "The footbridge"), ("How long is the footbridge?", "It is one"), ("What must cyclists do before crossing?", "Cyclists"), ("Who closes the bridge in storms?", "In heavy"),
    ("Is there a swimming pool on Marrow Lane?", None), ("How heavy is the pan?", None), ("Who drives the N7?", None), ("What colour are the eggs of sand martins?", None), ("How much holiday does an employee get?", None),
    ("Whom did Otto Brandauer marry?", None), ("Which software makes the backup?", None), ("Can I freeze the stew?", None), ("Who designed the footbridge?", None), ("What is the phone number of the zoo?", None),
    ("How do I renew my passport?", None), ("When does the museum open?", None),
]


def document_of(start):
    return next(title for title, text in DOCUMENTS.items() if any(s.startswith(start) for s in sentences(text)))


def sentences(text):
    return [s.strip() + "." for s in text.rstrip(".").split(". ")]


def cases(rng, count=3):
    """(turns up to the question, expected answer): the right document among `count` in all."""
    from .tasks_context import NOT_SAID
    from .tasks_docs import CANONICAL
    for question, start in QUESTIONS:
        home = document_of(start) if start else rng.choice([t for t in DOCUMENTS if any(w in question for w in t.split() if len(w) > 4)] or list(DOCUMENTS))
        titles = [home] + rng.sample([t for t in DOCUMENTS if t != home], count - 1)
        rng.shuffle(titles)
        body = "\n\n".join(f"[{i}] {t}\n{DOCUMENTS[t]}" for i, t in enumerate(titles, 1))
        answer = next(s for s in sentences(DOCUMENTS[home]) if s.startswith(start)) if start else NOT_SAID
        yield [("system", CANONICAL.replace("<c>", body)), ("user", question)], answer
