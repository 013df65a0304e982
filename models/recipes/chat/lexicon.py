"""Words and values for the generators, each either trained or held out for good.

A word belongs to the held-out part when its hash says so; generators of the training split never
show it, those of the test splits show nothing else. Half of all names and things are random
syllables: only copying can get those right.
"""
import zlib

NAMES = """Anna Marco Lena Jonas Priya Omar Sofia Kenji Fatima Luca Ingrid Pablo Mei Yusuf Clara Diego Nadia Erik Aisha
Tomas Greta Hugo Zara Felix Iris Samir Elena Victor Rosa Bjorn Chloe Dmitri Freya Gavin Hana Ivan Julia Karim Leila Milan
Nora Oscar Paula Quinn Ravi Sara Theo Uma Vera Walter Xenia Yara Zoe Adam Bella Carl Dora Emil Flora Georg Helen Igor Jana
Kurt Laura Martin Nina Otto Petra Ruben Simon Tina Ursula Viktor Wanda Alice Bob Carol David Emma Frank Grace Henry Isabel
Jack Kate Liam Mary Noah Olivia Peter Rachel Steve Tom Wendy Ada Alan Linus Margaret Dennis Barbara Ken Sam Max Ben Lucy
Sophie Daniel Michael Sarah John Jane James Robert Maria Paul Mark Lisa Nancy Karen Betty George Edward Brian""".split()
SURNAMES = """Smith Jones Brown Taylor Wilson Evans Walker Wright Green Hall Wood Clarke Patel Khan Novak Rossi Silva Meyer
Weber Schmidt Dubois Moreau Garcia Lopez Tanaka Sato Kim Nguyen Larsen Hansen Kowalski Horvat Popov Okafor Mensah Cohen""".split()
CITIES = """Paris London Berlin Tokyo Madrid Rome Vienna Lisbon Oslo Helsinki Dublin Prague Warsaw Athens Cairo Lagos Nairobi
Mumbai Delhi Seoul Osaka Hanoi Jakarta Sydney Toronto Boston Chicago Denver Austin Lima Bogota Quito Havana Geneva Zurich
Munich Hamburg Lyon Nice Porto Seville Naples Turin Milan Krakow Riga Tallinn Vilnius Sofia Bucharest Belgrade Zagreb Ankara
Izmir Dubai Doha Karachi Dhaka Manila Perth Auckland Dallas Miami Seattle Portland Bristol Leeds Ghent Graz Bergen""".split()
NOUNS = """ticket invoice order report booking user account file folder note task project meeting event contact message alert
device server job backup coupon refund package parcel shipment product recipe song playlist photo album document contract
survey team lesson course book room table car bike train flight badge key lamp door sensor camera printer router license
domain policy claim loan card wallet payment budget issue branch page post comment customer member""".split()
OBJECTS = """apple bread cheese milk lemon tomato onion pepper rice pasta salt sugar coffee tea honey butter spoon fork plate
chair lamp carpet pencil paper ruler stone river cloud mountain forest garden tiger rabbit horse eagle whale turtle piano
guitar violin drum hammer ladder bucket rope candle mirror pillow blanket jacket glove boot scarf button ribbon basket bottle
ticket wheel engine anchor compass banana carrot potato egg soup cake knife cup bowl desk sofa clock phone laptop camera
bag hat shoe shirt coat ring book map ball kite tent boat""".split()
COLORS = "red blue green yellow purple orange pink brown black white grey teal violet silver gold".split()
ANIMALS = "dog cat rabbit hamster parrot horse goldfish turtle pony guinea pig".split()[:8]
JOBS = """teacher nurse plumber baker doctor painter carpenter lawyer farmer pilot cook librarian gardener electrician
engineer programmer designer journalist dentist driver florist tailor waiter photographer""".split()
HOBBIES = """chess tennis painting hiking swimming football cooking gardening reading dancing fishing sailing cycling knitting
singing running pottery climbing skating yoga""".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CURRENCIES = "USD EUR GBP JPY CHF SEK".split()
ONSETS = "b c d f g h k l m n p r s t v z br dr gr kr tr st sk pl fl sh ch th w j qu".split()
VOWELS = "a e i o u ai ou ea y oo".split()
CODAS = ["", "", "", "n", "r", "l", "s", "m", "k", "t", "x", "nd", "rk", "lt", "sh"]
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def is_held(value):
    return zlib.crc32(str(value).encode()) % 8 == 0


class Words:
    """Draws values; `held=True` draws only held-out ones."""

    def __init__(self, rng, held=False):
        self.rng, self.held = rng, held

    def keep(self, draw):
        for _ in range(400):
            value = draw()
            if is_held(value) == self.held:
                return value
        return draw()

    def pick(self, items):
        return self.rng.choice(items)

    def chance(self, share):
        return self.rng.random() < share

    def of(self, items):
        return self.keep(lambda: self.rng.choice(items))

    def syllables(self, low=2, high=3):
        r = self.rng

        def draw():
            return "".join(r.choice(ONSETS) + r.choice(VOWELS) + (r.choice(CODAS) if r.random() < .5 else "")
                           for _ in range(r.randint(low, high)))
        return self.keep(draw)

    def first_name(self):
        return self.syllables().capitalize() if self.chance(.5) else self.of(NAMES)

    def name(self):
        name = self.first_name()
        if self.chance(.12):
            name += " " + (self.of(SURNAMES) if self.chance(.5) else self.syllables().capitalize())
        return name.lower() if self.chance(.06) else name

    def city(self):
        name = self.syllables().capitalize() if self.chance(.5) else self.of(CITIES)
        if self.chance(.12):
            name = self.pick(["New", "Saint", "Port", "North", "Old", "San", "Los", "Santa", "Rio de", "Great", "Upper"]) + " " + name
        return name + ", " + "".join(self.pick(UPPER) for _ in range(2)) if self.chance(.03) else name

    def noun(self):
        return self.pick(NOUNS)

    def thing(self):
        return self.syllables() if self.chance(.3) else self.of(OBJECTS)

    def color(self):
        return self.pick(COLORS)

    def number(self, low=1, high=99999):
        r = self.rng

        def draw():
            digits = r.randint(1, len(str(high)))
            return max(low, min(high, r.randint(10 ** (digits - 1), 10 ** digits - 1)))
        return self.keep(draw)

    def price(self):
        whole = self.number(1, 9999)
        return f"{whole}.{self.rng.randint(0, 99):02d}" if self.chance(.3) else str(whole)

    def time(self):
        r = self.rng

        def draw():
            hour, minute = r.randint(0, 23), r.choice([0, 0, 15, 30, 45, r.randint(0, 59)])
            style = r.random()
            if style < .6:
                return f"{hour}:{minute:02d}"
            if style < .8:
                return f"{hour % 12 + 1} {r.choice(['am', 'pm'])}"
            return f"{hour:02d}:{minute:02d}"
        return self.keep(draw)

    def year(self):
        return str(self.keep(lambda: self.rng.randint(1500, 2099)))

    def date(self):
        r = self.rng

        def draw():
            year, month, day = r.randint(1990, 2035), r.randint(1, 12), r.randint(1, 28)
            style = r.random()
            if style < .55:
                return f"{year}-{month:02d}-{day:02d}"
            if style < .8:
                return f"{r.choice([str(day), str(day)])} {MONTHS[month - 1]}" + (f" {year}" if r.random() < .5 else "")
            return f"{MONTHS[month - 1]} {day}"
        return self.keep(draw)

    def iso_date(self):
        r = self.rng
        return self.keep(lambda: f"{r.randint(1990, 2035)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}")

    def code(self):
        r = self.rng

        def draw():
            style = r.random()
            if style < .3:
                return "".join(r.choice(UPPER + "0123456789") for _ in range(r.randint(3, 7)))
            if style < .6:
                return "".join(r.choice(UPPER) for _ in range(r.randint(1, 3))) + "-" + str(r.randint(10, 99999))
            if style < .8:
                return "".join(r.choice("abcdef0123456789") for _ in range(r.randint(4, 8)))
            return "".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randint(3, 8)))
        return self.keep(draw)

    def email(self):
        left = self.first_name().lower() + (f".{self.syllables(1, 2)}" if self.chance(.3) else "")
        return f"{left}@{self.syllables(1, 2)}.{self.pick(['com', 'org', 'net', 'io', 'de', 'dev'])}"

    def phone(self):
        r = self.rng
        return self.keep(lambda: r.choice(["+", "0", "0"]) + " ".join(
            "".join(r.choice("0123456789") for _ in range(r.randint(2, 4))) for _ in range(r.randint(2, 3))))

    def phrase(self, low=2, high=4):
        return " ".join(self.thing() for _ in range(self.rng.randint(low, high)))

    def value(self):
        """Any short thing that a person may tell."""
        return self.pick([self.name, self.city, lambda: str(self.number()), self.code, self.thing, self.color,
                          self.date, self.time, self.syllables])()
