"""Test wordings of talk and facts, written from the description of each capability alone and never trained on.

Twenty and more for each intent, counted with their variants.
"""

SMALL = {
    "greet": ["Hi, good to be here", "{Morning|Evening}!", "Good evening to you", "Good afternoon to you", "heya", "Well hello", "hey, what a pleasure", "A very good morning", "{Hi|Hello}, I just {arrived|came in|opened this chat}",
              "Hey, {long time no see|fancy meeting you here}", "{Ahoy|Aloha}", "Nice to see you", "Hello{ from the other side|, it's a pleasure| and welcome}", "'sup buddy", "Pleased to make your acquaintance"],
    "mood": ["How have things been with you?", "Feeling {good|alright|fresh} today?", "Is everything {okay|in order} over there?", "What sort of day are you having?", "how's life treating you?", "how's life these days?", "Are you having a good week?", "You doing {ok|well|fine}?", "What's the mood today?", "How do you feel right now?", "How do you feel this morning?",
             "Are you well at the moment?", "Are you fine at the moment?", "Are you happy at the moment?", "all good on your side?", "I hope you are doing well, are you?", "how have you been lately?"],
    "thanks": ["Thanks, you've been great", "I am so grateful for your support", "I am so grateful for your time", "I am grateful for your support", "I am grateful for your time", "wow thanks mate", "Thanks a ton", "I appreciate it a lot", "I appreciate it very much", "I appreciate that a lot", "I appreciate that very much", "I appreciate your help a lot", "I appreciate your help very much",
               "{Great|Perfect|Super}, thanks for {that|everything|the help}", "Many many thanks"],
    "bye": ["{Ciao for now|Catch you tomorrow}, friend", "I'll come back another day, bye", "OK goodbye then", "see you next week", "see you on Monday", "That would be it, {thanks, |}bye", "Have a {nice|good|great} {day|evening|weekend}, bye", "Time for me to {go|leave}, bye bye",
            "I must be going now"],
    "who": ["Do you have a name, and what are you?", "{Describe|Explain} yourself in a line", "Could you introduce yourself?", "Who is this?", "am I speaking with a {machine|robot|computer}?", "tell me what you are", "so what exactly are you", "{With whom|With what} am I chatting?", "Are you human?", "What kind of thing are you?", "What sort of thing are you?",
            "I'd like to know who I am dealing with", "What do people call you?", "Say a word about yourself", "Can I ask who you are?", "which assistant is this?", "which program is this?"],
    "skills": ["In what ways can you be useful?", "what tasks do you support?", "What is it that you do?", "how could you be of {help|use}", "What {things|jobs|kinds of tasks} can you {handle|take on|solve}?", "With what can you {help|assist} me?", "List your talents", "Describe your abilities", "Describe your talents", "Describe your skills",
               "What are you capable of?", "Which of my problems could you take care of?", "why should I use you?"],
    "joke": ["I'd love a joke", "Entertain me with a joke", "do you have something funny to say?", "One joke, please", "Give me your best joke", "Could you {crack|share} a joke{| for us| for me}?", "Cheer me up with something funny", "Amuse me with a joke", "Amuse me with something funny", "I want to laugh, tell me something funny", "I want to laugh, know a joke",
             "a funny joke, quick", "a funny joke, please", "a funny joke, if you have one", "a silly joke, quick", "a silly joke, please", "a silly joke, if you have one", "a good joke, quick", "a good joke, if you have one", "let's hear a joke", "Make me giggle", "Make us laugh", "Make us giggle"],
    "sad": ["I've been crying all {day|night|week}", "Nothing is working out for me", "I'm feeling really {low|bad|blue}", "what an {awful|terrible} {morning|evening}", "My {week|month} has been miserable", "I {miss|lost} my {dog|friend|grandmother}", "Everything {hurts|is going wrong|falls apart}", "I feel lonely right now", "I feel lonely lately", "I feel hopeless today", "I feel hopeless right now", "I feel hopeless lately", "I feel so unhappy today", "I feel so unhappy right now", "I feel so unhappy lately",
            "It was the worst day {ever|of my life|in years}", "I failed again", "They {fired|left|rejected} me"],
    "glad": ["I'm over the moon", "Best day ever!", "that made me really happy", "What {great|wonderful} news", "I feel wonderful this morning", "I feel fantastic this morning", "I feel amazing this morning", "I feel amazing today", "I {passed|won}! {I passed|I won}!", "I could {dance|sing} with joy", "My {day|evening} was {perfect|lovely|brilliant}", "I got the {job|flat|ticket}, hooray",
             "{So|Really} {pleased|delighted} {today|about this}", "Life is {good|beautiful} {today|right now}", "this is the happiest {day|week} {in years|of my life}"],
    "sorry": ["forgive me, please", "My mistake", "My fault", "That was my bad", "Oops, I {did it wrong|got that wrong}", "I beg your pardon", "pardon my mistake", "I should not have said that{|, sorry}", "excuse {my|the} {mistake|error|mess}", "I feel bad about {that|this|what I wrote}", "sorry for all this", "Please accept my apologies"],
    "praise": ["You're {brilliant|great|wonderful|amazing|fantastic|so helpful}", "I like your answers", "I like how you work", "I love your answers", "I love how you work", "That was {well done|excellent work|impressive}", "You did {a great job|really well}", "you are the best {bot|assistant|helper} I {know|ever had}"],
}
OPEN_QUESTIONS = ["Who was the first {person on the moon|king of France|human in space}?", "What's the tallest {building|tower} in <city>?", "Can you write me a {limerick|song|novel} about a <thing>?",
                  "How many people live in <city>?", "give me the history of the <thing>", "Why do {cats purr|leaves fall|birds migrate}?", "What does <name> do for a living?",
                  "I want a program that {adds two numbers|sorts a list}", "When did <city> become a city?", "Is a <thing> a fruit?", "Please draft an essay on the <thing>", "Compose a {haiku|ballad} on <city>", "What happened in {1789|1969|2001}?", "{Prove|Derive} the theorem of Pythagoras", "which {team|country} won the world cup in 2006?",
                  "How far is the {moon|sun} from the earth?", "What would you cook with a <thing>?", "Do you know the capital of {Australia|Peru|Norway}?", "What is quantum mechanics {about|good for}?"]
PERSONAS = ["A short and useful answer is always best.", "You are a voice on the phone line of <org>.", "You are a courteous aide.", "Respond helpfully.", "You are the help desk of <org>.", "Speak plainly and be nice.", "You're an assistant for shoppers.", "You serve the {guests|readers|members} of <org>.", "As an assistant, be {fair|quick|exact}.", "Always be {gentle|patient} with the user.", "{You work|Work} as a {concierge|receptionist|tutor}.",
            "Act as the {front desk|support line} of <org> in <city>.", "Your job is to assist.", "Keep to the point.", "This is a chat between a user and an assistant."]
TELL_NAME = ["At home they shout <v> when they want me.", "You've got <v> {on the line|here in front of you}.", "If you need a name for me, <v> it is.", "I sign my letters with <v>.", "{Write|Put} me down as <v>.", "Hi there, the name's <v>.", "You may know me as <v>.", "Everyone knows me as <v>", "Greetings! <v> is what I'm called.",
             "I introduce myself as <v>.", "hey it is <v> speaking", "Nice to meet you, I'm <v>.", "My friends named me <v>.", "You're talking to <v>.", "<v> is the name", "<v> is who I am", "This message comes from <v>.",
             "My passport says <v>.", "On my badge it says <v>", "Please address me as <v>."]
ASK_NAME = ["Let me test you: my name?", "What should be written on my badge as the name?", "Whose chat is this? Say my name.", "Can you tell me what I'm called?", "Which name did I introduce myself with?", "Remind me, what's my name?",
            "What do you call me?", "Could you repeat my name back to me?", "so who is talking to you?", "Have you kept my name in mind? What is it?", "What was my name once more?", "What is my name once more?", "And who am I?", "I {forgot|can't recall} my own name, {help|what is it}?", 
            "Did you catch my name? {What is it|Say it}.", "Under what name did I {sign in|present myself}?", "With whom are you chatting, by name?"]
FACTS = {
    "home": (["These days I'm based in <v>.", "I settled in <v>.", "I've got a place in <v>", "We bought a house in <v>, where we live now.", "<v> is the city I live in.", "For years now my home has been <v>.", "You'll find my front door in <v>.", "Home for me means <v>."],
             ["In what town am I based?", "Could you say which city I live in?", "Where's my {home|house|flat}?", "Where do I dwell?", "Tell me the city in which I live.", "Where is it that I live?"]),
    "birthplace": (["I first saw the light of day in <v>.", "My family raised me in <v>.", "I {entered the world|was born and raised} in <v>.", "My {roots|origins} are in <v>.", "I was brought up in <v>.", "<v> is the {town|city|place} where I was born."],
                   ["What place do I originally come from?", "Where's my origin?", "Which town is my birthplace?", "In what {city|town} did I grow up?", "Where do my roots lie?", "From where do I hail?"]),
    "job": (["By trade I'm a <v>.", "For work, I'm a <v>.", "They pay me to be a <v>.", "I make my money as a <v>.", "I have been a <v> for years.", "I trained to be a <v> and that's what I do."],
            ["Could you remind me what I work as?", "What am I by profession?", "What {occupation|job} do I have?", "What do I do for work?"]),
    "age": (["This year I became <v> years old.", "I've reached the age of <v>.", "I've been on this planet for <v> years.", "There are <v> candles on my cake.", "My age {would be|is exactly} <v>."],
            ["Can you tell my age?", "How {old|aged} did I say I am?", "How many birthdays have I had?", "Do you know how old I am?"]),
    "like": (["What I enjoy most is <v>.", "I'm a big fan of <v>.", "Nothing beats <v> for me.", "I pass my free time with <v>.", "On weekends I do a lot of <v>, I love it."],
             ["Name the thing I enjoy.", "What am I a fan of?", "What am I crazy about?", "Which activity do I {love|enjoy}?", "What gives me joy?"]),
    "pet": (["At home there's my pet <v>.", "My animal goes by <v>.", "My dog is <v>.", "My cat is <v>.", "My rabbit is <v>.", "My rabbit answers to <v>.", "I have a pet whose name is <v>."],
            ["Which name does my pet have?"]),
    "employer": (["I'm on the payroll of <v>.", "<v> pays my salary.", "These days I'm with <v>, it's my employer.", "I {joined|was hired by} <v>, they are my employer."],
                 ["Whose employee am I?", "For whom do I work?", "Which {firm|company} {employs|pays} me?"]),
}
TELL_ATTR = ["Let it be known that my <a> is <v>.", "The <a> I have is <v>.", "About my <a>: that would be <v>.", "You might want to remember my <a>, which is <v>.",
             "Here is my <a>: <v>", "Put down <v> as my <a>.", "{Save|Write|Keep} this: my <a> is <v>.", "For my <a> I {have|use|chose} <v>.", "They gave me <v> as {the|my} <a>.", "<v> - that's my <a>.", "<v> is {the|what I have as} <a>{| of mine}.", "My <a> equals <v>", "When you need my <a>, it is <v>.",
             "Would you {note|keep in mind} that my <a> is <v>?", "In case someone asks, my <a> is <v>.", "So my <a>? It's <v>."]
ASK_ATTR = ["For the record, how does my <a> go?", "Could my <a> be read out to me?", "I wrote you my <a> earlier, {read it to me|what did I write}?", "Somebody wants my <a>, what should I answer?", "There is a field for my <a>, what goes into it?", "If I asked for my <a>, what would you say?", "{Dig|Bring} up my <a>, would you?", "My <a> slipped my mind, help me.", "You noted my <a>, read it back.", "Can you look up my <a>?", "What did I mention as my <a>?", 
            "Which one is my <a>?", "What was my <a> then?", "I {forgot|don't remember} my <a>{.|, what is it?}", "And my <a> would be ...?", 
            ]
CORRECT = ["I made a mistake, my <a> is in fact <v>.", "Please change my <a> to <v>.", "Let me fix that: my <a> is <v>.", "No wait, my <a> is <v>, not what I said.", "Sorry, my <a> is <v>, not what I said.", "Forget what I said about my <a>, it's <v>.", "I was wrong, the <a> is <v>.",
           "In truth, my <a> is <v>.", "The right <a> is <v>.", "Make that <v> for my <a>.", "Replace my <a> with <v>."]
