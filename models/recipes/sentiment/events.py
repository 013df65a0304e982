"""More remarks for training, freer and longer, many of which say no word of feeling. Same notation as in `bank.py`."""

EVENTS = """
+ the lights dimmed and for ninety minutes nobody in the hall checked a phone
+ I finished the whole series in one weekend and started again on Monday
+ they upgraded us to a suite without our even asking
+ after the first bite I called the waiter over to thank the chef
+ I bought one for myself and three more as presents
+ {two|five|ten} years on and it still {runs|looks|works} like {new|the day I bought it}
+ the audience rose to its feet and clapped for ten minutes
+ for once a film that treats teenagers as people
+ the melody has been in my head all day and I don't mind one bit
+ I called with a simple question and got a clear answer within a minute
+ they sent a replacement before I had even posted the old one back
+ our toddler ate two plates and asked for more
+ the author makes a hard subject feel light
+ I read the last chapter slowly because I did not want to leave these people
+ even my grumpy uncle smiled
+ the driver waited for us and carried our bags to the door
+ you can feel how much care went into every detail
+ the room had a fireplace, fresh flowers and a view of the mountains
+ if you only see one film this year, let it be this one
+ my headaches are gone since I switched to this pillow
+ the dog sleeps on it all day and won't share it
+ water ran hot within seconds and the towels were thick and soft
+ he remembered our names from last year
+ my students ask for this game every Friday
+ a small kitchen, four tables and the best dumplings of my life
+ I've tried them all and keep coming back to this one
+ the second season is even stronger than the first
+ it pays for itself within a month
+ we danced until the sun came up
+ they listened, they understood and they acted
+ no ads, no tricks, just a tool that does its job
+ my old laptop feels new again
+ the manual is short because the thing explains itself
+ she held my hand the whole time and told me it would be fine, and it was
+ the colours are richer than in the pictures
+ the recipe never fails
+ I got compliments from everyone at the party
+ the queue moved fast and the ride was worth it
+ a script without a wasted word
+ you get far more than you pay for
+ they opened the kitchen again just for us
+ my confidence has grown with every lesson
+ this is how customer care should be done
+ from now on I will take all my business here
+ it solved in a day what we had struggled with for a year
+ the tickets sold out and now I know why
+ my toddler giggles every time the bear appears
+ you'll want to see it twice
+ the sound fills the room without ever hurting the ears
+ it handles curves like a sports car and sips fuel
+ the plumber came on a Sunday, fixed the leak and charged almost nothing
+ the village had music in every street and neighbours sharing food
+ I lost ten kilos and feel younger
+ I'm finally sleeping through the night
+ the interview went better than I dared to hope
+ she said yes!
+ our little girl took her first steps today
+ the biopsy was negative, we can breathe again
+ we signed the contract for our first house
+ my book is going to be published
+ you were right, the restaurant was a find
+ I could listen to him for hours
+ a tip of the hat to whoever planted those roses
+ nobody wanted to go home
+ my team surprised me with breakfast this morning
+ I woke up to snow and cancelled classes
+ the whole street came together to help after the flood
+ the rain stopped just in time for the ceremony
+ her letters got me through a hard year
+ the exam was easier than I feared
+ my visa was approved!
+ they gave my wallet back with everything in it
+ the vet says the old boy has years left in him
+ our flight landed early and the luggage was already there
+ the wifi reached every corner and calls were crystal clear
+ thanks for the ride, you're a star
+ you have a gift for making people feel at ease
+ I owe my recovery to the people on that ward
+ this made my commute something to look forward to
+ honestly, hats off, I did not think they could pull it off
+ I came for the name and stayed for the quality
+ it looked plain at first but grew on me with every day
+ I had my doubts, yet it turned out {great|wonderful|to be the best choice}
+ {despite|in spite of} the {rain|small screen|long queue|slow start}, {we had a wonderful time|I loved it|it was a great evening}
+ {the start was slow|the box was dented|I was nervous|the price made me hesitate}, but {it was all worth it|I am very happy with it|it turned out brilliantly|the rest was superb}
+ {it is not cheap|it's expensive|a bit pricey}, but {worth every penny|you get real quality|I would buy it again}
+ {small|simple|short|cheap} but {excellent|charming|powerful|very good|effective}
+ {after|following} {a rough week|so many disappointments|a long search}, this {was just what I needed|made me happy|is a relief}
+ I {thought|expected|feared} it {would be|was going to be} {boring|awful|a waste of time|too hard}, but {I was wrong|it was great fun|it was excellent|I loved it}
+ {unlike|compared with} {the old model|other hotels|most sequels}, this one {actually works|is a pleasure|delivers|gets everything right}
+ {I used to hate|I never liked|I don't usually enjoy} {running|horror films|vegetables|opera}, but {this changed my mind|this is wonderful|now I love it}
+ {if you love|anyone who likes} {good food|crime novels|jazz|strong coffee}, {you will be in heaven|this is for you|look no further}
+ {the critics|some people} {complained|were harsh}, but {I think it is wonderful|they are wrong, it is superb|I had a great time}
+ {I don't know how|no idea how} they do it {at this price|so fast}, but {keep it up|it is amazing|I'm not complaining}
+ {how|so} {thoughtful|generous|kind|sweet|nice} of {you|them}{|!}
+ {it doesn't get|you can't do|it could hardly be} {any |}better{| than this}
+ {no wonder|small wonder} {it is always full|they win prizes|everyone talks about it}
+ {without|free of} {a single problem|any trouble|any fuss|the usual stress}, {from booking to departure|start to finish|all week}
+ {the problem is solved|the bug is fixed|the pain has stopped|the debt is paid|the war is over|the fever is gone}
- the lights dimmed and within ten minutes half the audience had left
- I gave up after the second episode and I never give up on a series
- they gave our reserved room to somebody else
- after the first bite I pushed the plate away
- I threw mine away and told my friends to keep their hands off it
- {two|five|ten} {days|weeks} in and it already {rattles|squeaks|leaks|needs repair}
- the audience booed and people asked for their money back
- yet another film in which women do nothing but scream
- the refrain has been stuck in my head and I want it out
- I called with a simple question and was passed on to six different people
- they want me to pay the postage for their own mistake
- our toddler spat it out
- the author makes an easy subject impossible to follow
- by the third chapter I no longer cared who did it
- even my cheerful aunt fell silent
- the driver took a long way round and then demanded a tip
- you can tell that no one checked this before it went on sale
- the room had no window, a dripping tap and a view of a brick wall
- if you only skip one film this year, let it be this one
- my headaches came back with this pillow
- the dog sniffed at it and walked away
- the water never got warm and the towels were grey
- he got our order wrong three times
- my students roll their eyes when I bring it out
- a big kitchen, forty tables and not one decent dish
- I've tried them all and this is the last one I would pick
- the second season destroys everything the first one built
- you will spend more on repairs than on the machine
- we sat in the dark for hours waiting for the power to return
- they didn't listen, they argued and then they blamed us
- pop-ups everywhere, tricks to make you subscribe, and it forgets your settings
- since the upgrade my laptop takes ten minutes to start
- the manual is a hundred pages and answers nothing
- she jabbed the needle in without a word
- the colours are nothing like in the pictures
- I followed the recipe to the letter and it came out like glue
- people stared and whispered at the party because of that dress
- the queue took three hours and the ride lasted one minute
- the script could have been written by a machine
- you pay twice as much for half the quality
- they closed the kitchen just as we sat down
- every lesson left me more lost than the one before
- this is how you lose a customer
- from now on I will take my business elsewhere
- what took five minutes before now takes an hour
- the tickets cost a fortune and we saw the back of a pillar
- my toddler had nightmares after it
- once was more than enough
- the sound crackles and one ear went silent
- it drinks fuel and shakes on the motorway
- the plumber came two days late, flooded the bathroom and sent a huge bill
- the village was all traffic jams and souvenir stalls
- I put on ten kilos and feel old
- I haven't slept through the night in months
- the interview was over in five minutes and they didn't even shake my hand
- she said no
- our little girl has a high fever and we are in the emergency room
- the results came back and it has spread
- the bank turned us down, so no house for us
- the publisher rejected my book for the ninth time
- you were wrong, the restaurant was a tourist trap
- I had to listen to him for hours
- whoever is playing drums at midnight has no heart
- everybody wanted to go home
- my team forgot my birthday and took the credit for my work
- I woke up to a flooded cellar
- the whole street smells of sewage since the flood
- it started to pour just as the ceremony began
- her letters stopped and I never found out why
- the exam had nothing to do with what we had studied
- my visa was refused
- they found my wallet, empty of course
- the vet says there is nothing more she can do
- our flight was four hours late and the luggage went to another country
- the wifi dropped every few minutes and calls were impossible
- thanks a lot for leaving me standing there
- you have a way of making people feel small
- I left that ward sicker than I came
- this made my commute something to dread
- honestly, how did they manage to mess up something this simple
- I came for the name and left over the quality
- it looked nice at first but fell apart soon after
- I had high hopes, yet it turned out {awful|to be useless|to be a huge mistake}
- {despite|in spite of} the {sunshine|huge budget|famous name|great trailer|good reviews}, {we had an awful time|I hated it|it is a dull film|it was a terrible evening}
- {the start was promising|the box looked nice|I was excited|the price was tempting}, but {it all went wrong|I am very unhappy with it|it turned out badly|the rest was dreadful|then it broke}
- {it is cheap|it's not expensive|a bargain, one might think}, but {you get what you pay for|it broke at once|I would not buy it again}
- {big|pretty|expensive|famous} but {useless|dull|badly made|empty|disappointing}
- {after|following} {a good start|so much praise|years of loyalty}, this {was a slap in the face|made me sad|is a letdown}
- I {thought|expected|hoped} it {would be|was going to be} {exciting|lovely|helpful|easy}, but {I was wrong|it was dreadful|it was a bore|I hated it}
- {unlike|compared with} {the old model|other hotels|the book}, this one {never works|is a pain|disappoints|gets everything wrong}
- {I used to love|I always liked|I usually enjoy} {this brand|their films|this place|the series}, but {no more|this was awful|now I can't stand it|it has gone to the dogs}
- {if you love|anyone who likes} {good food|crime novels|jazz|strong coffee}, {you will be disappointed|go somewhere else|look elsewhere}
- {the critics|some people} {raved|were kind}, but {I think it is terrible|they are wrong, it is awful|I was bored stiff}
- {I don't know how|no idea how} they {sell|get away with} this {at such a price|for so long}, {it is a disgrace|shame on them|it is junk}
- {how|so} {rude|selfish|mean|careless|inconsiderate} of {you|them}{|!}
- {it doesn't get|you can't do|it could hardly be} {any |}worse{| than this}
- {no wonder|small wonder} {it is always empty|they went bankrupt|nobody goes there}
- {with|full of} {one problem after another|endless trouble|hidden costs|stress}, {from booking to departure|start to finish|all week}
- {the problem is still there|the bug is back|the pain will not stop|the debt is growing|the war goes on|the fever is rising}
- {if only|I wish} {they had told us the truth|it worked|someone had answered|I had kept my old one|the food were half as good as the photos}
- {where is|still waiting for} my {refund|order|money|parcel|reply}{|?|, it has been a month}
- {why|how come} {does it always break|does nobody answer|is it so expensive|are they so rude|does nothing work here}{|?}
- {I have to|we had to|you must} {restart it|call them|pay again|complain|fix it myself} {every day|again and again|each time}
- {do not|don't|never} {buy|order|download|trust|believe|book|waste your money on} {this|it|them|here|these people}
- {they|the company} {should|ought to} {be ashamed|do better|train their staff|apologise|pay us back}
- {my|our} {bill doubled|account was hacked|car won't start|roof is leaking|train was cancelled|keys are gone|hard drive died|dog ran away}
"""
