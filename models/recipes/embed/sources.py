"""Readers of English text that is already on a Debian machine.

Every reader yields `(kind, key, text)`. `kind` names the sort of text (it becomes the sampling
class in `label.py`), and `key` names what the text was taken from (a synset, a headword, a file).
Held-out texts are chosen by key, never by line, so that a gloss, its examples and the questions
made from it are all in the training set or all out of it.
"""
import ast
import glob
import gzip
import html
import os
import re
import subprocess
import sysconfig

SPACE = re.compile(r"\s+")


def clean(text):
    """One line, single spaces, no list markers at the ends."""
    return SPACE.sub(" ", text).strip(" ;,|*-")


# ---------------------------------------------------------------- WordNet

NOUN_QUESTIONS = [
    "what is {a}{w}?", "what does {w} mean?", "define {w}", "meaning of {w}", "{w} definition",
    "can you explain what {a}{w} is?", "tell me about {w}", "How would you describe {a}{w}?",
    "What is meant by {w}?",
]
VERB_QUESTIONS = [
    "what does it mean to {w}?", "define {w}", "how do you {w}?", "meaning of the verb {w}",
    "what happens when you {w}?", "{w}",
]
OTHER_QUESTIONS = [
    "what does {w} mean?", "define {w}", "when is something {w}?", "meaning of {w}",
    "describe something {w}",
]
REVERSE_QUESTIONS = [
    "what do you call {d}?", "Which word means {d}?", "a word for {d}",
    "what is the term for {d}?", "looking for {d}",
]
ENTRY_FORMS = ["{w}: {d}", "{w} - {d}", "{W} is {d}.", "{W} means {d}.", "{d} ({w})"]


def article(word):
    if word[:1].isupper():
        return ""
    return "an " if word[:1] in "aeiou" else "a "


def wordnet_synsets(folder="/usr/share/wordnet"):
    """Yield (part of speech, key, lemmas, definition, examples, how common the first lemma is)."""
    common = {}
    for line in open(f"{folder}/cntlist.rev"):
        sense, _, count = line.split()[:3]
        lemma = sense.split("%")[0]
        common[lemma] = common.get(lemma, 0) + int(count)
    for pos, name in [("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")]:
        for line in open(f"{folder}/data.{name}"):
            if line[0] == " " or "|" not in line:
                continue
            fields, gloss = line.split("|", 1)
            part = fields.split()
            lemmas = [re.sub(r"\([a-z]+\)", "", part[4 + 2 * i]).replace("_", " ")
                      for i in range(int(part[3], 16))]
            examples = re.findall(r'"([^"]+)"', gloss)
            definition = clean(re.sub(r'[;:]?\s*"[^"]*".*', "", gloss))
            definition = re.sub(r"^\([^)]*\)\s*", "", definition)
            rank = max(common.get(w.lower().replace(" ", "_"), 0) for w in lemmas)
            yield pos, name + part[0], lemmas, definition, examples, rank


def wordnet(rng):
    for pos, key, lemmas, definition, examples, _ in wordnet_synsets():
        word = lemmas[0]
        yield "wn_def", key, definition
        for example in examples:
            yield "wn_example", key, example
        dice = rng.random()
        if dice < .55:
            form = rng.choice(ENTRY_FORMS)
            yield "wn_word_def", key, form.format(w=word, W=word[:1].upper() + word[1:], d=definition)
        forms = {"n": NOUN_QUESTIONS, "v": VERB_QUESTIONS}.get(pos, OTHER_QUESTIONS)
        if dice > .35:
            asked = rng.choice(lemmas)
            yield "wn_question", key, rng.choice(forms).format(w=asked, a=article(asked))
        if dice < .30:
            yield "wn_rev_question", key, rng.choice(REVERSE_QUESTIONS).format(d=definition)
        if len(lemmas) > 1 and dice > .7:
            yield "wn_terms", key, ", ".join(lemmas[:4])


# ---------------------------------------------------------------- GCIDE (the 1913 dictionary)

def gcide(path="/usr/share/dictd/gcide.dict.dz"):
    """Yield (headword, definition or quotation); dict.dz is gzip with an index inside."""
    headword, lines = "", []
    in_header = True

    def flush():
        text = " ".join(lines)
        lines.clear()
        text = re.sub(r"\[(?:1913 Webster|PJC|WordNet[^]]*|[^]]{0,40})\]", "", text)
        text = re.sub(r"--[A-Z][\w. ]+$", "", text)
        text = re.sub(r"^\s*(\d+\.|\([a-z]\))\s*", "", text)
        text = re.sub(r"^\([A-Z][\w.& ]+\)\s*", "", text)
        text = text.replace("{", "").replace("}", "").replace("--", " - ")
        if text and "\\" not in text and '["' not in text:
            yield headword, clean(text)

    for line in gzip.open(path, "rt", errors="replace"):
        stripped = line.strip()
        if line[:1] != " " and stripped:                      # a new headword, with its etymology
            yield from flush()
            match = re.match(r"^([A-Z][\w -]*?) \\", line)
            headword = match.group(1) if match else headword
            in_header = True
        elif in_header:
            if re.match(r"^ {3}(\d+\.|[A-Z(])", line):
                in_header = False
                lines.append(stripped)
            elif not stripped:
                in_header = False
        elif not stripped or stripped.startswith("[1913"):
            yield from flush()
        elif re.match(r"^(\d+\.|\([a-z]\)) ", stripped):
            yield from flush()
            lines.append(stripped)
        else:
            lines.append(stripped)
    yield from flush()


# ---------------------------------------------------------------- documentation

TAG = re.compile(r"<[^>]+>")
BLOCK = re.compile(r"<(h[1-4]|p|li|td)\b[^>]*>(.*?)</\1>", re.S | re.I)
QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a7": None})


def html_plain(fragment):
    return clean(html.unescape(TAG.sub("", fragment)).translate(QUOTES))


def html_files():
    """Groups of HTML documentation, each (kind, list of files)."""
    rust = sorted(glob.glob(os.path.expanduser("~/.rustup/toolchains/*/share/doc/rust/html/")))[:1]
    if rust:
        books = ["book", "cargo", "clippy", "embedded-book", "edition-guide", "nomicon", "reference",
                 "rust-by-example", "rustc", "rustdoc", "unstable-book", "error_codes", "style-guide"]
        pages = [f for b in books for f in glob.glob(f"{rust[0]}{b}/**/*.html", recursive=True)]
        yield "rustbooks", [f for f in pages if not f.endswith("print.html")]
        pages = sorted(glob.glob(rust[0] + "std/**/*.html", recursive=True))
        pages = [f for f in pages if not re.search(r"/arch/|/simd|intrinsics", f)]
        yield "ruststd", pages[::3]
    yield "node", [f for f in glob.glob("/usr/share/doc/nodejs/api/*.html") if not f.endswith("all.html")]
    yield "misc_html", [f for f in glob.glob("/usr/share/doc/**/*.html", recursive=True) if "/nodejs/" not in f]


def html_blocks(path):
    """Yield (is heading, text) in page order."""
    if os.path.isdir(path) or os.path.getsize(path) > 3_000_000:
        return
    page = open(path, errors="replace").read()
    for match in BLOCK.finditer(page):
        yield match.group(1)[0] in "hH", html_plain(match.group(2))


def read_maybe_gz(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", errors="replace") as file:
        return file.read(3_000_000)


def text_docs():
    """Yield (file, paragraph) of README files, release notes and Markdown."""
    patterns = ["/usr/share/doc/nodejs/**/*.md", "/usr/share/doc/git/RelNotes/*", "/usr/share/doc/*/README*"]
    for path in sorted(f for p in patterns for f in glob.glob(p, recursive=True)):
        if "changelog" in path.lower() or "/api/" in path or os.path.isdir(path):
            continue
        for paragraph in re.split(r"\n\s*\n", read_maybe_gz(path)):
            yield path, clean(re.sub(r"\[([^\]]*)\]\([^)]*\)|[`#*>]", r"\1", paragraph))


def docstrings():
    """Yield (file, paragraph) of Python's own docstrings and help topics."""
    root = sysconfig.get_paths()["stdlib"] + "/"
    for path in sorted(glob.glob(root + "**/*.py", recursive=True)):
        if "/test" in path or "site-packages" in path:
            continue
        try:
            tree = ast.parse(open(path, errors="replace").read())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                    if ">>>" not in paragraph:
                        yield path, paragraph
    topics = {}
    exec(compile(open(root + "pydoc_data/topics.py").read(), "topics", "exec"), topics)
    for name, body in topics["topics"].items():
        for paragraph in re.split(r"\n\s*\n", body):
            yield name, re.sub(r"[`*]", "", paragraph)


def man_pages(rng, limit=18000):
    """Yield (file, paragraph) of manual pages, the roff marks taken off."""
    files = sorted(glob.glob("/usr/share/man/man[1-8]/*.gz"))
    rng.shuffle(files)
    for path in files[:limit]:
        page = read_maybe_gz(path)
        if len(page) > 400_000 or page.startswith(".so"):
            continue
        page = re.sub(r'^\.\\".*$', "", page, flags=re.M)
        page = re.sub(r"\\f[A-Z]|\\f\(..|\\&|\\c", "", page)
        page = re.sub(r"\\\(..|\\\[..\]", "", page).replace("\\-", "-").replace("\\e", "")
        page = re.sub(r"^\.(B|I|BR|IR|RB|BI|IB|RI) ?", " ", page, flags=re.M)
        for paragraph in re.split(r"\n(?:\.[^\n]*|\s*)(?=\n)|\n\.[^\n]*", page):
            yield path, clean(paragraph.replace('"', ""))


def package_descriptions():
    """Yield (kind, key, text) from the package lists that apt already has on disk."""
    try:
        listing = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, errors="replace").stdout
    except FileNotFoundError:
        return
    for match in re.finditer(r"^Description(?:-en)?: (.*)\n((?: .*\n)*)", listing, re.M):
        yield "deb_short", match.group(1), match.group(1)
        for paragraph in re.sub(r"\n \.\n", "\n\n", match.group(2)).split("\n\n"):
            yield "deb_long", match.group(1), clean(paragraph)
