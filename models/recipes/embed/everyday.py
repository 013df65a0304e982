"""Template sentences about everyday life: twenty subjects, and who did what, where and when."""
TOPICS = {
'weather':(['rain','snow','a thunderstorm','strong wind','fog','a heat wave','hail','sunshine','humidity','a cold front','freezing temperatures','a hurricane'],['will bring {x} to the region','umbrella and coat needed because of {x}','the forecast says {x} tomorrow','roads were closed due to {x}','the sky cleared after {x}','temperatures fell during {x}']),
'cooking':(['pasta','chicken soup','chocolate cake','rice','grilled salmon','a vegetable stew','pancakes','bread dough','tomato sauce','an omelette','roast potatoes','apple pie','curry','salad dressing'],['bake {x} in the oven for thirty minutes','a simple recipe for {x}','add salt, garlic and butter to {x}','how long should I cook {x}?','serve {x} with fresh herbs','what ingredients do I need for {x}?']),
'travel':(['Paris','Tokyo','the beach','the mountains','New York','Rome','a small island','Lisbon','the airport','London','Cairo','Sydney'],['book a flight to {x}','our hotel near {x} was lovely','what is the best time to visit {x}?','the train to {x} was delayed','I lost my passport in {x}','cheap tickets to {x} for the summer holiday','things to see and do in {x}']),
'money':(['a savings account','the mortgage','a credit card','my salary','income tax','the stock market','a car loan','inflation','a pension','an invoice','the monthly budget','interest rates'],['how does {x} work?','she asked the bank about {x}','we need to pay {x} before Friday','an article about {x} and household spending','investors are worried about {x}','I have a question on {x}']),
'health':(['a headache','high blood pressure','the flu','back pain','diabetes','a broken arm','an allergy','poor sleep','a sore throat','anxiety','vaccination','a fever'],['the doctor prescribed medicine for {x}','what are the symptoms of {x}?','exercise can help with {x}','he stayed in hospital because of {x}','home remedies for {x}','nurses treat patients with {x}']),
'sports':(['the football match','the tennis final','a marathon','the basketball season','a goal in the last minute','swimming practice','the cycling race','a boxing fight','the Olympic team','a baseball game'],['fans cheered during {x}','the coach talked about {x}','our team lost {x}','who won {x}?','the player was injured in {x}','training hard for {x}']),
'music':(['the guitar','a piano concert','a jazz band','the new album','a violin','pop songs','an orchestra','singing in a choir','drum lessons','the radio'],['I love listening to {x}','the audience applauded {x}','she has been practising {x} for years','tickets for {x} sold out','can you recommend {x}?','he writes lyrics and melodies for {x}']),
'film':(['a comedy film','the horror movie','a documentary','the actor','the television series','a cartoon','the director','the cinema','a detective novel','science fiction stories'],['we watched {x} last night','critics praised {x}','the ending of {x} surprised everyone','reviews of {x}','is {x} suitable for children?','{x} won several awards']),
'pets':(['my dog','the cat','a puppy','the hamster','our rabbit','a parrot','the goldfish','a kitten','the horse','a stray cat'],['{x} needs food and water every day','take {x} to the vet','{x} is sleeping on the sofa','how do I train {x}?','{x} chased a ball in the garden','{x} is a friendly animal']),
'home':(['the kitchen sink','a leaking roof','the washing machine','new curtains','the garden fence','the living room','a broken lamp','the heating','the bathroom tiles','a wooden table'],['how do I repair {x}?','we painted around {x}','the plumber fixed {x}','clean {x} with soap and warm water','{x} makes a strange noise','she bought tools for {x}']),
'school':(['mathematics homework','the history exam','a science project','the teacher','university','a scholarship','reading lessons','the library','an essay','kindergarten'],['students are busy with {x}','I need help with {x}','the class discussed {x}','parents asked about {x}','how can I prepare for {x}?','{x} starts in September']),
'work':(['the meeting','a job interview','my manager','the project deadline','a resignation letter','the office','the sales report','remote work','a promotion','the new colleague'],['please send an email about {x}','I am nervous about {x}','{x} was moved to Monday','how do I prepare for {x}?','the company announced changes to {x}','everyone complained about {x}']),
'cars':(['the engine','a flat tyre','an electric car','the brakes','a used truck','the traffic jam','petrol prices','a motorcycle','the driving licence','a bus'],['the mechanic checked {x}','we were late because of {x}','how much does {x} cost?','{x} should be inspected every year','he parked next to {x}','tips for {x}']),
'computers':(['my laptop','the password','a web browser','the printer','a phone screen','wireless internet','a video call','the database','an app update','cloud storage','a computer virus','the keyboard'],['{x} stopped working','how do I reset {x}?','support could not fix {x}','install the latest version for {x}','{x} is slow today','a guide to setting up {x}']),
'shopping':(['a pair of shoes','the refund','an online order','a winter jacket','the discount code','a birthday present','the supermarket','the delivery','a dress','furniture'],['I want to return {x}','where can I buy {x}?','customers were unhappy with {x}','{x} arrived two days late','the price of {x} went up','she is looking for {x}']),
'nature':(['the forest','a river','wild flowers','birds','the ocean','a volcano','whales','a desert','old trees','bees','the moon','an earthquake'],['scientists study {x}','a photograph of {x}','{x} is important for the environment','why is {x} in danger?','we walked and saw {x}','facts about {x}']),
'family':(['my sister','the baby','our grandparents','the wedding','a birthday party','my best friend','the neighbours','a family dinner','my son','the twins'],['we are happy for {x}','I miss {x}','{x} made us laugh','what should I give to {x}?','photographs of {x}','{x} came to visit on Sunday']),
'politics':(['the election','the new law','the president','a protest','the city council','the court ruling','a peace treaty','immigration policy','the minister','human rights'],['voters are divided over {x}','newspapers reported on {x}','a speech about {x}','how does {x} affect citizens?','the debate about {x} continues','{x} was announced in parliament']),
'science':(['gravity','black holes','DNA','photosynthesis','atoms','climate change','the solar system','bacteria','electricity','evolution','chemical reactions','the human brain'],['explain {x} to a child','researchers published a paper on {x}','how does {x} work?','an experiment about {x}','what do we know about {x}?','{x} was first described by scientists long ago']),
'history':(['the Roman Empire','the second world war','ancient Egypt','the French revolution','medieval castles','the industrial revolution','the cold war','the Vikings','slavery','the first moon landing'],['a book about {x}','what caused {x}?','museums show objects from {x}','the teacher explained {x}','{x} changed the world','how long did {x} last?']),
}
SUBJECTS = ['I','We','They','The man','A young woman','The children','My neighbour','The old farmer','Two tourists','Our boss','Anna','Mr. Lopez','The engineer','A student','The police officer','His mother']
VERBS = ['bought','forgot','found','painted','carried','sold','broke','cleaned','described','borrowed','lost','repaired','photographed','hid','wanted','dropped','admired','threw away','delivered','stole']
OBJECTS = ['a red bicycle','the letter','an old book','three apples','a cup of coffee','the keys','a broken chair','a bag of groceries','the camera','a wool sweater','the map','a heavy box','a bunch of flowers','the guitar','a loaf of bread','the newspaper','a small boat','the wallet','a toy train','the laptop']
PLACES = ['in the park','at the station','near the river','in the kitchen','at school','on the bus','in front of the bank','at the market','on the beach','in the hospital','at the office','in the garage','under the bridge','in the forest','downtown']
TIMES = ['yesterday','last week','this morning','after lunch','on Monday','during the holiday','before sunset','at midnight','two years ago','every summer','']
OPENERS = ['','','','','I think ','Someone said ','Please note: ','Honestly, ','Unfortunately, ','Last year, ','My friend told me that ','Question: ','News: ']
ENDINGS = ["because it was raining", "and nobody noticed", "so everyone was angry", "even though it was expensive",
           "and felt very happy", "but it was too late", "to surprise a friend"]
JOINTS = [", but ", ", and ", " while ", "; "]


def one_remark(rng):
    things, forms = TOPICS[rng.choice(list(TOPICS))]
    text = rng.choice(OPENERS) + rng.choice(forms).format(x=rng.choice(things))
    if rng.random() < .5:
        text = text[:1].upper() + text[1:]
    if rng.random() < .4 and text[-1] not in "?.":
        text += "."
    return text


def two_remarks(rng):
    things, forms = TOPICS[rng.choice(list(TOPICS))]
    parts = [f.format(x=t).capitalize().rstrip("?.") for f, t in zip(rng.sample(forms, 2), rng.sample(things, 2))]
    return ". ".join(parts)


def joined_remarks(rng):
    first, second = (TOPICS[k] for k in rng.sample(list(TOPICS), 2))
    left = rng.choice(first[1]).format(x=rng.choice(first[0])).rstrip("?")
    return left + rng.choice(JOINTS) + rng.choice(second[1]).format(x=rng.choice(second[0]))


def event(rng):
    text = " ".join(rng.choice(part) for part in (SUBJECTS, VERBS, OBJECTS, PLACES, TIMES)).strip()
    dice = rng.random()
    if dice < .15:
        return "Why did " + text[0].lower() + text[1:] + "?"
    if dice < .3:
        return f"{text}, {rng.choice(ENDINGS)}."
    return text + "."


def sentences(count, rng):
    """`count` distinct sentences, in the order in which they were drawn."""
    found = {}
    while len(found) < count:
        dice = rng.random()
        make = one_remark if dice < .35 else two_remarks if dice < .6 else joined_remarks if dice < .7 else event
        found[make(rng)] = True
    return list(found)
