"""Training wordings of what users say, by intent, as patterns of `grammar.py`.

The wordings of the test split live in `phrasing_held.py` and were written apart from these.
"""

from .wordings import facts, talk

SMALL = {       # intent: (patterns, the one answer)
    "greet": (["{hi|hello|hey|hiya|howdy|greetings|hey there|hello there|hi there|hi again|hello again|yo}[!|.|]",
               "good {morning|afternoon|evening|day}[!|.|]", "{hi|hello|hey}, {assistant|bot|friend|everyone|you}[!|.|]",
               "{hi|hello}, {nice|good|great} to {meet|see} you[!|.|]", "{is anybody there|anyone there|are you there}?",
               "{hi|hello|hey|hiya|hullo|heya|oi|ahoy|salutations|welcome|aloha|morning|evening|afternoon}[,|] {Kindling|my friend|dear|mate|buddy|computer|machine|model|AI|helper|all|folks|dear assistant}[!|.|]",
               "{top of the morning|a very good day|good day to you|a good morning to you|pleased to meet you|nice to meet you|glad to be here|long time no see|it is me again|I am back|here I am|me again}[!|.|]",
               "{knock knock|hello hello|hi hi|heyyy|helloo|hallo|hellooo|hey hey|sup|wassup|hi there you|hey you}[!|?|.|]",
               "{hi|hello|hey}, {I have a question|can I ask you something|I am new here|is this the assistant|first time here|do you have a minute|got a minute|are you free|can we talk|may I disturb you|let us start|shall we begin}[?|.|]"],
              "Hello! How can I help you?"),
    "mood": (["[hi, |hello, |hey, |so, |]how {are you|are you doing|do you do|is it going|are things|have you been}"
              "[ today| now|]?", "{are you|you} {ok|well|fine|alright|good}[ today|]?", "what's {up|new|going on}[ with you|]?",
              "how {do|are} you feel[ing|][ today|]?", "how was your {day|week|weekend}?",
               "{how's|how is} {it going|life|everything|your day|your morning|the day|business|it all|your health|your mood|the family}[ today| so far| with you|]?",
               "{everything|all|things} {fine|ok|good|well|alright}[ with you| there| today|]?",
               "are you {doing well|having a good day|happy|tired|busy|in a good mood|feeling well|enjoying yourself|having fun}[ today| now|]?",
               "{what have you been up to|how goes it|how are we today|you doing alright|feeling good|how do you find yourself|you good|how's tricks|are you keeping well|did you sleep well|how did you sleep}[?|]",
               "{tell me|I wonder|I'd like to know|may I ask} how {you are|you feel|you are doing|things are|it is going}[ today|][.|?|]"],
             "I am doing well, thank you. How can I help you?"),
    "thanks": (["{thanks|thank you|many thanks|thx|cheers|ta}[ a lot| so much| very much| for that| for your help| again|][!|.|]",
                "{great|perfect|ok|good|nice|wonderful|super}, {thanks|thank you}[!|.|]",
                "{that|this} {was|is} {helpful|very helpful|useful|just what I needed|a great help}[, thanks|, thank you|][!|.|]",
                "you {helped|saved} me[ a lot|]{!|.|}", "I appreciate {it|that|your help}[!|.|]",
               "{thanks|thank you|thx|ty|tyvm|tysm|merci|much obliged|thanks a million|thanks a bunch|thank you kindly|a thousand thanks|big thanks|my thanks|with thanks}[!|.|]",
               "{I am|I'm} {grateful|thankful|very grateful|so grateful|much obliged|in your debt}[ to you| for that| for your help|][.|!|]",
               "{that|this|it} {helps|helped|solved it|did it|worked|answers my question|is what I needed|makes my day}[ a lot| so much| really|][, thanks| thank you|][!|.|]",
               "{thanks|thank you} for {your help|the help|helping|that|this|everything|the answer|your time|your patience|the quick answer|explaining|your support|being there}[!|.|]",
               "{lovely|excellent|brilliant|awesome|fine|very good|that will do|beautiful|right}, {thanks|thank you|thx|cheers}[!|.|]",
               "{what would I do without you|you are a lifesaver|you made my day|I owe you one|I could not have done it alone|very kind of you, thanks|how kind, thank you|kind of you to help}[!|.|]"], "You are welcome!"),
    "bye": (["{bye|goodbye|bye bye|see you|see ya|farewell|ciao|good night|take care|so long}[!|.|]",
             "{see you|talk to you|until|catch you} {later|soon|tomorrow|next time}[!|.|]",
             "{have|enjoy} {a nice|a good|your} {day|evening|weekend}[!|.|]",
             "{I have to|I must|I need to|I'm about to} {go|leave|run}[ now|][, bye|]{!|.|}",
             "that {is|was} all[ for now| for today|]{.|, bye|, goodbye}",
               "{bye|goodbye|bye now|cya|later|laters|cheerio|adieu|so long|ta ta|toodles|over and out|peace|good bye|bye for now|adios|farewell}[, {my friend|friend|Kindling|all|dear|then|and thanks}|][!|.|]",
               "{I am|I'm} {off|leaving|going|out|done|finished|signing off|logging off|done for today|going to bed|heading home|going home}[ now|][.|!|, bye|]",
               "{let us|let's} {stop here|end here|call it a day|finish|talk again tomorrow|continue another day|leave it there}[.|]",
               "{sleep well|have a good one|have a nice one|sweet dreams|all the best|until next time|till tomorrow|see you around|speak soon|talk soon|until we meet again|stay well|be well}[!|.|]",
               "{my bus is here|it is late|time to go|time for bed|duty calls|I have to catch a train|my break is over|dinner is ready}, {bye|goodbye|see you|good night|I must go|talk later}[.|!|]",
               "{that's it|nothing else|no more questions|we are done|that's everything|I am finished here}[, {bye|goodbye|see you}]{.|!|}"], "Goodbye!"),
    "who": (["{who|what} are you[ exactly|]?", "what is your name?", "what's your name?", "do you have a name?",
             "{tell me|say something} about {yourself|you}[.|]", "{introduce yourself|who am I talking to}[.|?|]",
             "are you {a|an} {human|robot|bot|person|machine|AI|computer|language model|real person}?",
             "what {kind|sort} of {bot|assistant|program|model} are you?", "{which|what} {model|AI} {is this|are you}?",
               "{who|what} {am I|is this|is it I am} {talking to|speaking with|writing to|chatting with|dealing with}[ here|][?|]",
               "NP: your {name|full name|real name|model name|purpose|identity}",
               "WH: who {you are|is there|I am talking to|is answering me|made you|built you}",
               "Q: {who made you|who built you|who trained you|who created you|what are you|who are you really|are you ChatGPT|are you a real human|are you alive|what should I call you|what model are you|do you go by a name}",
               "{state|say|give} {your name|who you are}[ please|][.|]",
               "{and you|your name|your name please|you are|and who are you|so who are you}?"],
            "I am Kindling, a small local assistant."),
    "skills": (["what can {you|u} do[ for me|]?", "how can you {help|assist}[ me|]?", "what are {your skills|you able to do|you good at}?",
                "{can|could} you help[ me|]?", "help[ me|][!|.|]", "I need {help|your help|some help|assistance}[.|]",
                "what {do you know|are you for|are you made for}?", "{list|show|tell me} {your|all your} {skills|abilities|features}[.|]",
                "what {sort|kind} of {things|tasks|questions} {can|do} you {do|answer|handle}?",
               "WH: what {you can do|you are able to do|you know|you are good at|you can help with|you offer|you do}",
               "NP: {the list of your skills|your abilities|your features|your strengths|your functions|the list of things you can do}",
               "Q: {what can I ask you|what can I use you for|how do you work|what are you here for|what services do you offer|how can you be of use|what is your job|what tasks do you know|what can I do here|how can I use you|where do I start|what do you offer|what is possible here}",
               "{I am stuck|I have a problem|I could use a hand|I need a hand|give me a hand|help please|assist me|please help me|SOS|I do not know what to ask}[.|!|]",
               "DO: {tell me what you can do|list what you can do|explain what you can do|show me what you can|help me|give me a hand|assist me|support me}"],
               "I can chat, remember what you tell me, answer from a given text, fill in JSON and call tools."),
    "joke": (["[please |can you |could you |]tell [me |us |]{a|another|one} [good |short |funny |]joke[ please|][.|?|!|]",
              "{do you know|got|have you got|know} {a joke|any jokes|any good jokes}?", "{make me laugh|say something funny|joke}[!|.| please|]",
              "I {want|need|would like} {a joke|to laugh|to hear a joke}[.|]",
               "DO: {tell a joke|tell me a joke|make me laugh|say something funny|crack a joke|amuse me|entertain me|cheer me up with a joke|give me a joke|make a joke|tell us something funny}",
               "Q: {do you know a joke|do you know any jokes|got any jokes|have you heard a good one|can you be funny|are you funny|can you joke}",
               "NP: {a joke|a good joke|something funny|a funny story|a joke of yours|your best joke|your favourite joke}",
               "{joke please|a joke|another joke|one more joke|jokes|tell one|funny please|humour me|be funny|something to laugh about|let us laugh|time for a joke|I am bored, joke please|bored}[.|!|]"],
             "Why did the byte cross the bus? To get to the other side."),
    "sad": (["I {am|feel|am feeling|was} {sad|down|unhappy|lonely|bad|awful|terrible|depressed|upset|tired of everything}[ today|][.|]",
             "{today|this|it} {is|was} {a bad|a terrible|an awful|a horrible} {day|week}[.|]",
             "{everything|it all|nothing} {goes wrong|went wrong|works|is going well}[ today|][.|]",
             "{I had|I have had} a {bad|rough|hard|terrible} {day|week|night}[.|]", "{I failed my exam|my day was terrible|I lost my job}[.|]",
               "{my|our} {dog|cat|grandmother|friend|uncle|hamster} {died|passed away|is very ill|ran away|is in hospital|left us}[ today| yesterday| last night|][.|]",
               "{I|we} {lost|broke|missed|failed|ruined} {everything|my wallet|the match|my keys|my train|my job|the test|my favourite cup|my phone|the game}[ today| again|][.|]",
               "IS: {I am so sad|I feel awful|I am heartbroken|I cried all day|I feel alone|I am in pain|I am sick|I am unhappy|nobody likes me|I feel terrible|I had an accident|I am worried|I am scared|I feel blue|I am not well|I am exhausted|my heart is broken}",
               "{life is|today is|work is|it is|this is} {hard|awful|so sad|unfair|tough|too much|a mess|a disaster|terrible|horrible}[ right now| sometimes| at the moment|][.|]",
               "{my girlfriend|my boyfriend|my wife|my husband|my best friend} {left me|is angry with me|broke up with me|hates me|forgot my birthday}[.|]"],
            "I am sorry to hear that."),
    "glad": (["I {am|feel|am feeling} {happy|great|good|wonderful|fantastic|so glad|very well|excited}[ today|][.|!|]",
              "{this|that|it} is {great|fantastic|wonderful|awesome|amazing|brilliant|good news}[.|!|]",
              "what a {nice|lovely|great|beautiful|wonderful} {day|morning|surprise}[.|!|]",
              "{wonderful|awesome|fantastic|hooray|great|yay}[!|.|]", "I {passed my exam|got the job|won|had a great day}[!|.|]",
               "{I|we} {won|passed|made it|got it|did it|found it|finished}[ the {race|match|game|exam|test|prize|project|marathon}|][ today| at last| finally|][!|.|]",
               "IS: {I am so happy|I feel great|I am in a good mood|I am on holiday|I am in love|I got a new job|I got good news|we are having a baby|I am getting married|my team won|I am over the moon|I had a wonderful day|today is my birthday|I found my keys|life is good|I feel wonderful}",
               "{today|this|yesterday|this morning|the weekend} {is|was} {the best day|so much fun|a great success|lovely|perfect|so good|a dream}[!|.|]",
               "{yippee|woohoo|hurray|yes!!|wow|yeah|bravo|cool news|good news|great news|finally}[!|.|]",
               "{my|our} {daughter|son|sister|brother|friend|baby} {was born|got married|passed the exam|won the race|is healthy again|came home}[ today|][!|.|]"],
             "I am glad to hear that!"),
    "sorry": (["{sorry|I am sorry|my apologies|oops|excuse me|pardon}[ about that| for that|][.|!|]",
               "{that was|it was} my {mistake|fault}[.|]",
               "{sorry|so sorry|very sorry|my bad|I apologise|I apologize|apologies|forgive me|pardon me|oh sorry|whoops|beg your pardon|mea culpa}[ for {that|this|the delay|the mistake|the typo|my tone|being late|the noise|the confusion|bothering you|the mess}|][.|!|]",
               "{I|I really|I truly} {am sorry|regret that|apologise|did not mean it|made a mistake|was wrong|was rude|typed that wrong|pressed the wrong key}[.|]",
               "{that was|it was|this was} {wrong of me|a typo|not nice of me|an accident|rude of me|stupid of me|not intended}[.|, sorry|]"], "No problem at all."),
    "ok": (["{ok|okay|alright|fine|good|sure|yes|yep|I see|got it|understood|makes sense|cool|nice}[.|!|]",
               "{k|kk|okey|oki|very well|right|fair enough|of course|certainly|indeed|agreed|deal|roger|noted|I understand|that works|as you say|no problem|sounds good|that is fine|fine with me|all right|I know|I see now|ah ok|oh ok|aha|exactly|yeah|yup|correct|true|so be it|good to know|I get it|sure thing|works for me}[.|!|]",
               "{yes|ok|okay|fine|alright|good|right}, {I see|understood|got it|that is clear|good|fine|then|sure|agreed|that works}[.|]"], "All right."),
    "praise": (["you are {great|smart|clever|nice|kind|funny|the best|amazing|very helpful|so good}[!|.|]",
                "{good|great|nice|well} {job|work|done|answer}[!|.|]", "I {like|love} {you|talking to you|this}[!|.|]",
               "{you|u} {rock|are a genius|are awesome|are wonderful|are a star|did well|are doing great|are quick|are brilliant|know a lot|are a good bot|are lovely|are so clever|never fail|are sweet|impress me|are better than the others}[!|.|]",
               "{what a|such a} {good|great|clever|smart|lovely|helpful|nice} {bot|assistant|answer|machine|helper}[!|.|]",
               "{impressive|well done|good bot|bravo|clever|nice one|excellent work|good answer|superb|spot on|smart answer|perfect answer|congratulations}[!|.|]",
               "I {really like|enjoy|am impressed by|admire|am a fan of} {you|your answers|how you work|your style|talking with you|this chat}[!|.|]"],
               "Thank you, that is kind of you."),
    "test": (["{test|testing|this is a test|just testing|test test|ping|hello world|check}[.|!|]", "{does this|is this|are you} work[ing|]?",
               "{testing 123|test 1|test message|this is only a test|just a test|trying this out|is this on|does it work|am I connected|connection test|echo test|probe|health check|hello?? test|smoke test|first test|say something|ping ping|can you hear me|can you read this|do you read me|is it working}[?|.|!|]",
               "{just|only|I am just} {testing|checking|trying} {this|the connection|you|the api|if this works|whether it works|something|things out}[.|!|]"],
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
FOREIGN_ANSWER = "I understand English only. Could you say that in English?"
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
             "{call me|you can call me|please call me|just call me|feel free to call me|you may call me|do call me|everybody may call me} <v>[.|]", "[hello|hi|hey][,|] <v> here[.|!|]", "I'm {called|named} <v>[.|]",
             "{people|my friends|they|all|others|my parents|colleagues|everyone|most people} {call me|know me as|refer to me as} <v>[.|]", "<v> is {my name|what I am called|what they call me|the name I use|how people call me|me}[.|]", "the name is <v>[.|]",
             "I {go by|answer to|am known as|use|bear|carry|listen to} {the name |the name of |}<v>[.|]",
             "{let me introduce myself|allow me to introduce myself|for your information|so you know|a short introduction|may I introduce myself|first things first|about me}[:|,] {I am|I'm|my name is} <v>[.|]",
             "my {first name|full name|user name|given name|nickname here|own name} is <v>[.|]", "my name is <v>, {what is yours|nice to meet you|good to meet you|how are you|by the way|and yours|if you must know}[?|!|.]",
             "IS: my name is <v>", "IS: I am <v>", "IS: I am called <v>", "IS: <v> is my name", "IS: you {are talking to|speak with|are speaking to|are chatting with|have} <v>{| here| on the line}", "{it is|it's|this is} <v>{ speaking| here| writing| again| on the line|}[.|]",
             "{they|my parents|my mother|my father} {named|called} me <v>[.|]", "{a {person|woman|man|user} {called|named} <v> {is talking to you|is here|writes this}|here {is|comes|writes} <v>}[.|]", "{name|my name|user|me}: <v>", "<v>, {pleased to meet you|nice to meet you|that's me|that is my name|at your service}[.|!|]",
             "I {was named|got the name|was given the name|was baptised|signed up as|registered as} <v>[.|]", "{from now on|in this chat|here} I am <v>[.|]", "{greetings from|regards from|yours is} <v>[.|]"]
ASK_NAME = ["what is my name[ again|]?", "what's my name[ again|]?", "[do you |can you |]{remember|recall|know} {my name|what my name is|what I am called|who I am}?",
            "who am I[ again| to you| then|]?", "[please |can you |could you |]{tell|give} me my name[ please| again|][?|.]", "what {am I called|do people call me|did I say my name was|was my name}[ again|]?",
            "[can you |could you |please |]say my name[.|?|!]", "{my name|my name, please}?", "what name did I {give|tell|say}[ you|]?", "how am I called?",
            "did I tell you my name? {what is it|What is it|say it}[?|.]", "I {forgot|forget|want to hear} my name[.|, what is it?]", "you know my name, {right|don't you}?",
            "{by|under|with} {what|which} name {do you know me|did I introduce myself|did I sign up|am I known|do I go}?", "NP: my name", "NP: my name", "NP: {my own name|the name I told you|the name I gave you|the name of mine|the name of the person you talk to|the name of this user|my first name|the user's name|the name that I go by}",
            "WH: {who I am|what my name is|what I am called|how I am called|what they call me|what name I gave you|who you are talking to|who is writing to you|which name I have|by what name I go|what I said my name was|how to call me}",
            "Q: {who am I|what is my name|what am I called|how do people call me|who is talking to you|what do they call me|what name do I have|which name is mine|who are you talking to|what should you call me|how would you address me|how should you greet me|who is this user|what was my name|what was I called|have I got a name|do you know who I am|you remember who I am}",
            "DO: {say my name|tell me my name|write my name|spell out my name|repeat my name|print my name|address me by my name|name me|greet me by my name|identify me|state my name}", "{I bet|I guess|I think|surely} you {forgot|don't know|can't remember|no longer know} {my name|who I am|what I am called}[.|?|!]",
            "{me|I} {am|is} {who|called what|named what}?", "who {is it|is it that} {you are talking to|talks to you|writes here}?"]

# Facts that a person tells: (key, what is told, what is asked, acknowledgement, answer).
FACTS = [
    ("home", ["I live in <v>[.|]", "my home is in <v>[.|]", "my {apartment|house|flat|place|room} is in <v>[.|]", "IS: I {live|reside|am living|stay|dwell|have lived for years|am at home|rent a flat|have my home|own a house|am settled} in <v>", "IS: <v> is {where I live|my home|the town I live in|the place where I live|my place of residence}", "IS: I {moved|have moved|just moved|relocated} to <v>", "IS: my {home|address|house|town|residence|family home} is in <v>",
      "you {find|can find} me in <v>[.|]", "home is <v>[ for me|][.|]"],
     ["where do I live?", "[in |]{which|what} {city|town|place} {do I live in|is my home in|do I call home}?", "{which|what} is my {city|town|home}?", "NP: {my home|my place of residence|my town|the town I live in|the city where I live|the place where I live|the city of my home|my current city}",
      "WH: {where I live|where my home is|where I am living|where my house is|in which city I live|what town I live in|which place I call home|where I reside|where to find my home}", "Q: {where do I live|where is my home|where am I living|where do I reside|where is my house|where is my flat|in what town do I live|which city is my home|where am I at home|which place do I call home|what city am I in|what is my address|where would you send a letter to me}"],
     "Got it, you live in {v}.", "You live in {v}.", "You have not told me where you live.", "city"),
    ("birthplace", ["I was born in <v>[.|]", "I {come|am} from <v>[.|]", "my {place of birth|birthplace|home town} is <v>[.|]", "IS: I {was born|grew up|spent my childhood|was raised|came to the world} in <v>", "IS: I {come|am|am originally|hail|stem} from <v>", "IS: <v> is {where I was born|my birthplace|where I grew up|where I come from|where I am from}", "originally I'm from <v>[.|]", "my {family|roots} {comes|are} from <v>, I was born there[.|]"],
     ["where {was I born|am I from|do I come from|did I grow up}?", "NP: {my birthplace|my place of birth|my home town|the town I was born in|the city I come from|the place of my birth|my native town|the place where I grew up}", "WH: {where I was born|where I am from|where I come from|where I grew up|in which town I was born|what city I am from|where I spent my childhood}",
      "Q: {where was I born|where am I from|where do I come from|where did I grow up|in which city was I born|which town am I from|where was I raised|where did I spend my childhood|where are my roots}"],
     "Got it, you are from {v}.", "You are from {v}.", "You have not told me where you are from.", "city"),
    ("job", ["I work as a <v>[.|]", "I am a <v>[.|]", "my {job|profession|occupation|trade|work} is <v>[.|]", "IS: I {work as|am|am employed as|serve as|was hired as|earn my living as|earn my money as|have a job as|have worked for years as|make my living as} a <v>", "IS: my {job|profession|occupation|trade|work|calling|career} is <v>", "<v> is {my job|my profession|what I do|my trade|my occupation}[.|]", "by {trade|profession} I am a <v>[.|]", "I {was|am} trained as a <v>[.|]", "they pay me as a <v>[.|]"],
     ["what {is|'s} my {job|profession|occupation|work}?", "NP: {my job|my profession|my occupation|my trade|the work I do|my line of work|my career|my calling|the job I have|the kind of work I do}", "WH: {what I do|what my job is|what I do for a living|what work I do|how I earn my money|what my profession is|as what I work|what I work as|how I make my living}",
      "Q: {what do I do|what do I do for a living|what do I work as|as what do I work|how do I earn my money|how do I earn my living|what is my job|which job do I have|what kind of work do I do|what is my line of work|what trade am I in|which profession do I have|what am I by trade|how do I pay my bills}"],
     "Got it, you work as a {v}.", "You work as a {v}.", "You have not told me your job.", "job"),
    ("age", ["I am <v> years old[.|]", "I'm <v>[ years old|][.|]", "my age is <v>[.|]", "I {turned|just turned|have turned|became|will soon be} <v>[ last week| in May|][.|]", "IS: I am <v>[ years old|]", "IS: my age is <v>", "IS: I {turned|just turned|was turning} <v>[ last week| in May| yesterday|]", "<v> {is my age|years, that is my age|years old, that's me|is how old I am}[.|]", "I {celebrated|had} my birthday number <v>[.|]", "age: <v>"],
     ["how old am I?", "what is my age?", "my age?", "NP: {my age|the age I have|my age in years|the number of my years|the age I told you}", "WH: {how old I am|what my age is|what age I am|how many years old I am}", "Q: {how old am I|what age am I|what is my age|how many years old am I|how many years do I have|which age did I tell you|am I old, how old}", "how many years {have I|old am I}?"],
     "Got it, you are {v} years old.", "You are {v} years old.", "You have not told me your age.", "age"),
    ("like", ["I {like|love|enjoy|adore|am fond of|really like} <v>[.|]", "my hobby is <v>[.|]", "IS: I {like|love|enjoy|adore|am fond of|really like|am keen on|am into|am crazy about|am a fan of|can't live without|never get tired of} <v>", "IS: <v> is {my hobby|what I like|what I do for fun|my favourite pastime|my passion|my thing|what I enjoy|the best thing ever}", "I spend my {free time|weekends|evenings|holidays|spare time} with <v>[.|]", "IS: my {hobby|passion|favourite pastime|great love|favourite activity} is <v>", "<v> {makes me happy|relaxes me|is fun|is what I live for}[.|]", "in my {free|spare} time {it's|it is|I do} <v>[.|]"],
     ["what do I {like|love|enjoy}?", "what is my hobby?", "NP: {my hobby|my passion|my favourite pastime|the thing I like|my favourite activity|the hobby I have|the thing that I enjoy|my pastime}", "WH: {what I like|what my hobby is|what I enjoy|what I love|what I do for fun|what I do in my free time|which hobby I have|what I am fond of|how I spend my free time|what makes me happy|what I am into}",
      "Q: {what do I like|what do I enjoy|what is my hobby|which hobby do I have|what do I do for fun|what do I do in my free time|how do I spend my weekends|what am I fond of|what am I keen on|what am I into|what do I love|what do I do after work|how do I spend my spare time|what makes me happy}"],
     "Got it, you like {v}.", "You like {v}.", "You have not told me what you like.", "hobby"),
    ("pet", ["I have a {dog|cat|rabbit|parrot|horse} {called|named} <v>[.|]", "my {dog|cat|pet|rabbit|parrot} is called <v>[.|]", "IS: <v> is {my dog|my cat|the name of my pet|my pet|my hamster|my parrot|the name of my dog|the name of my cat}", "IS: my {pet|dog|cat|hamster|horse|parrot}'s name is <v>", "IS: my {pet|dog|cat|puppy|kitten} {is called|is named|goes by the name of|listens to the name|answers to} <v>", "IS: I {have|own|keep|got|share my home with|live with|adopted|bought} a {dog|cat|rabbit|parrot|horse|hamster|goldfish|puppy|kitten} {called|named|by the name of} <v>", "we named our {dog|cat|pet|puppy} <v>[.|]", "at home {my|a} {dog|cat|pet} {called|named} <v> waits for me[.|]"],
     ["what is {my pet called|my pet's name|the name of my pet}?", "NP: {my pet's name|the name of my pet|the name of my animal|the name I gave my pet|what my pet is called}", "WH: {what my pet is called|what the name of my pet is|how my pet is called|what my pet's name is|what I call my pet|which name my pet has|what I named my pet}", "Q: {what is my pet called|how is my pet called|what name does my pet have|which name did I give my pet|what do I call my pet|how do I call my pet|who is my pet|what did I name my pet|to which name does my pet listen|what is the name of my pet}"],
     "Got it, your pet is called {v}.", "Your pet is called {v}.", "You have not told me about your pet.", "first"),
    ("employer", ["I work {for|at} <v>[.|]", "my {employer|company|firm} is <v>[.|]", "I {am employed|have a job} {at|with|by} <v>[.|]", "IS: <v> is {my employer|the company I work for|my company|the firm I work for|where I work}", "IS: I {work for|work at|am employed by|am employed at|have a job at|am with|joined|was hired by|started at|spend my days at} <v>", "IS: my {employer|company|firm|office|boss's company|workplace} is <v>", "<v> {pays|employs|hired} me[.|]", "I am on the payroll of <v>[.|]"],
     ["{who|which company|what company} do I work for?", "where do I work?", "{who|what} is my {employer|company}?", "NP: {my employer|my company|the company I work for|my workplace|the firm I work for|the name of my employer|the name of my company|the company that employs me}", "WH: {where I work|who I work for|who employs me|which company I work for|who my employer is|what firm I am with|at which company I work|who pays me}", "Q: {where do I work|who do I work for|who employs me|which company do I work for|who is my employer|what company am I with|who pays my salary|where am I employed|for which firm do I work|at what company do I have a job|what is my company}"],
     "Got it, you work for {v}.", "You work for {v}.", "You have not told me where you work.", "org"),
    ("language", ["IS: I speak <v>", "IS: my {mother tongue|native language|language|first language} is <v>", "IS: <v> is {my mother tongue|my native language|the language I speak|what I speak at home}", "IS: I grew up speaking <v>", "at home we {speak|talk} <v>[.|]"],
     ["NP: {my language|my mother tongue|my native language|the language I speak}", "WH: {which language I speak|what language I speak|what my mother tongue is|what I speak at home}", "Q: {which language do I speak|what language do I speak|what is my mother tongue|what do I speak at home|what is my native language}"],
     "Got it, you speak {v}.", "You speak {v}.", "You have not told me which language you speak.", "language"),
    ("allergy", ["IS: I am allergic to <v>", "IS: I {can't|must not|may not} eat <v>", "IS: I have {a <v> allergy|an allergy to <v>}", "<v> makes me {ill|sick}[.|]"],
     ["NP: {my allergy|the thing I am allergic to|the food I can't eat}", "WH: {what I am allergic to|what I can't eat|which allergy I have|what I must not eat|what makes me ill}", "Q: {what am I allergic to|what can't I eat|which allergy do I have|what must I not eat|what makes me sick|what should I avoid}"],
     "Got it, you cannot eat {v}.", "You cannot eat {v}.", "You have not told me what you cannot eat.", "thing"),
    ("partner", ["IS: {my wife|my husband|my partner} is {called|named} <v>", "IS: I am married to <v>", "IS: <v> is {my wife|my husband|my partner|married to me}", "IS: I {married|live together with|share my life with} <v>"],
     ["NP: {the name of my partner|my partner's name|the person I am married to}", "WH: {who I am married to|who my partner is|what my partner is called|who I married}", "Q: {who am I married to|who is my partner|what is my partner called|whom did I marry|what is my partner's name|who shares my life}"],
     "Got it, your partner is {v}.", "Your partner is {v}.", "You have not told me about your partner.", "first"),
    ("trip", ["IS: I am {going|travelling|flying|driving} to <v> {next week|tomorrow|soon|in the summer|this weekend}", "IS: my next {trip|holiday|journey} goes to <v>", "IS: I {booked a trip|bought a ticket|plan a trip|plan to travel} to <v>", "IS: <v> is {where I go next|my next stop|my destination|where I spend my holiday}"],
     ["NP: {the destination of my trip|my destination|the goal of my journey|my next stop|the place I travel to}", "WH: {where I am going|where I travel|where my trip goes|where I spend my holiday|where I will be next week}", "Q: {where am I going|where do I travel|where does my trip go|where am I flying|what is my destination|where will I spend my holiday|to which city do I travel}"],
     "Got it, you travel to {v}.", "You travel to {v}.", "You have not told me where you travel.", "city"),
]
LANGUAGES = "French German Spanish Italian Polish Turkish Greek Arabic Hindi Korean Japanese Swedish Dutch Finnish Danish Welsh Irish Czech Swahili Thai".split()
ATTRIBUTES = """favourite colour|favourite food|favourite animal|favourite film|favourite number|birthday|phone number|lucky number|code word|
locker code|project name|sister's name|brother's name|boss's name|street|team name|bus line|login|room number|account id|flight number|nickname|
password hint|order number|seat|car|mother's name|best friend|shoe size|wifi password|parking spot|gate|hotel|dentist|booking code|train|plan|
project|deadline|budget|meeting room|badge number|table number|favourite song|favourite book|favourite drink|username|customer number""".replace("\n", "").split("|")
TELL_ATTR = ["my <a> is <v>[.|]", "IS: my <a> is <v>", "IS: my <a> is <v>", "{remember|note|keep in mind|please remember|don't forget|write down|store|save}[ that|:] my <a> is <v>[.|]",
             "IS: <v> is {my <a>|the <a> I have|what I have as my <a>|the value of my <a>}", "<v> is my <a>[.|]", "my <a>{:| =| -} <v>[.|]", "{I want you to|you should|could you|can you|please} {remember|note|keep|store|save} my <a>: <v>[.|]",
             "the value of my <a> is <v>[.|]", "IS: I {have|use|got|chose|picked|was given|took} <v> {as|for} my <a>", "as for my <a>, {it is|it's|that is} <v>[.|]", "when it comes to my <a>, {it is|it's|I'd say} <v>[.|]", "for my <a>, {put|write|note|take} <v>[.|]",
             "{about|regarding|concerning} my <a>: {it is|it's|} <v>[.|]", "{set|save|store|record|enter|add} my <a> {as|to} <v>[.|]", "<a>: <v>", "DO: {remember <v> as my <a>|note <v> as my <a>|save <v> as my <a>|keep <v> as my <a>|remember my <a>, which is <v>|write down that my <a> is <v>}"]
ASK_ATTR = ["what is my <a>[ again|]?", "what's my <a>[ again|]?", "{do you|can you|could you} {remember|recall|know|tell me|give me|say|repeat} my <a>?",
            "[please |]{tell me|give me|say|show me|repeat|remind me of} my <a>[ please| again|][.|]", "what {was|did I say was|did I tell you is|did I tell you about} my <a>[ again|]?",
            "my <a>?", "and my <a>?", "{which|what} <a> {do I have|did I tell you|did I give you|did I mention|is mine|belongs to me|did I choose|did you note}?", "{about|concerning} my <a>: what {is|was} it?", "do I have a <a>? {which|what is it}[?|]",
            "NP: my <a>", "NP: my <a>", "NP: my <a>", "NP: {the <a> I told you|the <a> I gave you|the <a> that I mentioned|my own <a>|the <a> of mine|the value of my <a>|the <a> you noted for me|the <a> I have}",
            "WH: {what my <a> is|what <a> I have|which <a> I have|what I said about my <a>|which <a> I told you|what I told you about my <a>|what my <a> was|which is my <a>}",
            "Q: {what is my <a>|which <a> did I tell you|what did I say about my <a>|what <a> do I have|which <a> is mine|what have I got as <a>|which is my <a>|what did you note for my <a>|what did I tell you about my <a>|what have I told you about my <a>}",
            "DO: {repeat my <a>|recall my <a>|tell me my <a>|write my <a>|read back my <a>|state my <a>|give my <a>|look up my <a>|print my <a>}"]
CORRECT = ["actually[,|] my <a> is <v>[.|]", "{correction|update|change|edit|fix|new info|erratum}: my <a> is[ now|] <v>[.|]", "{sorry|oh wait|no wait|oops|no|hold on|my mistake|hmm, no|excuse me|scratch that|forget that}[,|] my <a> is <v>[.|]",
           "my <a> {has changed|changed|is different now|was changed|is new}[:|,] {it is|it's} [now |]<v>[.|]", "I was wrong[:|,] my <a> is <v>[.|]", "{now|since today|from now on|as of today|these days|from today} my <a> is <v>[.|]", "I meant <v> {is|as} my <a>[.|]",
           "{that was wrong|I made a mistake|not quite|wrong|I misspoke|that is outdated|I mixed that up}[.|,|:] my <a> {is|is really|should be} <v>[.|]", "my <a> {is no longer that|isn't that any more}[,|:] {it is|it's|but} <v>[.|]", "{change|update|set|correct} my <a> to <v>[.| please|]", "{rather|instead|better}: my <a> is <v>[.|]",
           "my {new|real|correct|current|actual} <a> is <v>[.|]", "I {have|got} a new <a>[:|,] <v>[.|]", "{forget|ignore|drop} the old <a>[,|.|;] {it is|it's|take} <v>[.|]", "IS: my <a> {is now|has become|changed to|was changed to} <v>"]

for _intent, _patterns in talk.SMALL.items():
    SMALL[_intent][0].extend(_patterns)
OPEN_QUESTIONS += talk.OPEN_QUESTIONS
PERSONAS += talk.PERSONAS
TELL_NAME += talk.TELL_NAME
ASK_NAME += talk.ASK_NAME
for _key, _tell, _ask, *_ in FACTS:
    _tell.extend(facts.TELL[_key])
    _ask.extend(facts.ASK[_key])
TELL_ATTR += facts.TELL_ATTR
ASK_ATTR += facts.ASK_ATTR
CORRECT += facts.CORRECT
