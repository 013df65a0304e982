"""Short answers from a given context, and "The context does not say." when it does not.

Half of the questions cannot be answered: the thing is not in the context, or it is but the context
does not tell that about it.
"""
from . import phrasing_held_tasks as H
from .grammar import capital
from .wordings import context as more

NOT_SAID = "The context does not say."

# (statements, questions, answer, drawer of the value)
RELATIONS = {
    "price": (["<e> costs <v> euros.", "The price of <e> is <v> euros.", "<e> is sold for <v> euros.", "You {can buy|get} <e> for <v> euros.", "For <e> you pay <v> euros.", "A {ticket|visit} for <e> is <v> euros.", "<v> euros is what <e> costs.", "{They|One} {ask|charge|pays} <v> euros for <e>.", "<e> {goes for|comes to|amounts to|is offered at|sells at} <v> euros.", "The {fee|charge|bill|rate} for <e> is <v> euros."],
              ["how much {is|does} <e>[ cost|]?", "what is the {price|cost} of <e>?", "what does <e> cost?", "{price|cost} of <e>?", "how {expensive|dear} is <e>?", "what {do I|must I|does one} pay for <e>?", "how {many|much} {euros|money} {for|is} <e>?", "NP: the {price|cost|fee|charge|rate} {of|for} <e>", "WH: {what|how much} {<e> costs|one pays for <e>|they charge for <e>|<e> goes for|money <e> takes}", "Q: {how much is <e>|what does <e> cost|how expensive is <e>|what do they charge for <e>|how much do I pay for <e>|how much money is <e>|what is charged for <e>|how many euros is <e>|is <e> expensive}"], "{e} costs {v} euros.", lambda k: str(k.number(1, 9999))),
    "opens": (["<e> opens at <v>.", "The doors of <e> open at <v>.", "<e> is open from <v>.", "At <v> <e> opens.", "<e> {starts|begins} its day at <v>.", "Visitors can enter <e> from <v>.", "<e> {welcomes|receives|lets in} {guests|visitors|people} from <v>[ on|].", "{Opening time|Opening} {of|at} <e> is <v>.", "From <v> {on |}<e> is {open|accessible}.", "<e> unlocks its doors at <v>."],
              ["{when|at what time|what time} {does|will} <e> open?", "from when is <e> open?", "{when|what time} {do the doors of <e> open|can I enter <e>}?", "opening {time|hour|hours} of <e>?", "how early {can I visit|does} <e>[ open|]?", "NP: the {opening time|opening hour|opening hours} {of|for|at} <e>", "WH: {when|at what time|from when|how early} {<e> opens|<e> is open|<e> starts|I can enter <e>|they open <e>|visitors may enter <e>}", "Q: {when does <e> open|at what time does <e> open|how early does <e> open|from what time is <e> open|when can I go to <e>|when does the day start at <e>|when do they open <e>|what time can I come to <e>|when are the doors of <e> opened}"], "{e} opens at {v}.", lambda k: k.time()),
    "closes": (["<e> closes at <v>.", "The doors of <e> close at <v>.", "<e> is open until <v>.", "At <v> <e> shuts.", "<e> ends its day at <v>.", "{Closing time|Closing} {of|at} <e> is <v>.", "{Guests|Visitors|People} {must|have to} leave <e> {by|at} <v>.", "<e> {locks its doors|stops|finishes} at <v>.", "After <v> <e> is {closed|shut}."],
               ["{when|at what time|what time} {does|will} <e> {close|shut|end}?", "until when is <e> open?", "closing {time|hour} of <e>?", "how {long|late} is <e> open?", "when {must I leave|is the end of the day at} <e>?", "NP: the {closing time|closing hour} {of|for|at} <e>", "WH: {when|at what time|how late|until when} {<e> closes|<e> is open|<e> shuts|<e> ends|I have to leave <e>|they close <e>}", "Q: {when does <e> close|at what time does <e> close|how late is <e> open|until when is <e> open|when must I leave <e>|when do they shut <e>|what time does <e> shut|until what time can I visit <e>|how long can I stay at <e>}"], "{e} closes at {v}.", lambda k: k.time()),
    "place": (["<e> is {located|found|situated} in <v>.", "<e> is in <v>.", "You find <e> in <v>.", "The {city|home|seat} of <e> is <v>.", "<e> stands in <v>.", "In <v> there is <e>.", "<e> {lies|can be found|has its home|has its seat|is at home|was built} in <v>.", "<v> is {where <e> is|the home of <e>|the city of <e>}.", "{Go|Travel} to <v> to {see|visit} <e>."],
              ["where is <e>[ located| found|]?", "[in |]{which|what} {city|town|place} is <e>[ in|]?", "where can I {find|visit|see} <e>?", "{location|place|city} of <e>?", "where {do I|must I} go for <e>?", "NP: the {location|place|city|town|seat|address} of <e>", "WH: {where <e> is|where <e> lies|where to find <e>|in which city <e> is|where I can find <e>|where <e> is located|what city <e> is in|in what town <e> stands}", "Q: {where is <e>|where can I find <e>|in which city is <e>|where do I find <e>|what town is <e> in|where does <e> stand|where is <e> located|which city is home to <e>|where should I go to see <e>|in which place is <e>}"], "{e} is in {v}.", lambda k: k.city()),
    "leader": (["<e> is {run|led|managed|headed} by <v>.", "The {manager|head|director|boss} of <e> is <v>.", "<v> {runs|leads|manages} <e>.", "<v> is {in charge|the head} of <e>.", "{At|In} <e> <v> is {the boss|in charge|the manager}.", "<e> has <v> as its {head|manager|director|boss}.", "<v> is {responsible|answerable} for <e>.", "{The person behind|The one who runs} <e> is <v>."],
               ["who {runs|leads|manages|heads} <e>?", "who is {the manager|the head|the boss|the director|in charge} of <e>?", "{manager|head|boss|director} of <e>?", "by whom is <e> {run|led|managed}?", "what is the name of the {manager|head|boss} of <e>?", "NP: {the manager|the head|the boss|the director|the leader|the person in charge|the name of the manager|the name of the head} of <e>", "WH: {who runs <e>|who leads <e>|who manages <e>|who heads <e>|who is in charge of <e>|who the manager of <e> is|who the head of <e> is|who the boss of <e> is}", "Q: {who runs <e>|who leads <e>|who is in charge of <e>|who is the manager of <e>|who manages <e>|who is the boss of <e>|who heads <e>|whom does <e> have as a boss|who is behind <e>|who is the director of <e>}"], "{e} is run by {v}.", lambda k: k.name()),
    "founded": (["<e> was {founded|created|established|started} in <v>.", "<e> {exists|has existed} since <v>.", "In <v> <e> was founded.", "The {founding|first} year of <e> is <v>.", "The history of <e> goes back to <v>.", "<e> {came into being|started|began|was built|was set up} in <v>.", "Since <v> there is <e>.", "The {year|date} <v> {saw the start of|marks the beginning of} <e>.", "<e> dates {back to|from} <v>."],
                ["{when|in which year|in what year} was <e> {founded|created|established|started|built}?", "since when does <e> exist?", "how old is <e>?", "{founding|first} year of <e>?", "when did <e> {start|begin}?", "NP: {the year <e> was founded|the founding year of <e>|the year of birth of <e>|the first year of <e>|the start of <e>|the age of <e>}", "WH: {when <e> was founded|in which year <e> was founded|how old <e> is|when <e> was created|when <e> started|since when <e> exists|when <e> began}", "Q: {when was <e> founded|in which year was <e> founded|how old is <e>|when was <e> created|when did <e> begin|when did <e> start|since when is there <e>|when was <e> set up|what year was <e> built}"], "{e} was founded in {v}.", lambda k: k.year()),
    "code": (["The code {of|for} <e> is <v>.", "<e> has the code <v>.", "Use the code <v> for <e>.", "For <e> the code is <v>.", "<e> {opens|works} with the code <v>.", "{Type|Enter} <v> {for|at|to open} <e>.", "<v> is the code {of|for} <e>.", "To {open|enter|use} <e>, {type|use|enter} <v>.", "The {password|key code|PIN} {of|for} <e> is <v>."],
             ["what is the code {of|for} <e>?", "{which|what} code {does <e> have|do I need for <e>|is for <e>}?", "[please |]give me the code {of|for} <e>[.|]", "code {of|for} <e>?", "with {which|what} code does <e> {open|work}?", "NP: the {code|key code|password|PIN} {of|for} <e>", "WH: {what the code of <e> is|which code <e> has|how to open <e>|which code I need for <e>|what I type at <e>|what code belongs to <e>}", "Q: {what is the code of <e>|which code opens <e>|how do I open <e>|what do I type at <e>|which code is for <e>|what code does <e> have|what is the PIN for <e>|what code do I enter at <e>|with which code does <e> open}"], "The code of {e} is {v}.", lambda k: k.code()),
    "color": (["The colour of <e> is <v>.", "<e> is painted <v>.", "<e> has the colour <v>.", "<v> is the colour of <e>.", "They painted <e> <v>.", "<e> {looks|is|shines|appears} <v>.", "{All of|The whole of} <e> is <v>.", "<v> is how <e> {looks|is painted}.", "{The walls|The paint|The outside} of <e> {are|is} <v>."],
              ["{what|which} colour {is <e>|does <e> have}?", "what is the colour of <e>?", "how is <e> painted?", "colour of <e>?", "in {which|what} colour is <e>[ painted|]?", "NP: the {colour|color|paint} of <e>", "WH: {what colour <e> is|which colour <e> has|what colour <e> was painted|how <e> is painted|what <e> looks like}", "Q: {what colour is <e>|which colour does <e> have|how is <e> painted|what does <e> look like|in what colour is <e>|what colour did they give <e>|which colour was used for <e>}"], "The colour of {e} is {v}.", lambda k: k.color()),
    "phone": (["The {phone|telephone} number of <e> is <v>.", "Call <e> at <v>.", "<e> can be {reached|called} at <v>.", "The number of <e> is <v>.", "{Dial|Ring|Phone} <v> {for|to reach|to call} <e>.", "<v> is the {phone number|number} of <e>.", "<e>, {phone|telephone|tel.} <v>.", "{To reach|To contact} <e>, {call|dial} <v>."],
              ["{what is|tell me} the {phone|telephone|} number of <e>[?|.]", "how {can|do} I {call|reach|phone} <e>?", "{phone|telephone|number} of <e>?", "{which|what} number {do I call for <e>|does <e> have}?", "NP: the {phone number|telephone number|number|phone} {of|for} <e>", "WH: {how to call <e>|how I can reach <e>|which number <e> has|what the number of <e> is|what number to dial for <e>|how to reach <e> by phone}", "Q: {how do I call <e>|how can I reach <e>|what is the phone number of <e>|which number do I dial for <e>|what number does <e> have|how can one call <e>|under which number is <e> reached}"], "The number of {e} is {v}.", lambda k: k.phone()),
    "size": (["<e> has <v> {rooms|seats}.", "There are <v> {rooms|seats} in <e>.", "<e> offers <v> {rooms|seats}.", "The number of {rooms|seats} in <e> is <v>.", "<e> {is big enough for|can take|has space for|seats|counts} <v> {people|guests|persons|}.", "<v> {people|guests|persons} {fit into|find room in} <e>.", "{You will find|One counts} <v> {rooms|seats} in <e>."],
             ["how many {rooms|seats|places} {does <e> have|are there in <e>|are in <e>}?", "how {big|large} is <e>?", "number of {rooms|seats} {in|of} <e>?", "what is the size of <e>?", "NP: {the number of rooms in <e>|the number of seats in <e>|the size of <e>|the number of places in <e>|the room count of <e>}", "WH: {how many rooms <e> has|how many seats there are in <e>|how big <e> is|how large <e> is|how many places <e> has|how many people can go into <e>}", "Q: {how many rooms does <e> have|how many seats are there in <e>|how big is <e>|how large is <e>|how many people can go into <e>|how many places are in <e>|what size is <e>|how many seats does <e> offer}"], "{e} has {v} places.", lambda k: str(k.number(2, 9999))),
    "day": (["<e> is closed on <v>.", "On <v> <e> stays closed.", "<v> is the closing day of <e>.", "<e> {takes a break|rests} on <v>.", "<e> is open {every day|all week} {except|but} <v>.", "{Closing day|The day off|The rest day} {of|at} <e> is <v>.", "{Every|Each} <v> <e> is {closed|shut}.", "Do not {go to|visit} <e> on {a |}<v>{|, it is closed}."],
            ["{on which|which|what|on what} day is <e> closed?", "when is <e> closed?", "closing day of <e>?", "{on which|which} day {can't I visit|should I not go to} <e>?", "NP: {the closing day|the day off|the day of rest|the closed day} {of|at} <e>", "WH: {when <e> is closed|on which day <e> is closed|what day <e> closes|which day <e> is shut|which day not to visit <e>|on what day <e> takes a break}", "Q: {when is <e> closed|on which day is <e> closed|what day is <e> shut|which day does <e> take off|on what day should I not visit <e>|what day of the week is <e> closed|is <e> closed on some day}"], "{e} is closed on {v}.", lambda k: k.pick("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())),
    "known": (["<e> is {known|famous} for its <v>.", "<e> {sells|makes|offers} <v>.", "People {visit|go to} <e> for the <v>.", "The {speciality|pride} of <e> is <v>.", "{Everybody|Everyone} {likes|praises|talks about} the <v> {of|at|in} <e>.", "<v> is what <e> is {known|famous} for.", "{Try|See|Taste} the <v> at <e>.", "The {best|great} thing about <e> is the <v>.", "<e> is the place for <v>."],
              ["what is <e> {known|famous} for?", "what does <e> {sell|make|offer}?", "why do people {visit|go to} <e>?", "what is the {speciality|pride} of <e>?", "what {can I get|is there} at <e>?", "NP: {the speciality|the pride|the best thing|the great thing} {of|at} <e>", "WH: {what <e> is known for|what <e> is famous for|what <e> offers|what <e> sells|why people visit <e>|what people like about <e>|what makes <e> special}", "Q: {what is <e> known for|what is <e> famous for|what does <e> offer|what does <e> sell|why do people visit <e>|what do people like about <e>|what makes <e> special|what is special about <e>|what can I find at <e>|what is good at <e>}"], "{e} is known for its {v}.", lambda k: k.thing()),
    "owner": (["<e> belongs to <v>.", "<v> owns <e>.", "The owner of <e> is <v>.", "<e> is {owned by|the property of} <v>.", "<v> {bought|has bought|inherited} <e>."],
              ["NP: {the owner|the name of the owner} of <e>", "WH: {who owns <e>|who has <e>|to whom <e> belongs|who the owner of <e> is|who possesses <e>}", "Q: {who owns <e>|to whom does <e> belong|who is the owner of <e>|who has <e>|whose is <e>|whose property is <e>|who bought <e>}"], "{e} belongs to {v}.", lambda k: k.name()),
    "weight": (["<e> weighs <v> kilos.", "The weight of <e> is <v> kilos.", "<e> is <v> kilos heavy.", "<e> {comes to|has a weight of} <v> kilos.", "They measured <v> kilos for <e>."],
               ["NP: the {weight|mass} of <e>", "WH: {how much <e> weighs|how heavy <e> is|what <e> weighs|how many kilos <e> has}", "Q: {how heavy is <e>|what does <e> weigh|how much does <e> weigh|how many kilos is <e>|what is the weight of <e>|is <e> heavy}"], "{e} weighs {v} kilos.", lambda k: str(k.number(2, 9999))),
    "distance": (["<e> is <v> kilometres {away|from here}.", "It is <v> kilometres to <e>.", "The {way|road|distance} to <e> is <v> kilometres[ long|].", "You {walk|drive|travel} <v> kilometres to <e>."],
                 ["NP: {the distance|the way|the number of kilometres} to <e>", "WH: {how far it is to <e>|how far away <e> is|how many kilometres it is to <e>|how long the way to <e> is}", "Q: {how far is <e>|how far is it to <e>|how many kilometres is it to <e>|what is the distance to <e>|how long is the road to <e>|is <e> far away}"], "{e} is {v} kilometres away.", lambda k: str(k.number(2, 9999))),
    "duration": (["<e> takes <v> minutes.", "<e> lasts <v> minutes.", "The duration of <e> is <v> minutes.", "{Plan|Allow} <v> minutes for <e>.", "<v> minutes are {needed|enough} for <e>."],
                 ["NP: {the duration|the length} of <e>", "WH: {how long <e> takes|how long <e> lasts|how many minutes <e> takes|how much time <e> takes|how much time to plan for <e>}", "Q: {how long does <e> take|how long does <e> last|how many minutes does <e> take|how much time do I need for <e>|what is the duration of <e>|how much time does <e> take|how long is <e>}"], "{e} takes {v} minutes.", lambda k: str(k.number(2, 999))),
    "made_of": (["<e> is made of <v>.", "<e> consists of <v>.", "They {built|made} <e> {of|from|out of} <v>.", "The material of <e> is <v>.", "<v> is the material of <e>."],
                ["NP: {the material|the stuff} of <e>", "WH: {what <e> is made of|what <e> consists of|which material <e> has|from what <e> was built}", "Q: {what is <e> made of|what does <e> consist of|from which material is <e>|what material is <e>|of what is <e> made|what did they build <e> from}"], "{e} is made of {v}.", lambda k: k.pick("wood iron glass leather stone paper copper wool plastic brass cork silver rubber clay cotton steel".split())),
    "mail": (["The {mail|email} address of <e> is <v>.", "Write to <e> at <v>.", "<e> {answers|reads} mail at <v>.", "{Send|Mail} your {question|letter} for <e> to <v>."],
             ["NP: the {mail address|email|email address} of <e>", "WH: {how to write to <e>|where to send mail for <e>|what the mail address of <e> is|how I can mail <e>}", "Q: {what is the email of <e>|how do I write to <e>|which mail address does <e> have|where do I send mail for <e>|how can I mail <e>|under what address does <e> read mail}"], "The mail address of {e} is {v}.", lambda k: k.email()),
    "maker": (["<e> was {made|built|designed|created|invented} by <v>.", "<v> {made|built|designed|created|invented} <e>.", "The {maker|builder|designer|creator} of <e> is <v>.", "<e> is the work of <v>."],
              ["NP: {the maker|the builder|the designer|the creator} of <e>", "WH: {who made <e>|who built <e>|who designed <e>|who created <e>|by whom <e> was made|whose work <e> is}", "Q: {who made <e>|who built <e>|who designed <e>|who created <e>|by whom was <e> made|whose work is <e>|who is the maker of <e>|who came up with <e>}"], "{e} was made by {v}.", lambda k: k.name()),
    "starts": (["<e> {starts|begins|takes place} on <v>.", "The {start|date|day} of <e> is <v>.", "On <v> <e> {starts|begins|takes place}.", "<v> is the {date|day} of <e>."],
               ["NP: {the date|the day|the start} of <e>", "WH: {when <e> takes place|when <e> starts|on what date <e> is|what day <e> begins|which date <e> has}", "Q: {when is <e>|when does <e> start|when does <e> take place|on what date is <e>|what day does <e> begin|on which day is <e>|what is the date of <e>}"], "{e} is on {v}.", lambda k: k.date()),
}
LABELS = "{Context|Information|Facts|Text|Background|Notes|Data|Source|Given|CONTEXT|Context information|Reference|Excerpt|Document|What we know|The facts|Details|Content|Material|Input}"
SYSTEMS = ["{Answer|Reply|Respond} from this {context|text|information|note} only[.|:]\n<c>", LABELS + ": <c>", LABELS + ":\n<c>", "Use {only|just} this {context|text|information} to answer: <c>",
           "<c>\n{Answer from the context|Use only this text|Answer questions about this text|Answer from the text above|Use the above and nothing else}.", "You answer questions about {this|the following} text[.|:]\n<c>", "{Here is|This is} {what you know|the context|what is known|all you know}: <c>",
           "You are a {helpful|friendly} assistant. {Use the context|Answer from the context|Answer only from this text|Use the text to answer}.\n{Context: |}<c>", "{Answer|Help} the {user|customer|guest|visitor} with {this|the following} {context|information}: <c>",
           "The following {facts|information|context|statements} {is given|is true|may be used}: <c>", "You know {only |}this: <c>", "<c>", "<xo>\n<c>\n<xc>[\n{Answer from the context.|Use only the context.|Answer from the text above.}|]", "{Answer|Reply} from the {context|text} in the tags.\n<xo><c><xc>", "{Answer|Reply} {briefly |}{using|with the help of|by|based on} {the|this} {context|information|text} {below|here|that follows}{. If it {does not say|is not there|does not tell}, say so|. Do not guess|}.\n{Context:|---|Text:|}\n<c>",
           "# {Context|Facts|Notes|Background}\n<c>", "{Rules: answer only from the facts|You must only use the facts|Never make things up|Do not invent anything}. {Facts|Context|Text}: <c>", "You are {the desk|the help desk|a guide|an assistant|a support agent} {and know this|with these notes|with this information}{.|:} <c>", "\"\"\"\n<c>\n\"\"\"\n{Answer from this text.|Answer questions about this.}", "{Knowledge base|KB|FAQ|Fact sheet|Info sheet}: <c>",
           "You are a {helpful|useful|kind} {assistant|bot}.\n\n" + LABELS + ":\n<c>", "{Answer the question|Answer the questions|Please answer} {based on|from|with} the {context|text}.\n\n<c>"]
IN_TURN = [LABELS + ": <c>\n\n{Question: |}<q>", LABELS + ":\n<c>\n\n{Question|Q|My question|User question|QUESTION}: <q>[\n{Answer|A}:|]", "<c>\n\n<q>", "<c>\n<q>", "{Use|Read|See} the {context|text|following} {to answer|and answer}[ my question|].\n\n<c>\n\n{Question: |}<q>",
           "{Given|From|By|With} this {context|text}: <c>\n{Answer|Tell me}: <q>", "<q>\n\n" + LABELS + ": <c>", "{Question|Q}: <q>\n" + LABELS + ":\n<c>[\nAnswer:|]", "<q> {Answer from|Use|Look at} this[ text|]: <c>", "{I read|Someone wrote|It says here|The sign says|My notes say}: <c> <q>", "{Answer|Reply} {using|from} {only |}the {context|text} below.\n\n" + LABELS + ": <c>\n\nQuestion: <q>\n[\n|]Answer:"]
for _relation, (_stated, _asked, *_) in RELATIONS.items():
    _stated.extend(more.STATED[_relation])
    _asked.extend(more.ASKED[_relation])
SYSTEMS += more.SYSTEMS
IN_TURN += more.IN_TURN
ENTITY_FORMS = ["{}", "{}", "Hotel {}", "Cafe {}", "{} Museum", "Project {}", "Bar {}", "{} Tower", "the {} {n}", "{}'s {n}", "{} Library", "{} Park", "the {} bridge", "{} School", "Restaurant {}", "the {} theatre", "{} Station"]


def entity(kit):
    base = kit.syllables().capitalize() if kit.chance(.75) else kit.first_name()
    return kit.pick(ENTITY_FORMS).format(base, n=kit.noun())


TAGS = ["context", "context", "text", "document", "info", "facts", "source", "data", "knowledge", "documents", "passage"]
RELATION_NAMES = list(RELATIONS)
CLASHES = [{"opens", "starts", "founded"}, {"closes", "day"}, {"distance", "duration"}]        # their questions share words


def clashes(facts, e, relation):
    """Is this told of the thing already, or something that is asked for in the same words?"""
    return any((e, other) in facts for other in {relation}.union(*(c for c in CLASHES if relation in c)))


def facts_and_text(kit):
    entities = [entity(kit) for _ in range(kit.pick([1, 1, 2, 2, 3]))]
    facts = {}
    want = kit.rng.randint(len(entities), len(entities) + 3)
    while len(facts) < want:
        e = entities[len(facts)] if len(facts) < len(entities) else kit.pick(entities)
        relation = kit.pick(RELATION_NAMES)
        if not clashes(facts, e, relation):
            facts[e, relation] = RELATIONS[relation][3](kit)
    order = list(facts.items())
    kit.rng.shuffle(order)
    text = " ".join(capital(kit.text(RELATIONS[r][0], e=e, v=v)) for (e, r), v in order)
    return entities, facts, text


def question_and_answer(kit, entities, facts, answerable):
    if answerable:
        e, relation = kit.pick(list(facts))
        answer = capital(RELATIONS[relation][2].format(e=e, v=facts[e, relation]))
    else:
        while True:
            e = kit.pick(entities) if kit.chance(.55) else entity(kit)
            relation = kit.pick(RELATION_NAMES)
            if not clashes(facts, e, relation):
                break
        answer = NOT_SAID
    return kit.user(RELATIONS[relation][1], H.CONTEXT[relation], e=e)[1], answer


def tags(kit):
    """XML marks around a text, as many prompts have them."""
    name = kit.pick(TAGS)
    return {"xo": f"<{name}>", "xc": f"</{name}>"}


def chat(kit, answerable):
    entities, facts, text = facts_and_text(kit)
    if kit.chance(.2):
        question, answer = question_and_answer(kit, entities, facts, answerable)
        return kit.persona(.3) + [("user", kit.text(IN_TURN, H.CONTEXT_IN_TURN, c=text, q=question)), ("assistant", answer)]
    out = [("system", kit.text(SYSTEMS, H.CONTEXT_SYSTEMS, c=text, **tags(kit)))]
    for number in range(kit.pick([1, 2, 3, 4, 5]) if kit.split == "train" else 1):
        question, answer = question_and_answer(kit, entities, facts, answerable if number == 0 else kit.chance(.5))
        out += [("user", question), ("assistant", answer)]
    return out


def context(kit):
    return chat(kit, True)


def context_silent(kit):
    return chat(kit, False)
