"""What a small English model cannot read: other languages, source code, signs, nothing at all."""

# A few everyday words of each language, written down for this file; order and meaning do not matter here.
WORDS = {
    "de": "ich du wir ist nicht und der die das ein eine mit von auf wie warum heute bitte danke guten Morgen Wetter Haus Frage möchte können weiß schön über für Straße Brot",
    "fr": "je tu nous est pas et le la les un une avec de sur comment pourquoi aujourd'hui merci bonjour temps maison question voudrais pouvez où très été français pain rue",
    "es": "yo tú nosotros es no y el la los un una con de en cómo por qué hoy favor gracias buenos días tiempo casa pregunta quiero puede dónde mañana niño pan calle está",
    "it": "io tu noi è non e il la gli un una con di su come perché oggi favore grazie buongiorno tempo casa domanda vorrei può dove molto pane strada città",
    "pt": "eu você nós é não e o a os um uma com de em como porque hoje favor obrigado bom dia tempo casa pergunta quero pode onde muito pão rua amanhã",
    "nl": "ik jij wij is niet en de het een met van op hoe waarom vandaag graag bedankt goedemorgen weer huis vraag wil kunt waar heel brood straat",
    "pl": "ja ty my jest nie i to jak dlaczego dzisiaj proszę dziękuję dzień dobry pogoda dom pytanie chcę może gdzie bardzo chleb ulica jutro się",
    "tr": "ben sen biz değil ve bu bir ile nasıl neden bugün lütfen teşekkürler günaydın hava ev soru istiyorum nerede çok ekmek sokak yarın",
    "sv": "jag du vi är inte och det en ett med av på hur varför idag snälla tack god morgon väder hus fråga vill kan var mycket bröd gata",
    "ru": "я ты мы не и это как почему сегодня пожалуйста спасибо доброе утро погода дом вопрос хочу можно где очень хлеб улица завтра",
    "el": "εγώ εσύ εμείς είναι δεν και το πώς γιατί σήμερα παρακαλώ ευχαριστώ καλημέρα καιρός σπίτι ερώτηση θέλω πού πολύ ψωμί δρόμος",
    "zh": "我 你 我们 是 不 和 这 怎么 为什么 今天 请 谢谢 早上好 天气 房子 问题 想要 可以 哪里 很 面包 街道 明天",
    "ja": "私 あなた です ない と これ どう なぜ 今日 ください ありがとう おはよう 天気 家 質問 ほしい どこ とても パン 道 明日",
    "ko": "나 너 우리 이다 아니 그리고 이것 어떻게 왜 오늘 제발 감사 안녕 날씨 집 질문 원해 어디 매우 빵 거리 내일",
    "ar": "أنا أنت نحن ليس و هذا كيف لماذا اليوم فضلك شكرا صباح الخير الطقس بيت سؤال أريد أين جدا خبز شارع غدا",
    "hi": "मैं तुम हम है नहीं और यह कैसे क्यों आज कृपया धन्यवाद सुप्रभात मौसम घर सवाल चाहता कहाँ बहुत रोटी सड़क कल",
}
JOINED = {"zh", "ja"}
LINES = ["let <a> = <b>(<n>);", "def <a>(<b>):", "    return <a> + <b>", "for <a> in range(<n>):", "if (<a> == <n>) {", "}", "const <a> = await <b>(\"<c>\");", "import <a>", "from <a> import <b>", "fn <a>(<b>: &str) -> Result<u<n>> {", "int <a>[<n>] = {<n>, <n>};", "<a>.<b>(<c>, <n>)",
         "SELECT <a>, <b> FROM <c> WHERE <a> > <n>;", "<div class=\"<a>\"><b></div>", "#include <<a>.h>", "console.log(<a>);", "while True:", "    <a> += <n>", "// <a> <b>", "# <a> <b> <c>", "{\"<a>\": <n>, \"<b>\": [\"<c>\"]}", "$ <a> --<b>=<n> | <c>", "try:", "except <a>Error as <b>:", "<a>: <b>", "  - <c>", "panic!(\"<a>\")", "    at <a>.<b> (<c>.js:<n>:<n>)",
         "ERROR <a>::<b>: <c> failed with code <n>", "<n>.<n>.<n>.<n> - - GET /<a>/<b> <n>"]
SIGNS = "!?#$%&*+=-/<>()[]{}~^;:.,01abcxyz \t\n|\\\"'`@_§°€£µ¿¡…–—•→✓★😀🙂👍🔥🎉"
CONTROL = "\x00\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x1b\x7f\u200b\u200e\ufeff\ufffd"
LETTERS = [(0x4E00, 0x9FA5), (0x3041, 0x3096), (0x0410, 0x044F), (0x0391, 0x03C9), (0x0621, 0x064A), (0x0905, 0x0939), (0xAC00, 0xD7A3), (0x1F300, 0x1F5FF), (0xC0, 0x17F)]


def length(kit, most):
    """Mostly short, sometimes long."""
    return kit.rng.randint(1, most if kit.chance(.25) else max(3, most // 6))


def foreign(kit):
    language = kit.pick(list(WORDS))
    words = [kit.pick(WORDS[language].split()) for _ in range(max(2, length(kit, 50)))]
    if kit.chance(.25):
        words.insert(kit.rng.randint(0, len(words)), kit.first_name())
    text = ("" if language in JOINED else " ").join(words)
    return (text[:1].upper() + text[1:] if kit.chance(.5) else text) + kit.pick(["?", ".", "", "!", "?"])


def code(kit):
    from .tasks_copy import filled
    return "\n".join(filled(kit, kit.pick(LINES)) for _ in range(max(2, length(kit, 24))))


def noise(kit):
    dice = kit.rng.random()
    count = length(kit, 160)
    if dice < .2:
        return " ".join(kit.syllables(1, 4) for _ in range(max(1, count // 4)))
    if dice < .4:
        return "".join(kit.pick(SIGNS) for _ in range(count))
    if dice < .5:
        return "".join(kit.pick(CONTROL + "abc 12") for _ in range(count // 2 + 1))
    if dice < .55:
        return "".join(chr(kit.rng.randint(32, 126)) for _ in range(count))
    if dice < .62:
        low, high = kit.pick(LETTERS)
        return "".join(chr(kit.rng.randint(low, high)) for _ in range(count // 3 + 1))
    if dice < .9:
        return repeated(kit)
    return kit.pick(["", " ", "\n", ".", "?", "...", "-", "  \n ", "\t", "?!", "0", ",", "--", "\u200b"])


def repeated(kit):
    """One thing over and over: a sign, a word, a sentence, a line of code; seldom for many hundreds of tokens."""
    from .tasks_copy import filled
    piece = kit.pick([lambda: kit.syllables(1, 2), lambda: kit.pick("abcxyz.-=!?#"), lambda: kit.pick(SIGNS), lambda: str(kit.number(1, 99)), kit.thing, lambda: kit.phrase(2, 5),
                      lambda: kit.pick(kit.pick(list(WORDS.values())).split()), lambda: filled(kit, kit.pick(LINES)), lambda: kit.phrase(1, 2).capitalize() + kit.pick(".!?")])()
    room = kit.pick([40, 40, 100, 100, 300, 1500 if kit.chance(.3) else 600])
    joint = kit.pick(["", " ", " ", "\n", ", "])
    return joint.join([piece] * max(4, kit.rng.randint(2, room) // (len(piece) + len(joint))))
