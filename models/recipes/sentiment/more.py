"""Still more remarks for training, in many voices. Same notation as in `bank.py`."""

MORE = """
+ we booked one night and ended up staying four
+ the librarian found the exact edition I had been hunting for
+ my grandmother's recipe came out just the way she used to make it
+ not one sour face behind the counter, even at closing time
+ honest work at an honest price, what more can you ask
+ the carpenter left the house cleaner than he found it
+ I plugged it in and it simply worked
+ our daughter reads it aloud to her dolls every evening
+ the crew kept us informed and smiled through the turbulence
+ it shrugged off rain, mud and two falls from the roof rack
+ this album has been on repeat since Friday
+ the twist at the end made the whole theatre gasp
+ she answered my email at midnight and had a solution by breakfast
+ the garlic bread deserves its own award
+ three generations around one table and everybody found something they liked
+ I have never slept so soundly in a tent
+ the paint went on evenly and dried within the hour
+ finally shoes that do not pinch
+ my physiotherapist is a miracle worker
+ they waived the fee when I explained what had happened
+ the lake was warm, the air was clear and we had the shore to ourselves
+ he taught my son to swim in a week, and to love it
+ the new bus line gets me to work in half the time
+ our little shop had its best month ever
+ even the teenagers put their phones away
+ the prose is so good I read some pages twice
+ the bike glides up hills that used to kill me
+ it feels like money in the hand
+ a laugh a minute and a lump in the throat at the end
+ I'd trust this vet with my own life
+ the tomatoes tasted of summer
+ from the bread to the dessert, everything was made in house and you could tell
+ they remembered that I am allergic to nuts without being told twice
+ we walked in as strangers and left as friends
+ the lens is razor sharp right into the corners
+ cleaning up takes seconds
+ the instructor made me believe I could do it
+ the orchestra played as one and the hall held its breath
+ what a save in the last second, I lost my voice cheering
+ the city put benches and trees where the car park used to be
+ the kittens have all found good homes
+ grandpa beat me at chess again and was so pleased with himself
+ the operation took an hour and she was walking the next day
+ my boss thanked me in front of everybody
+ I paid off the last of my loan today
+ they let us check in early and gave the kids colouring books
+ the tickets were cheap, the seats were close and the singer was on form
+ the translation reads as if it had been written in English
+ you could eat off the floor in there
+ every penny of the fee went to the shelter
+ a quiet corner, a strong espresso and a good newspaper, my idea of a perfect morning
+ it cut my heating bill in half
+ the child who never spoke is telling stories now
+ the board is responsive and the keys have a lovely click
+ it took me by the hand and led me through the whole installation
+ I gave it to my father and he has worn it every day since
+ the village baker saves me a loaf because he knows I come late
+ all my worries melted away in that hot spring
+ they gave us a lift back to the station in the pouring rain
+ the judge saw through the lies and justice was done
+ our exports reached a record this year
+ the vaccine works and the wards are emptying
+ she plays as if the piano were part of her
+ the zip still runs smoothly after hundreds of washes
+ we had goosebumps when the choir came in
+ you made an old woman very happy today
+ so proud of these kids, they gave everything out there
+ back home after a week of sun, sea and far too much ice cream
+ this little lamp makes the whole room cosy
+ at last somebody who calls back when they say they will
+ the sauce is silky and the pasta has just the right bite
+ it's a keeper
+ they nailed it
+ sold, I am a fan for life
+ count me in for the next one
+ chef's kiss
+ hits the spot every time
+ lives up to its name
+ not a penny wasted
+ smooth as butter
+ like new, even the box was in mint condition
+ no need to look any further
+ a shining example of how it should be done
+ the best thing since sliced bread
+ over the moon with my new glasses
+ couldn't have asked for nicer weather
+ nobody does it better
+ I would marry this cheesecake
+ cannot put into words how much this meant to us
+ ticks every box
+ my go-to place for a quick lunch
+ if I could give it more stars I would
+ it has made my life so much easier
+ {the film|the novel|the play|the show} {stays with you|speaks from the heart|never loses its grip|is a quiet wonder|earns every tear|crackles with wit}
+ {the performances|the songs|the costumes|the visuals|the dialogues} are {superb|a delight|first class|full of life|pitch perfect|worth the ticket alone}
+ {the host|the owner|the receptionist|the nurse|the driver} {could not have been kinder|greeted us like old friends|had time for everybody|went to great lengths for us|made us laugh}
+ {the phone|the tablet|the camera|the printer|the speaker} {does everything I need|never lets me down|punches above its weight|is a joy|starts in a second|looks and feels great}
+ {today|this evening|our holiday|the wedding|my birthday} {was everything I wished for|was pure joy|made up for everything|was a big success}
+ {my son|my sister|my friend|my wife|our team} {won first prize|got the place at university|beat the odds|came home safe|is on the mend|is so happy there}
+ {the food|the stew|the breakfast|the pie|the wine} {warmed us from inside|was to die for|was simply sublime|made us order seconds|tasted homemade|melted on the tongue}
+ {it|this|the place} {has charm in spades|has it all|is simply lovely|deserves to be better known|is a little treasure|restored my faith}
+ {I'm|I am} {hooked|amazed|a convert|speechless, in a good way|still smiling|one happy camper|all smiles|in love with it}
- we booked four nights and left after one
- the librarian shrugged and went back to her phone
- my grandmother would turn in her grave if she tasted this
- sour faces behind the counter and not one hello
- they charge for two hours and work for one
- the carpenter left dust everywhere and a door that won't shut
- I plugged it in and the fuse blew
- our daughter looked at it once and threw it in the corner
- the crew vanished and nobody told us why we were circling
- it gave up at the first drop of rain
- this album puts me to sleep, and not in a good way
- the twist at the end is visible from the first minute
- she answered my email after a month with a line copied from their website
- the garlic bread was a burnt crust with a hint of oil
- three of us fell ill after that dinner
- I did not sleep a wink in that tent
- the paint dripped, ran and never dried
- these shoes are murder on the heels
- my physiotherapist made it hurt twice as much
- they added a fee for explaining the fee
- the lake was brown, the air stank and the shore was packed
- he shouted at my son until he was afraid of water
- since they cut the bus line I need two hours to get to work
- our little shop had to close its doors for good
- even the adults stared at their phones
- the prose is so heavy that I read every page twice to make sense of it
- the bike creaks, slips out of gear and pulls to the left
- it feels like a toy from a cereal box
- not a laugh in sight and a yawn at the end
- I wouldn't let this vet near a goldfish
- the tomatoes tasted of water
- from the bread to the dessert, everything came out of a packet and you could tell
- I told them twice that I am allergic to nuts and there they were
- we walked in as customers and were treated like thieves
- every photo comes out blurred in the corners
- cleaning it takes longer than cooking
- the instructor laughed at beginners
- the orchestra was out of tune and the hall half empty
- an own goal in the last second, I could weep
- the city cut down the trees to build another car park
- somebody dumped the kittens by the road
- grandpa does not recognise me any more
- the operation went wrong and she may never walk again
- my boss blamed me in front of everybody
- I cannot pay the rent this month
- they made us wait in the lobby until six with two crying children
- the tickets cost a fortune, the seats were at the back and the singer mimed
- the translation reads as if a robot had done it in its sleep
- you stick to the floor in there
- most of the fee went into the director's pocket
- a wobbly table, lukewarm coffee and a shouting match next to us, what a morning
- it doubled my heating bill
- the child stopped speaking after that school
- the keys stick and half of them double type
- it stopped in the middle of the installation and took my files with it
- I gave it to my father and he put it in the attic
- the baker sold me yesterday's loaf as fresh
- all my worries grew worse in that clinic
- they drove off and left us in the pouring rain
- the guilty walked free
- our exports fell for the fifth month in a row
- the ward is full and there are no beds left
- he plays as if he had mittens on
- the zip jammed on day two
- we cringed when the choir came in
- you made an old woman cry today
- no fight, no passion, they did not even try out there
- back home after a week of rain, noise and stomach cramps
- this lamp flickers and hums like a wasp
- another one who promises to call and never does
- the sauce was watery and the pasta was mush
- it's going straight back
- they botched it
- never again, I have learned my lesson
- count me out
- hard pass
- misses the mark
- all talk and no substance
- an utter rip off
- rough as sandpaper
- sold as new, came scratched and with somebody's hair on it
- look elsewhere
- a textbook case of how not to do it
- about as useful as a chocolate teapot
- at the end of my tether with these glasses
- could not have picked a worse day
- nobody cares any more
- I have had better food from a vending machine
- cannot put into words how angry I am
- fails on every count
- I only go there when everything else is shut
- if I could give it fewer stars I would
- it has made my life so much harder
- a recall waiting to happen
- adds insult to injury
- it went from bad to worse
- {the film|the novel|the play|the show} {drags on and on|says nothing new|falls apart in the middle|is a chore|insults its audience|runs out of steam|left me cold}
- {the performances|the songs|the costumes|the visuals|the dialogues} are {stiff|a disgrace|third class|lifeless|painfully bad|not worth the ticket}
- {the host|the owner|the receptionist|the nurse|the driver} {could not have been ruder|rolled her eyes at us|had time for nobody|pretended not to hear|swore at us|slammed the door}
- {the phone|the tablet|the camera|the printer|the speaker} {does nothing right|lets me down daily|is a brick|is a headache|takes ages to start|looks and feels cheap|jams all the time}
- {today|this evening|our holiday|the wedding|my birthday} {was everything I feared|was pure stress|ended in tears|was a disaster}
- {my son|my sister|my friend|my wife|our team} {came last|was turned away|had an accident|is in intensive care|lost everything|is so unhappy there}
- {the food|the stew|the breakfast|the pie|the wine} {turned my stomach|was vile|was an insult|went in the bin|tasted of nothing|was off|came out stone cold}
- {it|this|the place} {has no charm at all|has nothing|is simply grim|deserves to go under|is a dump|has seen better days|makes my blood boil}
- {I'm|I am} {fuming|appalled|done|speechless, and not in a good way|still furious|sick and tired of it|all out of patience|regretting it already|in tears}
- {no|never any|not even} {heating|towels|answer|apology|help|sign of life|warning|refund} {for three days|in the middle of winter|when we needed it|again}
- {the wait|the noise|the smell|the heat|the queue|the paperwork} {was endless|drove us out|never stopped|is beyond a joke|made me ill|wears you down}
- {another|one more|yet another} {delay|broken promise|price rise|cancelled train|cut in wages|empty apology|lost parcel|wasted evening}
"""
