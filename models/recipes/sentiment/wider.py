"""Remarks for training about many more subjects, and messages to people one knows. Same notation as in `bank.py`.

Written when the held-out sentences were known: so `tests/test_checkpoints.py` lets none share five words in a row with one of them.
"""

WIDER = """
+ the {drill|mower|saw|mixer} {cuts|goes} through {anything|hard wood|thick dough} like butter
- the {drill|mower|saw|mixer} {stalls|gives up|chokes} {on anything thicker than paper|after five minutes|whenever there is real work to do}
+ {charged it on Monday|one charge} and it {was still going on Friday|lasted the whole trip}
- {charged it all night|fully charged at eight} and it was {dead|flat|empty} by {noon|lunch|the first coffee break}
+ the {keyboard|handle|steering wheel} feels {just right|made for my hands|solid and precise}
- the {keyboard|handle|steering wheel} {rattles|wobbles|came off in my hand|sticks}
+ {setup|assembly|the switch} took {a quarter of an hour|less time than making tea} and {everything fitted|needed no tools}
- {setup|assembly|the switch} took {a whole weekend|five hours and two people} and {half the screws were missing|nothing fitted}
+ {pictures|photos} come out {crisp|sharp and bright} even {at night|in a dim room}
- {pictures|photos} come out {blurry|grainy|green} even {in daylight|on a bright day}
+ the {heater|fan|fridge} is so quiet {I forget it is there|I check whether it is on}
- the {heater|fan|fridge} {roars|howls|whines} so loudly {we cannot hear the television|the neighbours knocked}
+ {three|four|eight} {winters|years|marathons} later {these boots|this jacket|this backpack} {is as good as ever|still keeps me dry}
- {these boots|this jacket|this backpack} {fell apart|came apart at the seams|lost its buttons} {within weeks|on day two|before winter came}
+ {dropped it|my son threw it} {down the stairs|onto concrete|into the bath} and {not a scratch|it kept on working}
- {one small knock|a gentle tap|a drop of rain} and {the screen cracked|it was finished|it never switched on again}
+ the {curry|stew|pie|broth} {reminded me of|was even better than} {my mother's|home|what we had in India}
- the {curry|stew|pie|broth} {tasted of nothing|had the flavour of dishwater|looked like glue|came from a tin}
+ {portions|plates} were {huge|generous|big enough for two} and we {licked the plates|took the rest home|fought over the last bite}
- {portions|plates} were {tiny|laughable} and we {stopped for chips on the way home|went home hungry|left most of it}
+ {the fish was caught|the bread was baked|the herbs were picked} that very morning
- {the fish|the milk|the chicken} {smelled off|had turned|was still pink inside} and {two of us were ill|we sent it back}
+ {our|the} waitress {talked us through every dish|brought crayons for the children|guessed what we would like and was right}
- {our|the} waitress {rolled her eyes|forgot us|spilled wine on my coat} {twice|and walked off|without a word of apology}
+ {a table|seats} right by the {sea|stage|window} and {the night was ours|nobody hurried us|the chef came out to say hello}
- {we waited|it took} {forty|fifty|ninety} minutes for {a sandwich|the bill|two glasses of water}
+ {woke up to|fell asleep to} {birdsong|the sound of the waves|the smell of fresh bread}
- {woke up to|could not sleep for} {drilling|the disco downstairs|cockroaches in the bathroom|lorries under the window}
+ {breakfast|the buffet} {had something for everyone|went on until noon|was a feast}
- {breakfast|the buffet} was {stale rolls|cold eggs} and {instant coffee|watery juice}
+ {reception|the owner} {found us a doctor|lent us umbrellas|gave our boy a kite} {in the middle of the night|and would not take a penny|}
- {reception|the owner} {shrugged|laughed at us|put the phone down} when {the heating failed|we asked for towels|our bags were gone}
+ {the beach|the spa|the old town} is {a stroll|two minutes|a few steps} away and {never crowded|a dream at sunset}
- {the beach|the spa|the old town} in the advert turned out to be {a car park|a building site|an hour away by taxi}
+ I {cried|clapped|cheered|held my breath} {three times|through the last scene|like everyone else in the room}
- I {dozed off|checked my watch|walked out|yawned} {three times|halfway through|before the first song ended}
+ {every scene|each chapter|every note} {earns its place|is a little painting|rings true}
- {every scene|each chapter|every song} {drags|sounds like the one before|could have been cut}
+ {she|he|the lead} {disappears into the role|owns the screen|has never been better}
- {she|he|the lead} {reads the lines off a card|overacts in every shot|cannot sing|mumbles throughout}
+ {you|we} {root for|fall for|believe in} {these people|the hero|every character} from page one
- {you|we} {never care about|learn nothing about|want to slap} {these people|the hero|any of the characters}
+ {the final twist|the third act} {floored me|is pure genius|had us talking all the way home}
- {the final twist|the third act} {makes no sense|can be seen from miles away|undoes whatever came before}
+ {a director|an author|a band} at the {height|peak} of {her|his|their} powers
- {a director|an author|a band} {running on empty|who should have stopped years ago|out of ideas}
+ {the update|the new version} {fixed all my bugs|made it twice as fast|brought what I had wished for}
- {the update|the new version} {broke the search|made it crawl|logs me out every hour|took away what I used most}
+ {signing up|cancelling|paying} {takes one click|could not be easier|just works}
- {signing up|cancelling|paying} {is a nightmare|takes six forms|gives an error every time|needs a fax}
+ {no adverts|no account needed|works offline}, {which is rare these days|bliss|and it is free}
- {adverts everywhere|endless pop ups|a paywall at every step}, {and it costs money too|no thanks|so I deleted it}
+ {someone|a real person} answered {within a minute|on the first ring} and {knew what to do|called back to check on me}
- {nobody|not a soul} {answers|calls back|reads my mails}, {and the invoice still comes|it has been three weeks}
+ {my refund|the new part|the spare key} {was here|arrived} {the next morning|before I had asked twice}
- {my refund|the new part|the spare key} {never came|is still "on its way"|was promised in May}
+ {the plumber|the electrician|our builder} {turned up early|charged less than agreed|explained each step} and {left no mess|did a neat job}
- {the plumber|the electrician|our builder} {never turned up|doubled the price|flooded the kitchen} and {blamed us|vanished}
+ {the nurse|my doctor|the surgeon} {took her time|calmed me down|cracked a joke} and {I felt no pain|I was up again the next day}
- {the nurse|my doctor|the surgeon} {did not listen|mixed up my file|barked at me} and {the pain came back|I left in tears}
+ {my knee|my back|his cough|her fever} {is healed|got better overnight|no longer bothers {me|us}}
- {my knee|my back|his cough|her fever} {is worse than ever|hurts day and night|came back twice as bad}
+ {the teacher|our coach|her tutor} {lights up the room|believes in every pupil|never loses patience}
- {the teacher|our coach|her tutor} {shouts at the children|is never prepared|plays favourites|talks to the wall}
+ {grades|sales|numbers|visits} {are up|have doubled|hit a record} {this month|since the change|again}
- {grades|sales|numbers|visits} {are down|have collapsed|hit a new low} {this month|since the change|again}
+ {the bank|the insurer|the airline} {waived the charge|paid out in two days|moved me to first class}
- {the bank|the insurer|the airline} {added hidden fees|lost my papers|refused to pay|cancelled my seat}
+ {the train|our flight|the ferry} {left on the dot|was nearly empty|made up the lost time}
- {the train|our flight|the ferry} {was cancelled|left without us|sat on the tarmac for four hours|was packed like a tin of fish}
+ {guess who|look who} {made the team|won first prize|got full marks|is going to be a father}!
- {guess who|look who} {lost her keys again|has to work on Christmas|failed the test|is stuck at the airport}
+ {yay|woohoo|hooray|yes}, {the offer was accepted|we got the flat|it's a boy|school is out|tickets are booked}!
- {ugh|argh|damn|oh no}, {the car won't start|the boiler died|I broke my tooth|my phone is gone|the cat is missing}
+ {sending you|lots of} {hugs|love}, {that was the sweetest thing|you were amazing up there|what a party}
- {sorry to hear|so sad} {about your dad|you lost the house|they let you go}, {that is awful|life is cruel}
+ {cannot wait to|so excited to|counting the days until I} {show you|meet the baby|start the new job|move in together}
- {dreading|not looking forward to|sick at the thought of} {Monday|the exam|another winter here|that meeting}
+ {you|your brother|the neighbours} {saved the day|are a star|are such good people|always make me laugh}
- {you|your brother|the neighbours} {let me down again|lied to my face|never say sorry|woke the baby with your music}
+ {mum|grandpa|the puppy} {came home from hospital today|is on the mend|was over the moon}
- {mum|grandpa|the puppy} {is back in hospital|took a bad turn|was run over|doesn't know me any more}
+ {a year|ten months} {sober|without a cigarette|cancer free} {today|and counting}
- {a year|ten months} {without work|of headaches|of this and no end in sight}
+ {we said|they said} {yes|"I do"} {on the beach|in front of everyone} and {danced all night|even dad cried}
- {we said|they said} {goodbye|it was over} {in the car park|by text} and {I still cry|I can't eat}
+ {our street|the council|the park} {finally has|got} {trees|a playground|a crossing} and {it looks lovely|the kids are thrilled}
- {our street|the council|the park} is {full of rubbish|a disgrace|falling to bits} and {nobody lifts a finger|no one dares go out at night}
+ {rain at last|the sun came out|first snow} and {the farmers are smiling|the garden is bursting into bloom|everyone was outside}
- {the storm|the flood|the fire} {took the roof|ruined the harvest|left hundreds without homes}
+ {police|rescuers|divers} {found the boy safe|pulled all twelve out alive|brought them home}
- {police|rescuers|divers} {called off the search|came too late|found only wreckage}
+ {crime|unemployment|pollution} {has fallen|is at its lowest in years}
- {crime|unemployment|pollution} {has soared|is getting out of hand}
+ {he|she|our goalkeeper} {saved two penalties|scored a hat trick|ran the race of {his|her} life}
- {he|she|our goalkeeper} {let in five|missed an open goal|was sent off after ten minutes}
+ {the crowd|the stadium|the whole pub} {went wild|sang till midnight|exploded with joy}
- {the crowd|the stadium|the whole pub} {booed|emptied by half time|fell silent}
+ {if I could give it|give it} {six stars|a hundred points} I would
- {if I could give it|I would give} {zero stars|less than one star} {I would|if that were possible}
+ {don't think twice|what are you waiting for}, {just buy it|book it now|go and see it}
- {think twice|save yourself the trouble|stay away|run}, {it is a scam|there are better ones|you have been warned}
+ {I was sceptical|I had my doubts|I nearly sent it back}, {but now I'm a fan|but it won me over|and how wrong I was}
- {I had high hopes|I believed the reviews|it looked so nice}, {what a let down|and then it all went wrong|how wrong I was}
+ {not a single|never a} {fault|bug|harsh word|crash|delay} {so far|in ten years|all week}
- {not a single|not even one} {apology|smile|working socket|clean fork|honest answer} {so far|in ten days|all week}
+ {I'd|we'd} {pay twice the price|drive three hours for it|do it all over again} {without blinking|any day|tomorrow}
- {I'd|we'd} {not take it for free|rather walk|sooner eat my hat|ask for our money back}
+ {there was no|we saw no|I found no} {dirt|queue|catch|rush|small print}
- {there was no|we had no|I found no} {hot water|soap|parking|help|way to reach anyone|air}
+ {without|thanks to} {a moment of boredom|you I'd be lost|this tool I'd still be typing|her we finished in time}
+ {it is hard not to|you can't help but|impossible not to} {smile|love her|hum along|admire their work}
- {it is hard to|you can't|impossible to} {like|read|follow|swallow|open|take seriously}{ it| this| the thing|}
+ {nobody|no one} {does it|bakes|plays|explains it} {better|like them|like she does}
- {nobody|no one} {cares|helped|knew anything|warned us|was there to meet us}
+ {least|less} {stress|noise|waiting} {than ever|than anywhere else}, {more time for fun|and better results}
- {less|fewer} {for more money|features than before|pages, more typos}
+ {hair|skin|my coat} is {soft|shiny|glowing} {again|since I changed to it}
- {it gave me|I got} {a rash|spots|a headache|itchy eyes} {on the first day|within an hour}
+ {could it get any better|how good is this|who knew maths could be fun}?
- {is this a joke|how is this legal|who signed off on this|what were they thinking|why do I even bother}?
+ {finally|at last} {someone who listens|a phone that fits my pocket|a vegan burger with taste|good news}!
- {yet again|once more|as usual}, {late|wrong size|the lift is broken|no reply|they put me through to a machine}
+ {it grew on me|it gets better every time|the more I use it the more I like it}
- {it got on my nerves|it gets worse every time|the more I use it the less I like it}
+ {simple, honest and fun|short, sharp and funny|warm, wise and true|fresh, crisp, green}
- {slow, loud and ugly|long, flat and preachy|cold, greasy and bland|rude, lazy and late}
"""
