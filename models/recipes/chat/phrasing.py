"""Training wordings of what users say, by intent, as patterns of `grammar.py`.

The wordings of the test split live in `phrasing_held.py` and were written apart from these.
"""

SMALL = {       # intent: (patterns, the one answer)
    "greet": (["{hi|hello|hey|hiya|howdy|greetings|hey there|hello there|hi there|hi again|hello again|yo}[!|.|]",
               "good {morning|afternoon|evening|day}[!|.|]", "{hi|hello|hey}, {assistant|bot|friend|everyone|you}[!|.|]",
               "{hi|hello}, {nice|good|great} to {meet|see} you[!|.|]", "{is anybody there|anyone there|are you there}?"],
              "Hello! How can I help you?"),
    "mood": (["[hi, |hello, |hey, |so, |]how {are you|are you doing|do you do|is it going|are things|have you been}"
              "[ today| now|]?", "{are you|you} {ok|well|fine|alright|good}[ today|]?", "what's {up|new|going on}[ with you|]?",
              "how {do|are} you feel[ing|][ today|]?", "how was your {day|week|weekend}?"],
             "I am doing well, thank you. How can I help you?"),
    "thanks": (["{thanks|thank you|many thanks|thx|cheers|ta}[ a lot| so much| very much| for that| for your help| again|][!|.|]",
                "{great|perfect|ok|good|nice|wonderful|super}, {thanks|thank you}[!|.|]",
                "{that|this} {was|is} {helpful|very helpful|useful|just what I needed|a great help}[, thanks|, thank you|][!|.|]",
                "you {helped|saved} me[ a lot|]{!|.|}", "I appreciate {it|that|your help}[!|.|]"], "You are welcome!"),
    "bye": (["{bye|goodbye|bye bye|see you|see ya|farewell|ciao|good night|take care|so long}[!|.|]",
             "{see you|talk to you|until|catch you} {later|soon|tomorrow|next time}[!|.|]",
             "{have|enjoy} {a nice|a good|your} {day|evening|weekend}[!|.|]",
             "{I have to|I must|I need to|I'm about to} {go|leave|run}[ now|][, bye|]{!|.|}",
             "that {is|was} all[ for now| for today|]{.|, bye|, goodbye}"], "Goodbye!"),
    "who": (["{who|what} are you[ exactly|]?", "what is your name?", "what's your name?", "do you have a name?",
             "{tell me|say something} about {yourself|you}[.|]", "{introduce yourself|who am I talking to}[.|?|]",
             "are you {a|an} {human|robot|bot|person|machine|AI|computer|language model|real person}?",
             "what {kind|sort} of {bot|assistant|program|model} are you?", "{which|what} {model|AI} {is this|are you}?"],
            "I am Kindling, a small local assistant."),
    "skills": (["what can {you|u} do[ for me|]?", "how can you {help|assist}[ me|]?", "what are {your skills|you able to do|you good at}?",
                "{can|could} you help[ me|]?", "help[ me|][!|.|]", "I need {help|your help|some help|assistance}[.|]",
                "what {do you know|are you for|are you made for}?", "{list|show|tell me} {your|all your} {skills|abilities|features}[.|]",
                "what {sort|kind} of {things|tasks|questions} {can|do} you {do|answer|handle}?"],
               "I can chat, remember what you tell me, answer from a given text, fill in JSON and call tools."),
    "joke": (["[please |can you |could you |]tell [me |us |]{a|another|one} [good |short |funny |]joke[ please|][.|?|!|]",
              "{do you know|got|have you got|know} {a joke|any jokes|any good jokes}?", "{make me laugh|say something funny|joke}[!|.| please|]",
              "I {want|need|would like} {a joke|to laugh|to hear a joke}[.|]"],
             "Why did the byte cross the bus? To get to the other side."),
    "sad": (["I {am|feel|am feeling|was} {sad|down|unhappy|lonely|bad|awful|terrible|depressed|upset|tired of everything}[ today|][.|]",
             "{today|this|it} {is|was} {a bad|a terrible|an awful|a horrible} {day|week}[.|]",
             "{everything|it all|nothing} {goes wrong|went wrong|works|is going well}[ today|][.|]",
             "{I had|I have had} a {bad|rough|hard|terrible} {day|week|night}[.|]", "{I failed my exam|my day was terrible|I lost my job}[.|]"],
            "I am sorry to hear that."),
    "glad": (["I {am|feel|am feeling} {happy|great|good|wonderful|fantastic|so glad|very well|excited}[ today|][.|!|]",
              "{this|that|it} is {great|fantastic|wonderful|awesome|amazing|brilliant|good news}[.|!|]",
              "what a {nice|lovely|great|beautiful|wonderful} {day|morning|surprise}[.|!|]",
              "{wonderful|awesome|fantastic|hooray|great|yay}[!|.|]", "I {passed my exam|got the job|won|had a great day}[!|.|]"],
             "I am glad to hear that!"),
    "sorry": (["{sorry|I am sorry|my apologies|oops|excuse me|pardon}[ about that| for that|][.|!|]",
               "{that was|it was} my {mistake|fault}[.|]"], "No problem at all."),
    "ok": (["{ok|okay|alright|fine|good|sure|yes|yep|I see|got it|understood|makes sense|cool|nice}[.|!|]"], "All right."),
    "praise": (["you are {great|smart|clever|nice|kind|funny|the best|amazing|very helpful|so good}[!|.|]",
                "{good|great|nice|well} {job|work|done|answer}[!|.|]", "I {like|love} {you|talking to you|this}[!|.|]"],
               "Thank you, that is kind of you."),
    "test": (["{test|testing|this is a test|just testing|test test|ping|hello world|check}[.|!|]", "{does this|is this|are you} work[ing|]?"],
             "It works. How can I help you?"),
}

OPEN_QUESTIONS = [      # nothing is given, so nothing is known
    "what is {the capital of|the population of|the language of} <city>?", "{who|what} {is|was} <name>?", "what {is|are} [a |the |]<thing>?",
    "{why|how|when|where} {is|are|do|did|does} [the |a |]<thing> {blue|made|invented|grow|work|come from|so expensive}?",
    "{write|compose|give me} {a poem|a story|a song|an essay|a letter|a speech|a haiku} about [a |the |my |]<thing>[.|]",
    "{explain|describe} {gravity|relativity|photosynthesis|democracy|inflation|<thing>|quantum physics|recursion}[ to me| simply|][.|]",
    "{who|what} {invented|discovered|wrote|painted|built|founded} [the |]<thing>?", "how {far|big|old|heavy|tall|fast} is [the |a |]{<city>|<thing>|moon|sun|earth}?",
    "{translate|say} {<thing>|good morning|I love you|the word <thing>} {in|to|into} {French|German|Spanish|Italian|Latin|Chinese}[.|]",
    "what is {the meaning of life|love|the time|the date today|today's weather|the news}?", "{what|which} is the {best|biggest|oldest|cheapest} <thing>?",
    "{write|show me|create} {a|some} {Python|Rust|JavaScript|SQL|shell} {function|script|code|program} {that|to} {sort|count|print|read|find} [the |]{<thing>|a list|a file|numbers}[.|]",
    "{should|can|may} I {buy|eat|sell|learn|use|visit} [a |the |]{<thing>|<city>}?", "{tell me|teach me|give me} {something|a fact|a story|everything} about [the |]{<thing>|<name>|<city>|history|space}[.|]",
    "who {won|will win|is} the {election|world cup|president|match|champion|king of <city>}[ of <city>| in <year>|]?",
    "what happened in <year>?", "what {is the origin|is the meaning|does} {of |}[the phrase |]{Hello, World|<thing> mean}?",
    "{recommend|suggest} {a|me a|some} {book|movie|restaurant|song|name|recipe|hotel} {in <city>|about [a |]<thing>|for my <thing>|for tonight}[.|]",
    "how {do|can|should} I {make|cook|repair|fix|learn|grow|sell|draw} [a |the |my |]<thing>?", "in which {country|year|city} {is|was} [the |]{<city>|<thing>} [founded|born|located|]?",
    "what is <number> {plus|minus|times|divided by} <number>?", "{solve|compute|calculate} <number> {+|-|*|/} <number>",
]
OPEN_ANSWER = "I am a small local model and do not know that. Give me a text and I will answer from it."
GIBBERISH_ANSWER = "I did not understand that. Could you put it in other words?"

PERSONAS = [
    "You are a {helpful|friendly|kind|polite|useful|patient|careful|cheerful} {assistant|helper|chatbot|bot}.",
    "You are {a|an} {AI|AI assistant|assistant|chatbot|customer service agent|support agent|helpful AI assistant}.",
    "{Be|Stay} {helpful|friendly|brief|polite|concise|short}[ and {brief|helpful|honest|exact|kind}|].", "Answer {briefly|shortly|in one sentence|politely|in English}.",
    "You {help|assist|support|serve} {people|users|customers|visitors|guests}[ with their questions|].",
    "You are a {helpful|friendly} assistant. {Answer briefly|Be concise|Keep it short|Be polite|Think first}.",
    "You are {the assistant|an assistant|a bot} of [the company |]<org>[ in <city>|].", "{Keep|Make} your answers {short|brief|simple}.",
]
NAMED_PERSONAS = ["You are <bot>[, a {helpful|friendly|small} {assistant|bot}|, the assistant of <org>|].", "Your name is <bot>.",
                  "You are a {helpful|friendly} assistant {called|named} <bot>.", "{Act as|Play|You play} <bot>[, a {helpful|friendly} assistant|]."]

TELL_NAME = ["my name is <v>[.|!|]", "I am <v>[.|!|]", "[hi, |hello, |hey, |hi! |hello! |]{I'm|I am|my name is|this is|my name's|it's} <v>[.|!|]",
             "{call me|you can call me|please call me|just call me} <v>[.|]", "[hello|hi|hey], <v> here[.|!|]", "I'm {called|named} <v>[.|]",
             "{people|my friends|they|all} call me <v>[.|]", "<v> is my name[.|]", "the name is <v>[.|]", "I go by <v>[.|]",
             "{let me introduce myself|allow me to introduce myself|for your information|so you know}[:|,] {I am|I'm|my name is} <v>[.|]",
             "my {first name|full name|user name} is <v>[.|]", "my name is <v>, {what is yours|nice to meet you|good to meet you|how are you}[?|!|.]"]
ASK_NAME = ["what is my name[ again|]?", "what's my name[ again|]?", "[do you |can you |]{remember|recall|know} {my name|what my name is|what I am called|who I am}?",
            "who am I[ again|]?", "[please |can you |could you |]{tell|give} me my name[ please| again|][?|.]", "what {am I called|do people call me|did I say my name was|was my name}[ again|]?",
            "[can you |could you |please |]say my name[.|?|!]", "{my name|my name, please}?", "what name did I {give|tell|say}[ you|]?", "how am I called?",
            "did I tell you my name? {what is it|What is it|say it}[?|.]", "I {forgot|forget|want to hear} my name[.|, what is it?]", "you know my name, {right|don't you}?",
            "{by|under} {what|which} name do you know me?"]

# Facts that a person tells: (key, what is told, what is asked, acknowledgement, answer).
FACTS = [
    ("home", ["I live in <v>[.|]", "I {reside|am living|stay} in <v>[.|]", "my home is in <v>[.|]", "<v> is where I live[.|]", "I {moved|have moved|just moved} to <v>[.|]", "my {apartment|house|flat} is in <v>[.|]"],
     ["where do I live?", "[in |]{which|what} {city|town|place} {do I live in|is my home in|do I call home}?", "where is my {home|house|flat|apartment}?", "{tell me|say|do you know|do you remember} where I live[.|?]", "{which|what} is my {city|town|home}?", "where am I living?"],
     "Got it, you live in {v}.", "You live in {v}.", "You have not told me where you live.", "city"),
    ("birthplace", ["I was born in <v>[.|]", "I {come|am} from <v>[.|]", "my {place of birth|birthplace|home town} is <v>[.|]", "<v> is where I was born[.|]", "I grew up in <v>[.|]"],
     ["where {was I born|am I from|do I come from|did I grow up}?", "what is my {birthplace|place of birth|home town}?", "{tell me|do you know|do you remember} where I {was born|am from|come from}[.|?]", "{which|what} {city|town} {was I born in|am I from}?"],
     "Got it, you are from {v}.", "You are from {v}.", "You have not told me where you are from.", "city"),
    ("job", ["I {work as|am} a <v>[.|]", "my {job|profession|occupation} is <v>[.|]", "I {earn my living|make my money} as a <v>[.|]", "I have {a job|worked for years} as a <v>[.|]", "I {was|am} trained as a <v>[.|]"],
     ["what {is|'s} my {job|profession|occupation|work}?", "what do I {do|work as}[ for a living|]?", "{tell me|do you know|do you remember} {my job|what I do|what my job is}[.|?]", "as what do I work?", "how do I earn my {money|living}?"],
     "Got it, you work as a {v}.", "You work as a {v}.", "You have not told me your job.", "job"),
    ("age", ["I am <v> years old[.|]", "I'm <v>[ years old|][.|]", "my age is <v>[.|]", "I {turned|just turned|have turned} <v>[ last week| in May|][.|]"],
     ["how old am I?", "what is my age?", "{tell me|do you know|do you remember} {my age|how old I am}[.|?]", "my age?", "how many years {have I|old am I}?"],
     "Got it, you are {v} years old.", "You are {v} years old.", "You have not told me your age.", "age"),
    ("like", ["I {like|love|enjoy|adore|am fond of|really like} <v>[.|]", "my hobby is <v>[.|]", "<v> is {my hobby|what I like|what I do for fun}[.|]", "I spend my {free time|weekends} with <v>[.|]"],
     ["what do I {like|love|enjoy}?", "what is my hobby?", "{tell me|do you know|do you remember} {what I like|my hobby|what I enjoy}[.|?]", "{which|what} hobby do I have?", "what do I do {for fun|in my free time}?"],
     "Got it, you like {v}.", "You like {v}.", "You have not told me what you like.", "hobby"),
    ("pet", ["I have a {dog|cat|rabbit|parrot|horse} {called|named} <v>[.|]", "my {dog|cat|pet|rabbit|parrot} is called <v>[.|]", "<v> is {my dog|my cat|the name of my pet|my pet}[.|]", "my pet's name is <v>[.|]"],
     ["what is {my pet called|my pet's name|the name of my pet}?", "how is my pet called?", "{tell me|do you know|do you remember} {my pet's name|the name of my pet|what my pet is called}[.|?]", "{which|what} name does my pet have?", "who is my pet?"],
     "Got it, your pet is called {v}.", "Your pet is called {v}.", "You have not told me about your pet.", "first"),
    ("employer", ["I work {for|at} <v>[.|]", "my {employer|company} is <v>[.|]", "I {am employed|have a job} {at|with} <v>[.|]", "<v> is {my employer|the company I work for}[.|]"],
     ["{who|which company|what company} do I work for?", "where do I work?", "{who|what} is my {employer|company}?", "{tell me|do you know|do you remember} {where I work|my employer|who I work for}[.|?]"],
     "Got it, you work for {v}.", "You work for {v}.", "You have not told me where you work.", "org"),
]
ATTRIBUTES = """favourite colour|favourite food|favourite animal|favourite film|favourite number|birthday|phone number|lucky number|code word|
locker code|project name|sister's name|brother's name|boss's name|street|team name|bus line|login|room number|account id|flight number|nickname|
password hint|order number|seat|car|mother's name|best friend|shoe size|wifi password|parking spot|gate|hotel|dentist|booking code|train|plan|
project|deadline|budget|meeting room|badge number|table number|favourite song|favourite book|favourite drink|username|customer number""".replace("\n", "").split("|")
TELL_ATTR = ["my <a> is <v>[.|]", "{remember|note|keep in mind|please remember|don't forget|write down|store|save}[ that|:] my <a> is <v>[.|]",
             "{by the way|FYI|for later|just so you know|you should know|please note|also|one more thing}[,|:] my <a> is <v>[.|]", "<v> is my <a>[.|]",
             "my <a>{:| =} <v>[.|]", "{I want you to|you should|could you|can you|please} {remember|note|keep} my <a>: <v>[.|]",
             "the value of my <a> is <v>[.|]", "I {have|use|got} <v> as my <a>[.|]", "as for my <a>, {it is|it's|that is} <v>[.|]"]
ASK_ATTR = ["what is my <a>[ again|]?", "what's my <a>[ again|]?", "{do you|can you|could you} {remember|recall|know|tell me|give me|say|repeat} my <a>?",
            "[please |]{tell me|give me|say|show me|repeat|remind me of} my <a>[ please| again|][.|]", "what {was|did I say was|did I tell you is} my <a>[ again|]?",
            "I {forgot|forget|can't recall|don't remember|need|lost} my <a>[.|, what is it?|, can you tell me?]", "my <a>?", "and my <a>?",
            "{which|what} <a> {do I have|did I tell you|did I give you}?", "{about|concerning} my <a>: what {is|was} it?", "do I have a <a>? {which|what is it}[?|]"]
CORRECT = ["actually[,|] my <a> is <v>[.|]", "{correction|update|change}: my <a> is[ now|] <v>[.|]", "{sorry|oh wait|no wait|oops|no}[,|] my <a> is <v>[.|]",
           "my <a> {has changed|changed}[:|,] {it is|it's} [now |]<v>[.|]", "I was wrong[:|,] my <a> is <v>[.|]", "{now|since today|from now on} my <a> is <v>[.|]", "I meant <v> is my <a>[.|]"]
