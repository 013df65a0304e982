"""Seeds for the feeling of words, and how they spread through WordNet.

    python -m sentiment.lexicon --work DIR        # writes lexicon.json: {"a": [[word, score]], "n": …, "v": …, "r": …, "gloss": [[text, score]]}
"""
import argparse
import collections
import json
import re

GOOD = """
good great excellent superb wonderful fantastic amazing awesome brilliant terrific marvellous marvelous fabulous splendid magnificent outstanding exceptional remarkable
impressive perfect flawless lovely beautiful gorgeous stunning breathtaking charming delightful pleasant enjoyable entertaining fun funny hilarious witty amusing
engaging gripping captivating fascinating thrilling exciting moving touching heartwarming inspiring uplifting clever smart intelligent brilliant original fresh
inventive imaginative creative elegant graceful stylish sleek comfortable cosy cozy spacious clean spotless tidy quiet peaceful relaxing soothing refreshing delicious
tasty yummy scrumptious savory juicy tender crisp flavorful appetizing fragrant generous kind friendly helpful warm welcoming polite courteous attentive caring gentle
patient honest sincere loyal trustworthy reliable dependable sturdy durable solid robust strong fast quick speedy efficient smooth easy simple intuitive convenient
practical useful handy versatile affordable cheap reasonable fair valuable worthwhile rewarding satisfying satisfied happy glad pleased delighted joyful cheerful merry
ecstatic thrilled grateful thankful proud hopeful optimistic confident relieved calm healthy safe secure successful victorious triumphant lucky fortunate blessed
adorable cute sweet loving affectionate romantic tasteful polished refined sublime divine heavenly glorious radiant vivid bright sparkling dazzling memorable
unforgettable legendary iconic masterful skilled skillful talented gifted expert professional competent knowledgeable thoughtful considerate compassionate sympathetic
authentic genuine innovative groundbreaking revolutionary powerful rich deep profound meaningful wise noble heroic brave courageous admirable praiseworthy exemplary
superior supreme first-rate top-notch ideal fine nice decent likeable lovable appealing attractive handsome pretty magical enchanting spellbinding
love adore enjoy admire appreciate cherish treasure praise recommend celebrate delight please satisfy impress amaze charm inspire encourage help improve heal rescue
succeed win triumph thrive flourish excel shine smile laugh welcome reward thank comfort relax cheer
joy happiness pleasure delight bliss love affection friendship kindness generosity beauty elegance charm grace success victory triumph achievement masterpiece gem treasure
winner hero genius talent skill wisdom comfort peace relief hope trust praise applause bargain treat paradise miracle blessing fun laughter excellence perfection
beautifully wonderfully perfectly brilliantly superbly happily gladly kindly gently easily smoothly successfully well
"""

BAD = """
bad poor terrible horrible awful dreadful atrocious appalling abysmal dismal lousy rotten nasty disgusting revolting repulsive vile foul gross hideous ugly unsightly
boring dull tedious dreary monotonous bland tasteless flavorless stale soggy greasy rancid undercooked overcooked burnt inedible bitter sour dirty filthy grimy stained
smelly stinking noisy loud cramped uncomfortable shabby broken faulty defective damaged useless worthless pointless unreliable flimsy fragile shoddy cheap tacky
overpriced expensive costly slow sluggish clumsy awkward confusing complicated frustrating annoying irritating infuriating maddening disappointing disappointed
unsatisfied dissatisfied unhappy sad miserable gloomy depressed depressing heartbroken devastated hopeless desperate lonely angry furious outraged upset annoyed
frustrated irritated disgusted ashamed embarrassed embarrassing humiliating worried anxious scared frightened terrified nervous tired exhausted sick ill painful hurt
rude impolite unfriendly hostile arrogant selfish greedy cruel mean unkind harsh cold indifferent careless negligent incompetent ignorant stupid idiotic foolish silly
dishonest deceitful corrupt fraudulent misleading false fake unfair unjust biased offensive insulting disrespectful aggressive violent dangerous unsafe toxic poisonous
harmful hazardous unhealthy disastrous catastrophic tragic fatal ruined wrecked hopeless lifeless wooden predictable cliched unoriginal derivative uninspired shallow
superficial pretentious contrived incoherent messy sloppy amateurish mediocre inferior inadequate insufficient unacceptable intolerable unbearable excruciating
unpleasant disagreeable unwelcome unwanted unfortunate unlucky pathetic pitiful ridiculous absurd ludicrous laughable shameful disgraceful outrageous scandalous
vulgar crude tasteless tiresome weak feeble ineffective inefficient buggy laggy unusable unreadable unwatchable late delayed missing lost rotten creepy sinister evil
wicked lazy weary grim bleak barren hateful
hate detest loathe despise dislike disappoint annoy irritate frustrate bore disgust offend insult hurt harm damage ruin spoil destroy break fail lose crash collapse
cheat lie deceive steal rob waste regret complain suffer cry weep mourn fear worry ignore neglect abandon reject refuse blame criticize condemn punish threaten attack
pain misery sorrow grief sadness anger rage hatred disgust contempt boredom frustration disappointment failure defeat loss disaster catastrophe tragedy nightmare mess
fiasco fraud scam lie theft crime danger threat damage injury disease illness fear anxiety worry stress shame guilt regret complaint trouble problem error mistake
bug defect flaw nuisance burden waste junk rubbish garbage trash horror torture hell cruelty abuse neglect poverty idiot fool liar thief coward
badly poorly terribly horribly awfully sadly unfortunately painfully rudely carelessly
"""

FILES = {"a": "adj", "n": "noun", "v": "verb", "r": "adv"}
FOLDER = "/usr/share/wordnet"


def synsets():
    """(key, part of speech, lemmas, gloss, pointers [(symbol, key)])."""
    for pos, name in FILES.items():
        for line in open(f"{FOLDER}/data.{name}", encoding="latin-1"):
            if line.startswith("  "):
                continue
            head, _, gloss = line.partition(" | ")
            f = head.split()
            count = int(f[3], 16)
            lemmas = [re.sub(r"\(.*", "", f[4 + 2 * i]).replace("_", " ") for i in range(count)]
            at = 4 + 2 * count
            links = int(f[at])
            pointers = [(f[at + 1 + 4 * i], f[at + 3 + 4 * i].replace("s", "a") + f[at + 2 + 4 * i]) for i in range(links)]
            yield pos + f[0], pos, lemmas, gloss.strip(), pointers


def build():
    good, bad = set(GOOD.split()), set(BAD.split())
    both = good & bad
    good, bad = good - both, bad - both
    sets = {key: (pos, lemmas, gloss, pointers) for key, pos, lemmas, gloss, pointers in synsets()}
    # How frequent a sense is: WordNet lists a word's senses by frequency.
    rank = {}
    for pos, name in FILES.items():
        for line in open(f"{FOLDER}/index.{name}", encoding="latin-1"):
            if line.startswith("  "):
                continue
            f = line.split()
            count = int(f[2])
            for place, offset in enumerate(f[-count:]):
                rank[f[0].replace("_", " "), pos + offset] = place
    score = collections.defaultdict(float)
    for key, (pos, lemmas, *_) in sets.items():
        for lemma in lemmas:
            place = rank.get((lemma.lower(), key), 5)
            weight = [1., .6, .3][place] if place < 3 else .1
            score[key] += weight * ((lemma in good) - (lemma in bad))
    seeds = {key: max(-1., min(1., value)) for key, value in score.items() if abs(value) >= .3}
    state = dict(seeds)
    for _ in range(4):
        total = collections.defaultdict(lambda: [0., 0.])
        for key, value in state.items():
            for symbol, other in sets[key][3]:
                factor = {"&": .8, "!": -.9, "^": .5, "=": .4, "~": .35, "@": .15, "+": .7, "\\": .7, "<": .5, "$": .5}.get(symbol, 0)
                if factor and other in sets:
                    total[other][0] += factor * value
                    total[other][1] += abs(factor)
        new = {}
        for key, (number, weight) in total.items():
            new[key] = number / (weight + .4)
        for key, value in seeds.items():
            new[key] = value * .8 + .2 * new.get(key, value)
        state = {key: value for key, value in new.items() if abs(value) > .05}
    # The words of a gloss vote too.
    votes = {}
    for word in good:
        votes[word] = 1
    for word in bad:
        votes[word] = -1
    out = {"a": [], "n": [], "v": [], "r": [], "gloss": []}
    words = collections.defaultdict(lambda: [0., 0.])
    for key, (pos, lemmas, gloss, _) in sets.items():
        definition = gloss.split('; "')[0]
        examples = re.findall(r'"([^"]+)"', gloss)
        tokens = re.findall(r"[a-z]+", definition.lower())
        flips = sum(t in ("not", "no", "without", "lacking", "free", "never", "absence") for t in tokens)
        vote = sum(votes.get(t, 0) for t in tokens) * (0 if flips else 1)
        value = state.get(key, 0.)
        total = value + .25 * max(-2, min(2, vote))
        for lemma in lemmas:
            place = rank.get((lemma.lower(), key), 5)
            weight = [1., .5, .25][place] if place < 3 else .1
            words[lemma.lower(), pos][0] += weight * total
            words[lemma.lower(), pos][1] += weight
        if abs(value) > .3 and value * total > 0:
            for text in examples:
                if len(text) > 12:
                    out["gloss"].append([text, round(value, 2)])
            if len(definition) > 15 and abs(total) > .5:
                out["gloss"].append([f"{lemmas[0]}: {definition}", round(value, 2)])
                out["gloss"].append([definition, round(value, 2)])
    for (lemma, pos), (value, weight) in words.items():
        mean = value / weight
        if lemma in good or lemma in bad:
            mean = 1. if lemma in good else -1.
        if abs(mean) > .33 and lemma.isascii() and len(lemma) < 22 and lemma.replace(" ", "").replace("-", "").isalpha():
            out[pos].append([lemma, round(mean, 2)])
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    args = parser.parse_args()
    found = build()
    with open(f"{args.work}/lexicon.json", "w") as file:
        json.dump(found, file)
    for part, rows in found.items():
        print(part, len(rows), sum(v > 0 for _, v in rows), rows[:: max(1, len(rows) // 12)][:12])
