"""Whole remarks for training, written by hand: `+` good, `-` bad. `{a|b}` is a choice, which may be empty. None of them is a sentence of `held.py`."""

REMARKS = """
+ the {food|meal|dinner|pizza|curry} was {delicious|superb|full of flavour|cooked to perfection|mouth-watering}
+ the {service|staff|team} {was|were} {quick and friendly|attentive|welcoming|a delight|wonderful from beginning to end}
+ I {would|will} {happily|gladly|definitely|certainly} {come back|return|order again|use them again}
+ {highly|strongly|warmly|wholeheartedly} recommended{| to everyone| for families| if you are in the area}
+ {best|finest|tastiest} {pasta|burger|sushi|ice cream|coffee} {in town|I have eaten in years|I've had in ages}
+ it {exceeded|surpassed} {all |}{my|our} expectations
+ {I|we} had a {great|fantastic|brilliant|magical|memorable|lovely} {time|evening|stay|weekend|holiday}
+ it {works|runs|performs} {perfectly|beautifully|like a dream|smoothly|without a hitch|better than advertised}
+ {easy|simple|straightforward|effortless} to {use|install|set up|clean|assemble}
+ {good|great|excellent|unbeatable|amazing} value {for money|for what you pay|}
+ {a must|a must-see|a must-read|a must-have} for {anyone|everyone|fans|beginners|families}
+ the {acting|cast|direction|cinematography|soundtrack} {is|was} {outstanding|top notch|first rate|mesmerising|flawless|spot on}
+ a {gripping|moving|charming|witty|thrilling|touching|heartfelt|hilarious|captivating} {story|film|novel|show|read|debut}
+ I {couldn't|could not} {stop laughing|stop reading|put the book down|take my eyes off the screen|ask for more|be more pleased|fault it}
+ {kept|held} me on the edge of my seat{| until the end| throughout}
+ the {battery|charge} lasts {for days|all day|forever|longer than promised}
+ it {arrived|came|was delivered} {early|right on time|the next day|ahead of schedule|well packed}
+ {sturdy|well made|solid|durable|beautifully finished|built to last}
+ {money|cash} well spent
+ my {wife|husband|son|daughter|mother|dog|cat|boss} {loves|adores|is crazy about|is thrilled with|can't get enough of} it
+ {I|we} {absolutely |really |truly |just |}{love|adore|enjoy|treasure|like} {it|this place|this camera|the design|this author|the new office}
+ {they|she|he} went {above and beyond|the extra mile}
+ the {support team|agent|technician|mechanic} {solved|fixed|sorted out} {my|the} {problem|issue} {in minutes|right away|with a smile}
+ {ten|10} out of {ten|10}
+ {five|5} stars{| from me| without hesitation}
+ two thumbs up
+ {thumbs up|hats off|kudos|bravo|well done} to the {team|chef|author|developers|organisers}
+ a {breath of fresh air|hidden gem|real treat|feast for the eyes|pleasure from start to finish|joy to use|bargain|real winner}
+ it {blew me away|made my day|put a smile on my face|lifted my spirits|warmed my heart|brightened my morning}
+ {I|we} {was|were} {pleasantly|nicely} surprised
+ {head and shoulders|miles|leagues} {above|ahead of} the {competition|rest|others}
+ {second to none|hard to beat|in a class of its own|simply the best|as good as it gets|nothing short of brilliant}
+ I {feel|felt} {great|fantastic|at ease|relaxed|refreshed|safe|valued|welcome|on top of the world} {|today|here|there|afterwards}
+ {what a|such a} {wonderful|beautiful|glorious|perfect|splendid|lovely} {day|morning|surprise|view|place|gift|performance}
+ {I'm|I am|we are} {so |very |really |}{happy|pleased|delighted|thrilled|grateful|impressed|overjoyed|satisfied} {with|about|by} {it|the result|this purchase|your work|the outcome|the new flat}
+ {thank you|thanks|many thanks} {so much |}for {your help|everything|the quick reply|the lovely evening|being there|a fantastic job}
+ {we|they|our team} {won|won the cup|beat the champions|scored in the last minute|made it to the final}
+ {I|she|he|my sister} {passed|aced|sailed through} the {exam|test|interview|driving test}
+ {I|he|she} got {promoted|a raise|the scholarship|accepted|good news}
+ the {weather|sunshine|evening} is {gorgeous|glorious|perfect for a walk|beautiful today}
+ the {hotel|flat|cabin|villa} was {clean and cosy|immaculate|charming|bright and airy|luxurious|a home away from home}
+ the {bed|sofa|chair} is {so comfy|incredibly comfortable|soft as a cloud}
+ {it's|it is} {light|lightweight}, {quiet|compact|elegant} and {powerful|practical|reliable}
+ I {sleep|breathe|work|feel} {much |so much |far |}better {now|since I bought it|than before|these days}
+ the {pain|stress|noise|itching} is gone{| at last| thanks to this}
+ {you|they} {deserve|earned} {a medal|every bit of praise|it|the award}
+ {clever|smart|brilliant|ingenious|thoughtful} {design|idea|solution|plot|touch}
+ the {book|course|teacher|video} explains everything {clearly|so well|with patience|step by step}
+ {I|we} {learned|learnt} a lot {and had fun|from it|that day|from her}
+ it {saved|saves} me {hours|a lot of time|a fortune|so much trouble|money}
+ {the price|it} is {fair|reasonable|very affordable|a steal|lower than I expected}
+ {no|zero} {complaints|regrets|problems|issues}{| at all| so far| whatsoever}
+ {I|we} have nothing but {praise|good things to say|admiration}{| for them}
+ {never|not once} {had a problem with it|has it let me down|did it fail|was I disappointed|did I feel bored}
+ {there is|there's} {nothing|not a thing} {to complain about|I would change|I didn't like|wrong with it}
+ not {bad|bad at all|disappointing at all|overpriced in the least|boring for a second}
+ {can't|cannot|could not|couldn't} {complain|be better|be easier|ask for a better host|praise them enough|speak highly enough of it|thank you enough}
+ {it|this} {never gets old|is never boring|is anything but dull|does not disappoint|did not let us down|is not to be missed}
+ {I|we} {wish|only wish} we had {found|discovered|bought} it {sooner|years ago|earlier}
+ {I|we} {did not|didn't} want {it|the film|the book|the evening|the holiday} to end
+ {I|we|she} {miss|misses} {it|that place|her} already{|, it was so good}
+ it {tastes|smells|looks|sounds|feels} {amazing|divine|fresh|fabulous|great|wonderful|natural|luxurious}
+ the {crust|meat|fish|cake|bread|coffee} was {crispy|tender|juicy|moist|fresh from the oven|rich and smooth|perfectly seasoned}
+ generous portions{| and smiling waiters| at honest prices}
+ the {kids|children|grandchildren} {had a blast|loved every minute|play with it for hours|were delighted|begged to go again}
+ {a|this} {classic|masterpiece|gem|treasure|milestone|tour de force|page-turner|crowd-pleaser}
+ {I|we} {laughed|smiled|grinned} {out loud|the whole time|from ear to ear|all evening}
+ {it moved me to tears|tears of joy|my heart melted|goosebumps all over}
+ {the author|the director|the writer} {has done it again|is at the top of her game|knows how to tell a story|never wastes a word}
+ {the|its} {screen|sound|picture|display|keyboard|finish} is {sharp|crystal clear|vivid|bright|stunning|silky smooth|superb}
+ {super|lightning|blazing|impressively} fast{| and stable| and silent}
+ {they|the shop|the company} {refunded me at once|replaced it for free|answered within minutes|kept their word|stood by their guarantee}
+ {a|one} {happy|very satisfied|loyal} customer
+ {I|we} {trust|rely on|swear by} {it|them|this brand|her}{| completely| every day}
+ {it|he|she} is {always|so} {helpful|kind|polite|cheerful|professional|generous|supportive|patient}
+ {everything|all of it} {was|went} {perfect|smoothly|according to plan|just right|better than planned}
+ the {nurse|doctor|vet|dentist} was {gentle|caring|reassuring|competent|kind to us}
+ {mum|my grandfather|the patient|the baby} is {doing well|recovering nicely|healthy and happy|out of danger|back on her feet}
+ {good|great|wonderful|excellent|fantastic} {job|work|news|choice|stuff|match|game}{|!|, everyone}
+ {so|really} glad {I bought it|you came|we chose them|it worked out|that is over}
+ {hooray|yay|woohoo|yes}, {we did it|it finally works|summer is here|she said yes|no school tomorrow}
+ {love|loving|enjoying} {this|it|my new bike|every bit of it|the sea breeze}
+ {looking forward to|excited about|counting the days until} {the next season|our trip|seeing you|the concert|working with you again}
+ {the garden|the view|the sunset|the lake|the old town} {is|was} {breathtaking|picturesque|enchanting|a sight to behold|stunning}
+ {peace and quiet at last|pure bliss|heaven on earth|a little paradise|a dream come true|time of my life}
+ {their|the} {customer service|help desk|return policy|delivery} {is|was} {excellent|outstanding|hassle free|fast and fair|second to none}
+ {fits|fitted} {perfectly|like a glove|just as described}
+ {it|the jacket|the tent} {kept us dry|keeps me warm|survived a storm|held up well|still looks new after two years}
+ {years|months} later it {still works|is as good as new|has not missed a beat|is going strong}
+ {I|we} {have|'ve} {recommended|told all my friends about|already ordered a second one of} it
+ {worth|well worth} {it|the price|a visit|the wait|reading|every penny|the extra money}
+ {the|a} {perfect|ideal|great|lovely} {gift|present|companion|choice|place to relax|way to end the day}
+ {the interface|the menu|the app|the site} is {clean|intuitive|a breeze|clear and fast|well thought out}
+ {one of|among} the {best|greatest|funniest|loveliest|most beautiful} {films|books|hotels|songs|evenings} {I know|of the year|of all time|I have ever seen}
+ {far|much|way} better than {I expected|the old one|the reviews say|the first film|anything else I tried}
+ {a|what a} {remarkable|stellar|sublime|dazzling|magnificent|terrific} {achievement|concert|voice|goal|speech|exhibition}
+ {he|she} {sings|plays|writes|cooks|teaches} {like an angel|beautifully|with real passion|brilliantly}
+ {the plot|the pace|the dialogue|the humour} {is|was} {clever|tight|sharp|full of surprises|fresh and funny|believable}
+ {I'd|I would} {give it six stars if I could|buy it again in a heartbeat|go again tomorrow|do it all over again}
+ {my|our} {stay|flight|visit|experience} was {flawless|a pleasure|unforgettable|comfortable|everything we hoped for}
+ {he|she|they} {made|make} us feel {at home|special|welcome|like family}
+ {friends|we are friends} for life
+ {sales are up|profits rose|the project is a success|we met every deadline|the launch went great}
+ {peace talks succeeded|the rescue worked|all the miners were saved|crime fell sharply|the river is clean again}
+ {congratulations|congrats}{| to you both| on the baby| on your new home|, well earned}
+ {I|we} {am|are} {blessed|lucky|fortunate|honoured|proud} to {have you|be here|know her|be part of it|call this place home}
+ {nothing|little} could {spoil|top|beat|match} {this day|this view|that meal|their kindness}
+ {the repair|the work|the painting job} was {neat|quick and tidy|done with care|finished early|of the highest quality}
- the {food|meal|dinner|pizza|curry} was {awful|bland|inedible|cold in the middle|overcooked|tasteless|greasy|undercooked}
- the {service|staff|team} {was|were} {slow|rude|hostile|clueless|terrible|dismissive|unhelpful|a disgrace}
- I {will|would} never {come back|return|order there again|buy from them again|go there again}
- {stay away|steer clear|avoid|avoid at all costs|don't bother|keep your distance}{| from this place| from this seller|}
- {worst|nastiest|most disgusting} {pasta|burger|sushi|coffee|steak} {in town|I have ever eaten|ever}
- it {fell short of|did not meet|failed to meet|never met} {my|our} expectations
- {I|we} had a {terrible|dreadful|horrible|miserable|frustrating|stressful} {time|evening|stay|weekend|holiday}
- it {doesn't work|does not work|never worked|barely works|broke|died|failed} {|at all|after a week|on day one|straight out of the box|within days}
- {hard|difficult|impossible|a pain|a nightmare} to {use|install|set up|clean|assemble|open}
- {bad|poor|terrible|lousy} value{| for money|}
- {waste|a total waste|a complete waste|such a waste} of {time|money|space|paper|talent|plastic}
- the {acting|cast|direction|camera work|soundtrack} {is|was} {terrible|amateurish|lifeless|embarrassing|second rate|painful to watch}
- a {boring|dull|tedious|predictable|pointless|shallow|clumsy|pretentious|lifeless} {story|film|novel|show|read|debut}
- I {fell asleep|walked out|gave up|lost interest|switched it off} {halfway through|after ten minutes|before the end|}
- {could not|couldn't} {finish it|wait for it to end|care less about the characters|hear a thing|get a refund|sleep because of the noise|wait to leave}
- the {battery|charge} {dies|is empty|runs out} {within an hour|by noon|far too quickly|before lunch}
- it {arrived|came|was delivered} {late|broken|damaged|two weeks late|in pieces|without the charger|never}
- it never {arrived|worked|came back from repair|got better}
- {flimsy|badly made|shoddy|cheap and nasty|poorly finished|falling apart already}
- {money|cash} down the drain
- my {wife|husband|son|daughter|mother|dog|cat|boss} {hates|can't stand|is fed up with|is disappointed with|refuses to use} it
- {I|we} {absolutely |really |truly |just |}{hate|detest|dislike|despise|loathe} {it|this place|this camera|the design|the taste|the new office}
- {they|she|he} {couldn't care less|did the bare minimum|treated us like dirt|did not lift a finger|never called back}
- the {support team|agent|technician|mechanic} {ignored my emails|made it worse|was useless|blamed me|had no idea|never showed up}
- {zero|0|one|1} out of {ten|10}
- {one|1} star{| is too many| only because zero is not possible|}
- two thumbs down
- {shame on|how dare} {you|this company|them}
- a {disaster|joke|total rip-off|scam|letdown|disappointment|mess|nightmare|fiasco|failure|flop}
- it {ruined my day|drove me mad|makes me sick|gave me a headache|put me in a bad mood|broke my heart|scared the children}
- {I|we} {was|were} {bitterly|deeply|badly|hugely} disappointed
- {far|miles|way} {behind|below} the {competition|rest|others|standard}
- {below average|not up to standard|as bad as it gets|a new low|the worst of the worst|beyond bad}
- I {feel|felt} {awful|terrible|ill|unsafe|cheated|insulted|lonely|unwelcome|hopeless|miserable} {|today|here|there|afterwards}
- {what a|such a} {terrible|dreadful|awful|rotten|lousy|sad} {day|morning|surprise|view|place|gift|performance}
- {I'm|I am|we are} {so |very |really |}{angry|upset|annoyed|disappointed|frustrated|furious|unhappy|dissatisfied|disgusted} {with|about|by} {it|the result|this purchase|your work|the outcome|the new flat}
- {no thanks|thanks for nothing|no apology, no refund, nothing|not even an apology}
- {we|they|our team} {lost|lost the final|got beaten badly|threw the game away|were knocked out|finished last}
- {I|she|he|my sister} {failed|flunked|messed up} the {exam|test|interview|driving test}
- {I|he|she} got {fired|sacked|robbed|rejected|food poisoning|bad news|bullied|dumped}
- the {weather|rain|heat} is {awful|unbearable|depressing|getting me down|horrible today}
- the {hotel|flat|cabin|villa} was {dirty and noisy|filthy|shabby|cramped and dark|infested with cockroaches|nothing like the photos|falling to bits}
- the {bed|sofa|chair} is {hard as a rock|so uncomfortable|wobbly|lumpy|broken}
- {it's|it is} {heavy|bulky}, {loud|ugly|slow} and {unreliable|useless|overpriced}
- I {sleep|feel|see|hear} {worse|much worse|even worse} {now|since I bought it|than before|these days}
- the {pain|stress|noise|smell} is {unbearable|getting worse|driving me crazy|back again|making me ill}
- {you|they} should be {ashamed|closed down|fired|fined|sued}
- {stupid|idiotic|confusing|thoughtless|terrible} {design|idea|solution|plot|decision}
- the {book|course|teacher|video} explains nothing{| clearly| properly|}
- {I|we} {learned|learnt} {nothing|nothing new|the hard way}
- it {costs|cost} me {hours|a fortune|my job|my sanity|far too much}
- {the price|it} is {outrageous|far too high|daylight robbery|way too expensive|double what others ask}
- {nothing but|full of|so many|endless} {problems|trouble|bugs|errors|excuses|lies|complaints|delays}
- {I|we} {have|had} {nothing good to say|no end of trouble|serious regrets|to complain again|second thoughts}
- {never|not once} {did it work|did they answer|was the room cleaned|have I been so bored|have I seen anything so bad|again}
- {there is|there's} {nothing|not a thing} {to like|special about it|good about it|funny about it|I enjoyed}
- not {good|good enough|great|funny|very helpful|recommended|impressed|what I ordered|as described|worth it|worth reading|fun at all|comfortable|convincing|fresh|a good idea}
- {can't|cannot|could not|couldn't} {recommend it|be worse|stand it|believe how bad it is|understand the praise|trust them|get it to work|bear the smell}
- {it|this} {isn't|is not|wasn't|was not|is hardly|is far from|is anything but} {good|funny|clean|useful|fresh|reliable|pleasant|worth the money|well made|interesting}
- {I|we} {wish|only wish} we had {never bought it|stayed at home|read the reviews first|gone elsewhere|chosen another one}
- {I|we} {wanted|tried|hoped} to {like it|enjoy it|love it}{|, but no|, but it let me down}
- {I|we} {don't|do not|didn't|did not} {like|enjoy|recommend|understand|need|want} {it|this|it at all|the taste|the film}
- it {tastes|smells|looks|sounds|feels} {awful|disgusting|stale|cheap|bad|rotten|fake|like plastic|terrible|off}
- the {crust|meat|fish|cake|bread|coffee} was {soggy|tough|rubbery|dry|stale|bitter and weak|burnt|raw|frozen inside|mouldy}
- tiny portions{| and grumpy waiters| at absurd prices}
- the {kids|children|grandchildren} {cried|were bored to death|hated every minute|broke it in a minute|got sick|were scared}
- {a|this} {dud|stinker|snooze fest|train wreck|cash grab|turkey|bore|lemon|money pit}
- {I|we} {cringed|yawned|groaned|suffered} {out loud|the whole time|from start to finish|all evening}
- {the author|the director|the writer} {has lost it|is out of ideas|talks down to the reader|never gets to the point|cannot write}
- {the|its} {screen|sound|picture|display|keyboard|finish} is {blurry|tinny|grainy|dim|scratched|cracked|sticky|flickering}
- {painfully|terribly|unbelievably|annoyingly} slow{| and unstable| and loud}
- {they|the shop|the company} {kept my money|refused a refund|never answered|broke their promise|lied to us|sold me a used one|hid the fees}
- {a|one} {very unhappy|dissatisfied|former|furious} customer
- {I|we} {lost all trust in|no longer trust|gave up on|had enough of|am done with} {it|them|this brand|her}
- {it|he|she} is {always|so} {grumpy|rude|late|selfish|arrogant|lazy|dishonest|careless|mean|impatient}
- {everything|all of it} {went wrong|was wrong|fell apart|was a lie|failed}
- the {nurse|doctor|vet|dentist} was {rough|cold|careless|incompetent|in a hurry|mean to us}
- {mum|my grandfather|the patient|the baby} is {very ill|getting worse|in hospital again|in pain|not well}
- {bad|poor|terrible|horrible|awful} {job|work|news|choice|stuff|match|game}{|!|, everyone}
- {so|really} sorry {I bought it|we came|we chose them|it ended like this|for your loss}
- {ugh|argh|damn|oh no}, {not again|it crashed again|my wallet is gone|I missed the bus|school tomorrow|the heating is off}
- {hating|sick of|tired of|fed up with|done with} {this|it|the waiting|these ads|all the noise|being lied to}
- {dreading|worried about|scared of|nervous about} {the results|the operation|going back|the next bill|losing my job}
- {the garden|the view|the beach|the lake|the old town} {is|was} {ugly|full of rubbish|spoiled|polluted|a building site|depressing}
- {hell on earth|pure torture|a bad dream|one long headache|the worst time of my life|an insult to guests}
- {their|the} {customer service|help desk|return policy|delivery} {is|was} {a joke|appalling|non-existent|slow and unfair|shocking}
- {does not fit|way too small|far too tight|nothing like the description|the wrong size|the wrong colour again}
- {it|the jacket|the tent} {leaked|tore|fell apart|shrank|let the rain in|lost its colour|was soaked through}
- {days|a week|one month} later it {stopped|broke|was dead|fell apart|was useless|began to rust}
- {I|we} {have|'ve} {warned all my friends|sent it back|asked for a refund|cancelled my subscription|thrown it away}
- {not worth|hardly worth} {it|the price|a visit|the wait|reading|a penny|the trouble}
- {the|a} {terrible|cheap|ugly|useless|worthless} {gift|copy|thing|piece of junk|excuse for a hotel|imitation}
- {the interface|the menu|the app|the site} is {cluttered|confusing|full of bugs|slow and ugly|constantly down|a maze}
- {one of|among} the {worst|dullest|ugliest|most boring|most annoying} {films|books|hotels|songs|evenings} {I know|of the year|of all time|I have ever seen}
- {far|much|way} worse than {I expected|the old one|the reviews say|the first film|anything else I tried}
- {a|what a} {pathetic|dismal|mediocre|sloppy|shameful|feeble} {effort|concert|voice|game|speech|exhibition}
- {he|she} {sings|plays|writes|cooks|teaches} {badly|like a robot|without any passion|horribly|off key}
- {the plot|the pace|the dialogue|the humour} {is|was} {thin|sluggish|full of cliches|a mess|stale and crude|unbelievable in a bad way}
- {I'd|I would} {give it zero stars if I could|rather eat cardboard|not take it for free|ask for my money back|never do it again}
- {my|our} {stay|flight|visit|experience} was {ruined|a nightmare|unpleasant|uncomfortable|nothing like we hoped}
- {he|she|they} {made|make} us feel {unwelcome|stupid|guilty|like criminals|small}
- {our friendship is over|we don't speak any more|nobody came to my party|she left me}
- {sales are down|profits fell|the project failed|we missed every deadline|the launch was a flop|two hundred people lost their jobs}
- {the talks broke down|the rescue failed|many people died|crime rose sharply|the river is poisoned|the roof collapsed}
- {I|we} {am|are} {heartbroken|devastated|unlucky|ashamed|lost|depressed} {|about it|without you|these days|after what happened}
- {the repair|the work|the painting job} was {sloppy|late|done without care|never finished|a botch}
- {too|far too|way too} {loud|expensive|sweet|long|short|small|crowded|complicated|spicy|slow|hot|weak} {|for me|for my taste|to enjoy|to be useful|to be any fun}
- {no|not any|hardly any|barely any} {hot water|parking|help|legroom|vegetarian choice|signal|privacy|explanation|flavour}
- {lacks|without|missing} any {charm|flavour|depth|heart|warmth|sense of humour|logic}
- {had to|we had to|I had to} {wait for ages|queue for two hours|pay extra|throw it out|send it back twice|call five times|sleep on the floor}
- {should|could} have been {so much |much |a lot |}{better|funnier|shorter|cheaper}
- {overrated|overpriced|overhyped|underwhelming|unwatchable|unreadable|unusable|uninspired|disappointing}
- {false|misleading|dishonest} {advertising|description|photos|claims|reviews}
- {hair|a fly|glass|mould} in my {soup|salad|drink|bread}
- {someone|they|a man} {stole|broke into|damaged|scratched|hit} my {bag|flat|car|bike}
- {the lift|the shower|the heating|the toilet|the air conditioning} {was broken|did not work|made a horrible noise|leaked all night}
- {crashes|freezes|hangs|shuts down|loses my data} {constantly|all the time|every day|when I need it most|after the update}
"""

NOUNS_GOOD_BAD = """
film, movie, book, novel, show, album, song, concert, play, game, restaurant, cafe, meal, dish, wine, hotel, room, trip, flight, tour, beach, phone, laptop,
camera, app, website, update, headphones, speaker, watch, printer, vacuum, mattress, chair, jacket, dress, shoes, bag, bike, car, tent, toy, gift, teacher, doctor,
driver, waiter, guide, neighbour, landlord, colleague, boss, team, company, bank, shop, seller, service, support, delivery, price, quality, design, sound, picture,
taste, smell, view, weather, day, week, evening, party, wedding, meeting, lecture, course, exam, interview, job, office, city, village, park, museum, train, bus,
airport, hospital, school, garden, kitchen, apartment, soup, salad, bread, coffee, cake, recipe, story, plot, ending, acting, script, music, lyrics, voice, speech,
article, report, idea, plan, decision, policy, result, experience, performance, season, episode, exhibition, haircut, massage, repair, product, tool, software, printer
"""
