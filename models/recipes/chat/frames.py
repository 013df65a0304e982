"""Ways to put a request, shared by all intents.

A wording may begin with a mark that says what its text is; the frame around it is then drawn here, so
that every intent is asked for in every way there is, and a new way of asking is one line for all:

    NP: the price of <e>        a thing wanted            "any idea what the price of X is?"
    WH: where <e> is            an indirect question      "could you tell me where X is"
    Q:  where is <e>            a direct question         "quick question: where is X?"
    DO: delete the file <e>     an order in its base form "I need you to delete the file X"
    IS: my name is <v>          a statement               "just so you know, my name is X"

A wording without a mark stands as it is.
"""
from . import grammar

FRAMES = {
    "NP": ["what {is|was} @[ again| please| now|]?", "what's @[ again| then|]?", "[please |kindly |]{tell|give|show|send} me @[ please| again| once more| quickly|][.|?|!|]",
           "{can|could|would|will} you [please |kindly |quickly |]{tell me|give me|show me|say|state|name|repeat|look up|share|provide|read out|check|find|get me} @[ please| again| for me|][?|]",
           "do you {know|remember|recall|still know|still have|happen to know|have} @[ by chance|]?", "{I'd|I would} {like|love} to {know|hear|have|see|learn|be told} @[ please|][.|]",
           "I {need|want|require}[ to know| to have| to hear| to see|] @[ now| please| quickly|][.|]", "I {wonder|am wondering|was wondering|am not sure|do not know|don't know} what @ {is|was}[.|]",
           "I {forgot|can't remember|no longer know|have forgotten|would love to know|need to know|must know|want to find out|am trying to recall|have to find out} what @ {is|was}[.|]",
           "{any idea|any clue|do you know|can you tell me|could you say|mind telling me|would you tell me|may I ask|may I know|am I allowed to ask|have you any idea} what @ {is|was}?",
           "{please say|tell me|remind me|say|let me know|please tell me|go on, tell me|just say} what @ {is|was}[.|]", "@[ please|, please|?| again?| again, please|]", "@{:| is| =|...|, that is|, in short:}{ what?|?}",
           "{remind|inform} me {of|about} @[.|]", "{what about|how about|and|about|regarding|as for|what of|concerning|now} @?", "let me {know|have|see|hear} @[ please|][.|]", "{would|do} you mind {telling|giving|showing} me @?",
           "{I'm|I am} {looking for|after|asking for|asking about|interested in|curious about|missing|searching for|in need of} @[.|]", "{the|my} question is[:|,] what is @?", "just @[, please|][.|]", "could I {have|get|know|hear|see} @[ please|]?",
           "{is there|have you got|do you have} {a note of|anything on|a record of|any information on} @?", "{state|name|give|repeat|say|report|tell|write|print} @[ please|][.|]", "help me out[:|,] what {is|was} @?", "you {know|remember} @, {right|don't you|I hope|yes}?",
           "{I hope|I guess|surely|I bet} you know @[.|?]", "@, {do you know it|do you remember it|what is it|what was it|can you tell me|if you know it}?", "{quick check|reminder needed|quick one|to be sure|for the form|for my notes|for the record}: @[?|]",
           "what would @ be?", "I'm supposed to know @, {but I don't|help me|so what is it}[.|?]", "{somebody|my boss|my friend|a colleague|my mother|the office} {asks|wants to know|asked me for|needs} @[.|, what is it?]", "may I {have|ask for|hear} @[ please|]?",
           "{is|was} there @? {what is it|tell me|say it}[.|?]", "{it is|this is|all is} about @[.|, please answer]", "answer me this: what is @?", "{fill in|complete}: @ is ...", "can @ be {given|told|found|named}?", "find out @ for me[.|]", "{got|have} @?"],
    "WH": ["{tell me|say|please say|please tell me|remind me|let me know|please let me know|explain|state|show me|just tell me|inform me|write|find out|check} @[ please| again|][.|]",
           "{do you know|can you tell me|do you remember|could you say|could you tell me|would you tell me|mind telling me|can you remind me|may I ask|may I know|can I ask|do you recall|have you noted|are you able to tell me|would you mind telling me|any idea|any clue|would you know|do you happen to know|did you catch|can you say|is it known|can somebody tell me|will you tell me|can you find out|can you check} @?",
           "{I wonder|I forgot|I'd like to know|I would like to know|I want to know|I need to know|I am trying to find out|I can't remember|I'm curious|I'm not sure|I have no idea|I'd love to know|I must know|I am asking|I ask myself|I would like to hear|nobody told me|I never learned|it would help to know|I was wondering|I keep forgetting|I have to know|I'm interested in|what I want to know is|what I need is|my question is|the question is|it is unclear to me|I don't know} @[.|]",
           "@?", "@, {do you know|do you remember|tell me|any idea|please|that is what I want to know|can you say}?", "{my boss|my friend|a colleague|my wife|the customer|a visitor|someone} {asks|wants to know|asked me|needs to know|would like to know} @[.|]", "{and|so|about|as to|regarding} @?",
           "please {answer|look up|confirm} @[.|]", "{got any idea|have you heard|did anyone say|does it say|is it written} @?"],
    "Q": ["@?", "@?", "@", "@?", "{quick question|question|one question|I have a question|tell me|so|ok|now|and|next question|can I ask something|may I ask|one thing|a small question|here is my question|just checking|well|please tell me|right|say|excuse me|sorry|listen|by the way|let me ask|I ask you|you there|next|also|then|but|hm}{:|,} @?",
          "@, {do you know|any idea|please|can you tell me|I wonder|if I may ask|do you remember|tell me|say|would you say|by the way|then|exactly|now|again}?", "@ {please|exactly|again|then|really|now|actually|by the way|pls|roughly|today}?",
          "{that's what I want to know|I always wanted to know|here's the thing|this puzzles me|what I need to know|I keep asking myself|please answer|one more|the question|a question for you|be quick|short question|I am stuck}: @?", "{I have to ask|I need an answer|I am curious|I am not sure|no idea|I forgot}{.|:|,|;} @?", "@? {thanks|please|thank you|I forgot|I need it|it matters|just asking|anyone|hello|be exact|no idea myself|short answer please|I would like to know}[.|]"],
    "DO": ["@[ please|, please|, will you| now| for me| right away| at once| quickly|][.|!|]", "@[ please|, please|][.|]", "please @[ now| for me|][.|]", "{can|could|would|will} you[ please| kindly| quickly| maybe| now|] @[ for me| now| please|]?", "I {want|need|would like|'d like|expect|ask|beg} you to @[ please|][.|]",
           "I {want|need|would like|have|wish|'d like|am trying|am going|ought|was told} to @[.|]", "{go ahead and|let's|let us|make sure to|be so kind and|kindly|just|now|next,|don't forget to|try to|help me|help me to|you should|you must|you can now|time to|it's time to|we need to|we have to|we should|I must|I have to|someone must|I should|then|and then|first} @[ please|][.|]",
           "{your task|task|todo|next step|job for you|to do|instruction|what I need|my wish|request|one request|a favour|the plan}: @[.|]", "{would it be possible|is it possible|are you able|is there a way|would you be able|might it be possible|would you be so kind as} to @?", "how about you @?",
           "{my boss|a customer|the client|my colleague|the team|somebody|my manager|support} {wants|asked|told|needs|expects} {me|us|you} to @[.|]", "what I need {is|now is} {to|for you to} @[.|]", "{it would be great|I'd be glad|I'd appreciate it|it would help|it would be nice|I would be happy|it'd be lovely|I'd be grateful} if you {could|would} @[.|]",
           "{could|can|would} {someone|somebody|anyone} @?", "{the next thing is|the next step is|your job is|your task is|the idea is|what remains is|all I want is} to @[.|]", "do me a favour[ and|:] @[.|]", "may I ask you to @?", "{are you ready|can I count on you|I count on you|I rely on you|it is your turn} to @[?|.]", "{I'd say|I think|maybe|perhaps} you {should|could} @[.|]"],
    "IS": ["@[.|!|]", "@[.|]", "{by the way|FYI|for later|just so you know|you should know|please note|also|one more thing|for the record|for your information|note that|note|remember|so|well|listen|look|ok|now|and|oh|hey|before I forget|let me tell you|I should mention|it may help to know|in case you need it|important|as you may know|as it happens|to start with|first of all|first|here's a fact|tell you what|guess what|mind you|a detail|a note}{,|:} @[.|!|]",
           "{please |}{remember|note|keep in mind|write down|store|save|take note|make a note|be aware|do not forget|don't forget|keep|memorise|bear in mind} that @[.|]", "{please |}{remember|note|keep in mind|write down|store|save|keep|memorise}: @[.|]", "@{, by the way|, just so you know|, please remember that|, remember that|, please note|, keep that in mind|, don't forget it|, in case it matters|, as you know|, I think you should know|, if you want to know|, for your notes}[.|]",
           "{I|let me} {tell you|inform you|mention|say}[ that|:] @[.|]", "{I want you to|I'd like you to|you should|could you|can you|please|I need you to|I ask you to} {know|remember|note|keep in mind|memorise} that @[.|]", "{fact|info|my data|about me|hint|details}: @[.|]", "{the thing is|the fact is|you see|to be clear|honestly|truth is|believe it or not}{,| that} @[.|]",
           "@. {remember that|please remember|keep it in mind|got it|ok|note it down|do you get it|don't forget|that's it|write that down|I will ask you later}[?|.|]", "did {I|you} {tell you|know|mention} that @?"],
}
MARKS = tuple(f"{kind}:" for kind in FRAMES)


def is_framed(pattern):
    return pattern.startswith(MARKS)


def expand(pattern, rng, **slots):
    """One random wording of a pattern that may carry a frame mark."""
    if not pattern.startswith(MARKS):
        return grammar.expand(pattern, rng, **slots)
    kind, core = pattern.split(":", 1)
    return grammar.expand(rng.choice(FRAMES[kind]), rng).replace("@", grammar.expand(core.lstrip(), rng, **slots), 1)


def draw(patterns, rng):
    """Framed wordings come three times as often as plain ones, for they are many in one."""
    if len(patterns) > 1 and any(map(is_framed, patterns)):
        return rng.choice([p for p in patterns for _ in range(3 if is_framed(p) else 1)])
    return rng.choice(patterns)
