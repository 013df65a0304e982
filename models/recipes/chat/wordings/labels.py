"""Sentences with a clear mood, messages by label, and what a small model cannot do."""
# Labels (sentiment, topics) and requests outside a small model's reach. One item a line.
def _lines(s):
    return [l.strip() for l in s.strip().split("\n") if l.strip()]

GOOD = _lines("""
I love this phone.
Best pizza in town, hands down.
The staff were friendly and the room was spotless.
What a wonderful film, I laughed from start to finish.
It works perfectly.
Exactly what I was looking for.
Great value for the money.
The battery lasts two full days, which is fantastic.
Five stars from me.
I would recommend this hotel to anyone.
Delivery was quick and everything arrived in perfect condition.
The new update is a huge improvement.
My kids adore this game.
Beautiful design and very comfortable to wear.
The soup was delicious and the waiter was so kind.
This app has made my mornings much easier.
Really impressed with the quality.
A brilliant book that I could not put down.
Customer service solved my problem in five minutes, amazing.
The view from our balcony was breathtaking.
Superb acting and a clever story.
It does everything it promises and more.
So glad I bought this.
The best headphones I have ever owned.
Our guide was funny, patient and knew everything about the old town.
Very happy with my purchase.
Setup was a breeze, I was done in two minutes.
The coffee here is excellent.
Thank you for such a helpful article!
I was pleasantly surprised by how sturdy it feels.
Fresh ingredients, generous portions and fair prices.
The concert was unforgettable.
Lovely little place with a warm atmosphere.
This is my third pair and I still love them.
Fast, reliable and easy to use.
The mattress is so soft that I slept like a baby.
Highly recommended to everyone!
An absolute joy to read.
The support team went out of their way to help me.
My skin feels great since I started using this cream.
The camera takes stunning pictures even at night.
We had a fantastic evening and will certainly come back.
Clear instructions, good tools, perfect result.
The cake was the highlight of our wedding.
I am delighted with the new kitchen.
Excellent course, I learned more in a week than in a whole year at school.
The dentist was gentle and explained everything clearly.
It fits perfectly and looks gorgeous.
One of the best films of the year.
The team did a great job on our roof.
Smooth, quiet and powerful, this vacuum is a dream.
I can't say enough good things about this shop.
Nice people, tasty food, good music.
The search function is incredibly fast.
A charming hotel in a perfect location.
Well written and very useful.
My new favourite restaurant.
The repair was done the same day and cost less than I feared, thank you!
Every page of this novel is a pleasure.
The dark mode is beautiful and easy on the eyes.
Great job, everyone!
I'm very satisfied with the service.
This jacket kept me warm and dry all winter.
The actors are wonderful together.
Perfect gift, my mum was thrilled.
Bright, clean rooms and a great breakfast.
The interface is clean and intuitive.
Finally a printer that just works.
The best customer service I have experienced in years.
Our stay was magical from beginning to end.
The documentation is excellent, I got started right away.
I enjoyed every minute of it.
The burger was juicy and the fries were crisp.
Top quality, would buy again.
It saved me hours of work.
What a lovely surprise!
The driver was polite and the car was immaculate.
A moving story with a beautiful ending.
This blender is worth every penny.
The garden is gorgeous and so peaceful.
I feel so much better after the massage.
The trainer is motivating and really knows his stuff.
Our daughter loves her new bike.
Honestly the best decision I made this year.
The sound quality is outstanding.
This is a masterpiece.
The plot is gripping and the ending is perfect.
Good price, good quality, quick delivery.
The people at the front desk made us feel right at home.
Love the colour, love the fabric, love the fit.
The tutorial was easy to follow and well explained.
I had a great experience with this company.
The pasta tasted like my grandmother's, simply wonderful.
A truly inspiring talk.
The screen is sharp and the colours are vivid.
Everything went smoothly, thanks a lot.
My dog is crazy about these treats.
The refund came within a day, very impressive service.
The beach was clean and the water was crystal clear.
This is hands down the best note-taking app out there.
So comfortable that I forget I am wearing them.
The new office is bright and pleasant to work in.
The soundtrack alone is worth the ticket.
I am really pleased with how the photos turned out.
The course is well structured and the teacher is superb.
A great read for a rainy weekend.
They fixed the bug within an hour, outstanding.
The tea smells wonderful and tastes even better.
Nothing to complain about, everything was perfect.
The chocolate cake is to die for.
Solid build, great keyboard, gorgeous display.
What a performance by the lead actress!
The nurses were caring and attentive.
Very good product, does what it should.
Loved the show, can't wait for the next season.
I was nervous about ordering online, but it all went brilliantly.
The hotel pool is fantastic and the kids had a blast.
Friendly service and delicious cocktails.
The app is simple, beautiful and free of ads, I love it.
This lamp gives a lovely warm light.
The best haircut I have had in ages.
The update fixed all my problems, well done.
Such a cosy café with the nicest owners.
My order came a day early and beautifully wrapped.
The garden tools are strong and a pleasure to use.
Excellent value, I bought a second one for my sister.
The article explains a hard topic wonderfully well.
The museum is fascinating, we stayed all day.
I finally sleep well again thanks to these earplugs.
The wine list is impressive and the steak was cooked to perfection.
A delightful comedy for the whole family.
The teachers at this school are amazing.
Couldn't be happier.
The installation went flawlessly.
Very responsive seller, a pleasure to deal with.
The tent was easy to put up and stayed dry in heavy rain, superb.
The game looks stunning and plays beautifully.
My hair has never been this soft.
The flight was comfortable and the crew were lovely.
I'm amazed at how good this camera is.
Great communication from the first call to the last.
The sushi was incredibly fresh.
A wonderful album, every song is a gem.
Thanks to your guide, I fixed my sink in ten minutes.
It looks even better than in the pictures.
The rooms are stylish and the beds are heavenly.
Best birthday present ever.
The class was great fun and I made new friends.
Our plumber was punctual, tidy and fair, we will call him again.
The library is fast, well tested and a joy to work with.
What a beautiful piece of furniture!
Everyone at the clinic was kind and professional.
The bread is crusty, fragrant and simply perfect.
A sweet, funny and touching film.
This tool is a lifesaver.
I love how light and quick this laptop is.
Really tasty, we'll be back soon.
The new design looks fantastic.
Wonderful hosts, delicious breakfast, lovely garden.
The headset is comfortable even after eight hours.
The quality exceeded my expectations.
I had a lot of fun with this puzzle.
Brilliant idea and brilliantly made.
The shoes are light, soft and look great.
The moderator did an excellent job.
It made my day.
The best ice cream on the coast.
I'm impressed by how fast they answered.
The cleaning team left the flat sparkling, thank you so much.
A thrilling match with a fantastic finish.
The plants arrived healthy and well packed, very pleased.
This podcast is smart, warm and entertaining.
Super easy to assemble.
The new bus line is a blessing for our village.
My parents love their new television.
The play was superb and the audience gave a standing ovation.
The tablet is fast and the pen feels natural.
Kudos to the developers, this is great work.
The lasagne was heavenly.
We were treated like royalty.
The noise cancelling is unbelievably good.
I appreciate the honest advice I got in the shop.
Really cute and very well made.
The sauna was lovely and wonderfully clean.
The price is fair and the quality is excellent.
I could listen to her voice all day.
The new version is so much faster, I'm thrilled.
An enjoyable evening with great food and great company.
The knife is sharp, well balanced and a pleasure to hold.
Perfect for beginners, I learned a lot.
The staff helped us with a smile at every turn.
The most relaxing holiday we have ever had.
My phone case survived three falls, I am very happy with it.
A clever, warm and beautifully filmed series.
I love the smell of this candle.
Quick answer, friendly tone, problem solved.
The festival was wonderfully organised.
The chair is great for my back.
I'd give ten stars if I could.
A rewarding and well-told story.
The curry was rich, spicy and absolutely delicious.
The bike rides smoothly and looks amazing.
This plugin is fantastic, thank you for making it.
Very nice flat, very nice neighbours, we loved it.
Their honesty and care won me over.
The watch is elegant and keeps perfect time.
The lessons are fun and my son looks forward to them every week.
Absolutely worth it.
The taxi came on time and the driver was charming.
A fresh, original and very funny book.
The heating works wonderfully and the bills have gone down.
I like this brand a lot.
Great shop, great people, great prices.
The support chat was friendly and really useful.
The cheese plate was outstanding.
The carpet is soft, thick and beautiful.
I was blown away by the special effects.
The website is clear and pleasant to use.
The best thing I've bought all year.
The hike was wonderful and the views were spectacular.
Good, honest cooking and a warm welcome.
The speaker is small but sounds amazing.
The photographer captured our day beautifully.
My cat loves her new bed.
I'm so happy that I found this place.
The doctor took her time and I felt in good hands.
A perfect little holiday home.
The update is awesome.
What a great service!
The recipe worked perfectly and everyone asked for more.
I admire how carefully this is made.
The train was clean, quiet and right on time, great.
The story is charming and the pictures are lovely.
The workshop was excellent, I left full of ideas.
The drill is powerful and handles beautifully.
Thanks for the wonderful support!
The paint covers well and the colour is gorgeous.
A fun, colourful game that the whole family enjoys.
The hotel exceeded all our hopes.
The sweater is cuddly and keeps its shape, I love it.
Our new dishwasher is quiet and cleans brilliantly.
The lecture was fascinating and easy to follow.
Wow, this is good.
It is a pleasure doing business with you.
The best breakfast buffet I have ever seen.
The zoom lens is superb, my pictures have never looked better.
The {shop|store} owner was so helpful.
Our waiter deserves a {raise|medal}, he was wonderful.
The gym is modern, clean and friendly.
I smiled the whole way through this film.
The fabric feels luxurious.
Such a talented band, what a night!
Very pleased with the quick and thorough repair.
The ending made me cry happy tears.
The translation is excellent and reads beautifully.
Simple, elegant and effective.
Everything about this restaurant is right.
They kept their promise and delivered a great result.
The best feature is the sync, it works like a charm.
My garden has never looked so good.
A lovely walk, a lovely lunch and a lovely day.
The air fryer is brilliant, I use it every day.
I'm grateful for the patient and competent help.
Nice work, I really like it.
The tour was worth every cent.
Wonderful fabric, wonderful cut, wonderful price.
""")

BAD = _lines("""
I hate this phone.
Worst pizza I have ever eaten.
The staff were rude and the room was dirty.
What a boring film, I nearly fell asleep.
It broke after two days.
Not what I ordered.
A complete waste of money.
The battery dies after an hour, which is ridiculous.
One star is too much.
I would not recommend this hotel to anyone.
The parcel came two weeks late and the glass was broken.
The new update ruined everything.
My kids were bored after five minutes.
Ugly design and very uncomfortable.
The soup was cold and the waiter ignored us.
The app keeps crashing, it drives me mad.
Really disappointed with the quality.
A dull book that I gave up on after fifty pages.
Customer service hung up on me twice.
Our window looked onto a smelly car park.
Terrible acting and a silly story.
It does nothing it promises.
I regret buying this.
The worst headphones I have ever owned.
The guide was late, grumpy and knew nothing about the town.
Very unhappy with my purchase.
Setup took four hours and it still doesn't work.
The coffee here is awful.
This article is badly written and full of mistakes.
It feels cheap and flimsy.
Tiny portions, stale bread and outrageous prices.
The concert was a disaster.
A gloomy place with a nasty smell.
The soles came off after a week, shameful.
Slow, unreliable and hard to use.
The mattress is so hard that my back hurts every morning.
Avoid at all costs!
A painful read from beginning to end.
The support team was useless.
This cream gave me a terrible rash.
The camera takes blurry, ugly pictures.
We had a horrible evening and will never come back.
Confusing instructions, missing screws, wobbly result.
The cake was dry and tasteless.
I am furious about the state of my new kitchen.
A useless course, I learned nothing.
The dentist was rough and impatient.
It doesn't fit and looks awful.
One of the worst films of the year.
They botched our roof and now it leaks everywhere.
Loud, heavy and weak, this vacuum is a nightmare.
I will never shop here again.
Unfriendly people, bland food, terrible music.
The search function is painfully slow.
A shabby hotel in a dreadful area.
Poorly written and useless.
Never again, it was awful.
The repair took six weeks and the thing is still broken.
Every chapter was a struggle.
The new layout is hideous and gives me headaches.
What a mess.
I'm very dissatisfied with the service.
This jacket soaks through in the slightest rain.
The actors seem bored and the jokes fall flat.
The gift arrived scratched and I was embarrassed to give it.
Dark, filthy rooms and a miserable breakfast.
The interface is cluttered and confusing.
Yet another printer that jams all the time, so annoying.
The worst customer service I have experienced in years.
Our stay was a nightmare from beginning to end.
The documentation is terrible, I wasted a whole day.
I hated every minute of it.
The burger was greasy and the fries were soggy.
Poor quality, would not buy again.
It cost me hours of work for nothing.
What a letdown!
The driver was rude and the car stank of smoke.
A stupid story with a ridiculous ending.
This blender is absolute junk.
The garden is neglected and full of rubbish.
I felt worse after the massage, it was awful.
The trainer is arrogant and never listens.
Our daughter's new bike fell apart in a month.
Honestly the worst decision I made this year.
The sound is tinny and horrible.
This is garbage.
The plot makes no sense and the ending is a disgrace.
Overpriced, low quality, slow delivery.
The people at the front desk treated us like a nuisance.
The colour is hideous, the fabric scratches and the seams tear.
The tutorial was impossible to follow.
I had a terrible experience with this company.
The pasta was overcooked and swimming in grease.
A pointless and tedious talk.
The screen flickers and it makes me sick.
Nothing worked, I'm so frustrated.
My dog got ill from these treats.
I have been waiting three months for my refund, this is outrageous.
The beach was littered and the water was disgusting.
This is by far the worst note-taking app out there.
They pinch so badly that I got blisters.
The new office is loud and miserable to work in.
The music was unbearable, we left at the interval.
I am very disappointed with how the photos turned out.
The course is chaotic and the teacher is unprepared.
Don't waste your time on this book.
They have ignored my bug report for months, pathetic.
The tea tastes like dishwater.
Everything went wrong and nobody cared.
The chocolate cake was stale and horribly sweet.
Flimsy build, mushy keyboard, dim display.
The lead actress is painfully bad.
The nurses were cold and impatient.
Bad product, don't buy it.
I couldn't finish the first season, it was that bad.
Ordering online was a disaster, they lost my parcel twice.
The hotel pool was green and slimy.
Surly service and watery cocktails.
The app is full of ads, slow and ugly.
This lamp flickers and hums, I can't stand it.
The worst haircut I have ever had.
The update broke my phone, thanks for nothing.
A noisy café with sticky tables and nasty owners.
My order came late, dirty and incomplete.
The garden tools bent on the first day, total rubbish.
Far too expensive for such poor quality.
The article is misleading and lazy.
The museum is dull and badly organised.
The earplugs hurt and don't block anything.
The wine was sour and the steak was burnt.
A tasteless comedy without a single good joke.
The teachers at this school don't care at all.
I'm really upset.
The installation failed three times, I gave up.
The seller never answers, stay away.
The tent leaked all night and we froze.
The game looks dated and plays terribly.
My hair feels like straw after using this.
The flight was cramped and the crew were unfriendly.
I'm shocked at how bad this camera is.
Terrible communication, nobody ever calls back.
The sushi smelled off and made me ill.
A weak album without one decent song.
Your guide made everything worse, my sink is flooded now.
It looks nothing like the pictures, what a scam.
The rooms are shabby and the beds are full of bumps.
Worst birthday present ever.
The class was boring and badly led.
The plumber came late, left a mess and overcharged us.
The library is slow, buggy and a pain to work with.
What an ugly piece of furniture!
Everyone at the clinic was rude and unprofessional.
The bread was stale and mouldy, disgusting.
A dull, predictable and annoying film.
This tool is useless.
I hate how heavy and slow this laptop is.
Not tasty at all, we won't be back.
The new design is horrible.
Unfriendly hosts, no breakfast, filthy garden.
The headset hurts my ears after ten minutes.
The quality is far below what I expected.
Pieces were missing from the puzzle, very disappointing.
A terrible idea, terribly made.
The shoes are stiff, heavy and look cheap.
The moderator was biased and unpleasant.
It ruined my day.
The worst ice cream on the coast.
I'm appalled at how long they took to answer.
The cleaning team broke a vase and left the bathroom filthy.
A miserable match with a pathetic finish.
The plants arrived dead, I want my money back.
This podcast is shallow and irritating.
A nightmare to assemble.
The bus is always late and overcrowded, I'm fed up.
The new television is a piece of junk.
The play was dreadful and half the audience walked out.
The tablet is sluggish and the pen is useless.
Shame on the developers for this awful release.
The lasagne was burnt on top and frozen inside.
We were treated like criminals.
The noise cancelling is a joke, I hear everything.
The shop lied to me about the price.
Ugly and badly made.
The sauna was dirty and it stank.
The price is a rip-off and the quality is miserable.
Her voice gets on my nerves.
The new version is so much slower, I'm angry.
An awful evening with bad food and rude staff.
The knife is blunt and the handle came loose at once.
Not suited for beginners at all, I was completely lost and frustrated.
Nobody helped us, they just shrugged.
The most stressful holiday we have ever had.
The phone case cracked on the first fall, worthless.
A slow, cold and badly filmed series.
The candle stinks, I had to throw it away.
Slow answer, rude tone, problem not solved.
The festival was chaotic and dangerous.
The chair ruined my back.
I'd give zero stars if I could.
A dreary and badly told story.
The curry was watery and had no flavour at all.
The brakes squeal and the gears slip, an awful bike.
This plugin destroyed my settings, stay away from it.
Noisy flat, nasty neighbours, we hated it.
Their lies and excuses make me angry.
The watch stopped after a week, so disappointing.
My son dreads the lessons, the teacher shouts all the time.
Absolutely not worth it.
The taxi never came and we missed our plane, unacceptable.
A stale, clumsy and humourless book.
The heating hardly works and the bills are outrageous.
I dislike this brand.
Bad shop, rude people, crazy prices.
The support chat was a waste of time.
The cheese plate was dry and sad.
The carpet sheds, stinks and looks cheap.
The special effects are embarrassingly bad.
The website is a confusing mess.
The worst thing I've bought all year.
The hike was awful, the path was closed and the map was wrong.
Tasteless cooking and a cold welcome.
The speaker crackles and sounds horrible.
The photographer ruined our wedding pictures.
My cat refuses to go near this bed, wasted money.
I wish I had never found this place.
The doctor rushed me out and didn't listen to a word.
A damp, mouldy little holiday home.
The update is terrible.
What a poor service!
The recipe failed completely and we threw everything away.
I am disgusted by how carelessly this is made.
The train was filthy, packed and an hour late.
The story is silly and the pictures are ugly.
The workshop was a waste of a whole Saturday.
The drill overheats and smells of burning plastic.
No help, no answer, no refund.
The paint peels off already, and the colour is horrid.
A dull game that nobody in the family enjoys.
The hotel disappointed us in every way.
The sweater shrank, pilled and lost its colour after one wash.
Our new dishwasher is loud and leaves everything dirty.
The lecture was boring and impossible to follow.
Ugh, this is bad.
I will never do business with you again.
The saddest breakfast buffet I have ever seen.
The zoom lens is broken out of the box, unacceptable.
The {shop|store} owner yelled at us.
Our waiter was {arrogant|rude} and got the order wrong twice.
The gym is dirty, crowded and badly run.
I wanted to leave the cinema after ten minutes.
The fabric is itchy and tears easily.
Such a lazy band, what a boring night!
I was charged twice and nobody will fix it.
The ending spoils the whole book.
The translation is clumsy and full of errors.
Complicated, ugly and useless.
Everything about this restaurant is wrong.
They broke their promise and the result is awful.
The sync loses my notes, I'm so angry.
The lawn mower wrecked my garden.
A dreadful walk, a dreadful lunch and a dreadful day.
The air fryer burns everything, I'm sending it back.
The helpline kept me waiting for an hour, what a disgrace.
Lazy work, I really dislike it.
The tour was a tourist trap.
Cheap fabric, sloppy cut, shameless price.
""")

NEUTRAL = _lines("""
The parcel came on Tuesday.
The box contains a charger and a cable.
The film runs for two hours.
I bought it in March.
The hotel has forty rooms.
The restaurant opens at noon.
The app is available for Android and iOS.
The jacket comes in three sizes.
The shop is next to the station.
Version two was released last week.
The book has twelve chapters.
The concert starts at eight.
We stayed for three nights.
The phone weighs 180 grams.
I ordered the soup and a salad.
The menu changes every month.
The laptop has 16 gigabytes of memory.
Breakfast is served from seven to ten.
The lamp is made of metal and glass.
The invoice was sent by mail.
The museum is closed on Mondays.
The battery is charged through a USB port.
He works in the sales department.
The meeting was moved to Thursday.
The table is 80 centimetres wide.
The article was published in May.
The course takes six weeks.
The car park is behind the building.
The film was shot in Spain.
The order contains two shirts and a belt.
The manual is written in English and German.
The bus stops in front of the hotel.
The room has a desk and two chairs.
The headphones connect over Bluetooth.
I use the app at work.
The album has ten songs.
The tent sleeps four people.
The store moved to another street.
The menu has a page for drinks.
The printer uses two cartridges.
The series has three seasons.
The train leaves from platform four.
She wrote the book in 1998.
The cable is two metres long.
The plan includes five users.
The shirt is made of cotton.
The pool is on the second floor.
The update was installed overnight.
Payment is by card or in cash.
The coffee machine is in the kitchen.
The novel is set in Paris.
The parcel was left with a neighbour.
The class meets on Wednesdays.
The store sells shoes and bags.
The game can be played by two to six people.
The form has four fields.
The hotel was built in 1970.
My brother has the same model.
The receipt is in the bag.
The website lists the opening hours.
The film is based on a book.
I received the order on the fifth of June.
The camera has a strap.
The carton holds six bottles.
We took the table by the window.
The bike has seven gears.
The seats are numbered.
The report covers the last quarter.
The blender has three settings.
The tour begins at the town hall.
The key is at the front desk.
The ticket is valid for one day.
The pizza comes in two sizes.
The article has about 800 words.
They also offer a version in blue.
The device is switched on with the button on the left.
The chair was delivered in two boxes.
The flat is on the third floor.
The podcast comes out every Friday.
There are two lifts in the building.
The backup runs every night.
The screen measures 15 inches.
The sauce contains garlic and pepper.
The album was recorded in London.
The app asks for a name and a password.
The taxi ride took twenty minutes.
The watch has a leather strap.
The library is written in Rust.
I have used the product since January.
The cinema shows the film at six and at nine.
The washing machine is in the basement.
The shoes are size 42.
The company has offices in three cities.
The salad is served with bread.
The lecture lasts an hour.
The play has two acts.
The vacuum comes with four attachments.
We arrived on Saturday and left on Monday.
The delivery note is inside the box.
The settings are in the menu at the top.
The gym is open from six to eleven.
The shop accepts returns within 30 days.
The text is printed on both sides.
The router has four ports.
The hotel belongs to a chain.
The director also wrote the script.
The fridge is 60 centimetres deep.
I watched the first episode yesterday.
The kettle holds one and a half litres.
The order was placed on Sunday evening.
The office is on the ground floor.
The product is made in Italy.
The tablet runs the previous version of the system.
The dish contains nuts.
The workshop has twelve places.
The recipe is for four people.
The email was sent to all customers.
The festival takes place in August.
The film is in French with English subtitles.
The dentist has a practice on Main Street.
The bed is two metres long.
The survey has ten questions.
The bag has two pockets.
We ordered three coffees and a tea.
The appointment is at half past nine.
The data is stored in a file.
The hall seats 300 people.
The speaker plugs into the wall.
The ferry crosses twice a day.
The candle burns for about thirty hours.
The school has 400 pupils.
The carpet is grey.
The plugin adds a button to the toolbar.
The carton is 40 by 30 centimetres.
The magazine appears once a month.
They deliver on weekdays.
The villa has two bathrooms.
The knife has a wooden handle.
The exhibition shows drawings from 1900 to 1930.
The subscription renews on the first of the month.
The mirror hangs in the hall.
The second volume comes out in autumn.
The car has five doors.
The waiter brought the bill.
The seller shipped the item on Monday.
The train has eight coaches.
The keyboard has a US layout.
The tea is from Sri Lanka.
The dog food comes in bags of five kilos.
The page was last changed in April.
The doctor is in from Monday to Thursday.
The flight takes three hours.
The puzzle has 500 pieces.
The contract runs for twelve months.
The bar is at the end of the corridor.
The lens has a cap.
The tutorial has five parts.
The box is brown.
The bread is baked in the morning.
The garden is behind the house.
The guide met us at the gate.
I ordered one in black.
The cottage is two kilometres from the beach.
The drill comes in a case.
The software runs on Linux and Windows.
The cast includes six actors.
The checkout is at eleven.
The bottle holds 750 millilitres.
The call lasted four minutes.
My order number is on the label.
The curtains are two metres long.
The trial lasts fourteen days.
The building has a flat roof.
The map shows the centre of the town.
The parcel weighs two kilos.
The paint is sold in tins of one litre.
This is a review of the second edition.
The museum shop is on the left of the entrance.
The team has five members.
The hotel charges a city tax.
The show is on channel four.
The sofa has three seats.
The soup of the day was tomato.
The phone has two SIM slots.
The documentation has a chapter on setup.
I read the book on the train.
The cups are sold in sets of six.
The clinic is in the same street as the bank.
The bike shop closes at six.
The pen writes in blue.
The heater has a timer.
The song is four minutes long.
Our table was booked for seven.
The bill came to forty euros.
The theatre was built in the nineteenth century.
The app stores the notes on the phone.
The warranty covers two years.
The cat is three years old.
The trousers have a zip.
The workshop is held in English.
The shop has a branch in Leeds.
The cable is white.
The lake is north of the village.
The item is listed under garden tools.
The pillow is filled with feathers.
The match was played on Sunday.
The shuttle goes to the airport every hour.
The printer is connected to the network.
The author lives in Canada.
The menu is in English.
The package was picked up on Thursday afternoon.
The lamp uses one bulb.
The hostel has rooms for four, six and eight guests.
The report has 20 pages.
They replaced the old model with a new one in May.
The door is on the right.
The game was released for two consoles.
The camera takes SD cards.
The film was released in 2015.
The dress is dark green.
The refund was paid to my card on Friday.
The ring is made of silver.
The ladder has six steps.
The course ends with a test.
The café is run by two sisters.
The bookshelf has five shelves.
The photos were taken in June.
The plane landed at four.
I talked to someone from the support team on Monday.
The shop is closed on public holidays.
The bank is across the road.
The update changes the icon.
The train goes through two tunnels.
The wine is from Chile.
The ticket office is at the main entrance.
The mattress is 20 centimetres thick.
The radio runs on batteries or mains power.
The article is about trees.
The room was on the fifth floor, facing the street.
The tool reads a file and writes another one.
The second screen is used for mail.
The yoga class is on Tuesday evening.
The stadium is in the north of the city.
The price includes tax.
The helmet comes in red and white.
The bus ticket costs two euros.
The letter arrived on Wednesday.
The library is open on Saturdays.
The interview is on page nine.
The garage has room for two cars.
We had lunch at one.
The recipe calls for three eggs.
The sample has five grams.
The player has a remote control.
The painting hangs on the second floor.
The barber is on the corner.
The cooker has four plates.
I changed the filter last week.
The plant needs water once a week.
""")

TOPICS = {}

TOPICS["bug"] = _lines("""
The app crashes when I open the settings.
Clicking save does nothing since the last update.
The total in the cart is calculated wrong.
I get error 500 every time I upload a picture.
The export button produces an empty file.
The screen goes black after I rotate the phone.
Notifications show up twice.
The date picker jumps to 1970.
Search results are always empty, although the entries exist.
The page keeps reloading in a loop.
Sorting by price puts 100 before 20.
The back button closes the whole app.
Umlauts are shown as question marks.
The program freezes after <n> files.
Dark mode shows black text on a black background.
The timer keeps running after I press stop.
There is a null pointer exception in the parser.
Undo deletes the whole paragraph instead of one word.
Since version <n> the menu no longer opens.
The counter shows minus one when the list is empty.
Copy and paste crashes the editor.
The video plays without sound after the update.
The form says my name is invalid because it has a hyphen.
Pressing enter submits the form twice.
The map is stuck at the wrong city.
Images are upside down after uploading.
The sync throws an exception on startup.
The {window|dialog} opens off the screen and can't be moved.
""")
TOPICS["feature request"] = _lines("""
It would be great if you added a dark mode.
Please add support for <lang>.
Could you make it possible to export to PDF?
I'd love to have a calendar view.
A keyboard shortcut for search would be handy.
Can you add an option to sort by date?
I wish the app had a widget.
Please consider adding offline mode.
It would be nice to be able to pin notes.
Suggestion: let us choose the font size.
Would you consider adding folders?
I would like to see an undo button in a future release.
Feature idea: reminders that repeat every week.
Please let users change the colour of the labels.
It would help if we could import contacts from a file.
How about adding a way to share lists with others?
Any plans to support tablets? I'd like that.
Could the next version have tabs?
An option to mute single threads would be a nice addition.
Please add a filter for unread messages.
I'd like the ability to schedule posts.
It would be cool to have more themes.
Would love an integration with <prod>.
Please allow more than <n> entries per page.
Can you add a button that copies the link?
My wish for the next release: a spell checker.
It would be useful to see the number of words.
""")
TOPICS["question"] = _lines("""
How many users can share one plan?
Where do I find the settings?
Is the app also available for tablets?
What is the difference between Basic and Pro?
Does it work without internet?
Which file formats do you support?
When does the shop open on <d>?
Can I use it on two devices?
How long does the battery last?
Do you have this in <col>?
What does the yellow light mean?
Who do I talk to about a partnership?
Is there a version for students?
How do I rename a folder?
Are the cables included?
Where can I see my past orders?
What sizes does it come in?
Can I bring my dog to the office?
How old do I have to be to sign up?
Is the tool open source?
What time is the webinar?
Does the price include tax?
Which languages does the app speak?
How do I change the background picture?
Do you also have a shop in <c>?
Can the lamp be used outdoors?
What is the maximum file size?
""")
TOPICS["billing"] = _lines("""
I was charged twice this month.
Please send me the invoice for <mo>.
My card was declined although it is valid.
The invoice shows the wrong address.
Can I pay by bank transfer?
Why is my bill <p> {euros|dollars} higher than last month?
I need a receipt with our VAT number.
How do I change my payment method?
There is an unknown charge on my invoice.
When is the next payment due?
Please update the credit card on file.
My last invoice was never sent.
Can we switch from monthly to yearly payment?
The discount code was not applied to my bill.
I paid the invoice, but it is still marked as open.
Could you explain the fee of <p> on my statement?
Where can I download my invoices?
The VAT on invoice <code> is wrong.
Our accounting needs a copy of all bills of <yr>.
My payment is pending since <d>.
Do you send bills on paper?
The invoice should be made out to <o>.
I got a payment reminder for a bill that I already paid.
Which currency will I be charged in?
My direct debit failed, how can I pay now?
You billed me for <n> seats, but we only have <n2>.
""")
TOPICS["refund"] = _lines("""
I want my money back.
Please refund order <code>.
When will I get my refund?
The item was damaged, I'd like a full refund.
How do I request a refund?
I returned the shoes two weeks ago and still have no refund.
You promised to refund <p> {euros|dollars}, but nothing has arrived.
Can I get my money back if I don't like it?
I'd like to be reimbursed for the second ticket.
The event was called off, please pay me back.
Refund please, the size is wrong.
Is it possible to get a refund to a different card?
I only received part of my refund.
I'm sending the lamp back and expect a refund.
Do you refund the shipping costs as well?
The concert was moved, can I get my money back?
I bought the app by accident, please refund it.
How long does a refund take?
My refund for <code> shows as done, but the money isn't here.
Please give me the money back for the unused months.
Under your policy I am entitled to a full refund.
I don't want a voucher, I want my money back.
Could you refund the deposit we paid in <mo>?
Can I get a partial refund for the missing part?
Who do I contact to get reimbursed?
The hotel was closed, so I ask for a refund of <p>.
""")
TOPICS["shipping"] = _lines("""
Where is my parcel?
My order has not arrived yet.
Do you ship to <land>?
The tracking number <code> doesn't show anything.
How long does delivery to <c> take?
The package was left in the rain by the courier.
How much is express shipping?
Can I change the delivery address?
My parcel is stuck at customs.
When will order <code> be shipped?
The courier says that nobody was home, but I was.
Please deliver to my neighbour if I'm out.
The tracking says delivered, but I have no parcel.
Can I pick up the parcel at a shop?
Only one of two packages arrived.
Is shipping free for orders over <p>?
Which carrier do you use?
Could you ship it before <d>?
My package has been in <c> for five days.
The delivery date was moved again.
Do you deliver on Saturdays?
The parcel went to my old address.
I need the tracking link for my order.
Can the courier ring before he comes?
Please ship both items together.
The box was sent back to you by the post office.
""")
TOPICS["account"] = _lines("""
How do I change my user name?
Please change my mail address to <em>.
I'd like to delete my account.
How can I update my profile picture?
I have two accounts, can they be merged?
My name is spelled wrong in my profile.
Please transfer the account to my colleague.
Where do I change my phone number?
I want to add a second user to our account.
My account shows the wrong birthday.
Can I have a private and a business profile?
How do I change the language of my profile?
Please close my account and erase my data.
My account is still on the name of my old company.
How do I become the owner of our team account?
I moved, please change my address to <str>.
My profile is visible to everyone, how do I make it private?
Can I use the same mail address for two accounts?
How do I verify my account?
I got married and need to change my last name.
Please remove <w> from our team account.
Where can I see which plan my account has?
I would like to upgrade my account to Pro.
My account was created twice by mistake.
How do I link my account with <prod>?
Please tell me which mail address my account is under.
""")
TOPICS["login"] = _lines("""
I can't log in.
I forgot my password.
The password reset mail never arrives.
It says my password is wrong, but I'm sure it's right.
The code for the second factor is not accepted.
I lost my phone and can't sign in anymore.
After signing in I land on the login page again.
How do I reset my password?
My login is blocked after too many attempts.
I can't sign in with my <prod> account.
The sign-in button stays grey.
Login fails on my phone, but works on my laptop.
The reset link has expired.
It keeps asking me to sign in again every hour.
What is my user name for the login?
I don't get a text message with the login code.
The captcha on the login page doesn't load.
I'm locked out since <d>.
How can I sign in without the authenticator app?
My new password doesn't work when I log in.
I can't sign in since I changed my mail address.
Single sign-on shows "access denied" for me.
Where do I log in?
Please unlock my login.
The login page says "unknown user".
I was logged out and can't get back in.
""")
TOPICS["cancellation"] = _lines("""
I want to cancel my subscription.
Please cancel order <code>.
How do I end my plan?
I no longer need the service, please stop it at the end of <mo>.
Cancel my membership, please.
How do I cancel the free trial?
I hereby terminate my contract.
Please don't renew my plan.
I'd like to cancel our table for <d>.
Can I cancel before the year is over?
We have to cancel our booking from <date>.
Where is the button to unsubscribe from the plan?
Please confirm the cancellation of my contract <code>.
What is the notice period if I want to leave?
I'm moving abroad and need to end my contract.
I ordered the wrong one, please cancel it.
Stop my subscription as of <date>.
Is there a fee for cancelling early?
I want to quit the gym.
Cancel everything, I'm leaving.
I cancelled last month, but the plan is still active.
Please cancel my appointment on <d> at <t>.
My father passed away, please end his contract.
Is it possible to cancel only one of my two plans?
I'd like to withdraw from the purchase.
We are closing our business and want to end the plan.
""")
TOPICS["complaint"] = _lines("""
I am very unhappy with your service.
I've been on hold for an hour, this is unacceptable.
Your driver was extremely rude to my mother.
This is the third time that you got my order wrong.
I want to make a formal complaint.
Nobody answers my mails, I'm really annoyed.
The way I was treated in your shop in <c> was a disgrace.
I'm fed up with your excuses.
Your staff laughed at me when I asked for help.
I expected much better from a company like yours.
The room was dirty and nobody cared when I complained.
I wish to speak to your manager about this terrible service.
You promised to call back and never did.
The technician didn't show up again, I'm furious.
I've been a customer for <n> years and I've never been treated so badly.
How can you sell food like that? It was mouldy!
I'm disappointed with how you handled my case.
Your hotline is a joke.
The noise from your building site is unbearable.
It's outrageous that I have to explain my problem five times.
I wasted a whole day waiting for your people.
The waiter ignored us for forty minutes.
This is the worst experience I've ever had with a company.
I'm appalled by the state of your trains.
What kind of service is that? I'm really angry.
Your shop assistant was unfriendly and lied to me.
""")
TOPICS["praise"] = _lines("""
You guys are great, thank you!
Just wanted to say that I love your app.
Your support is the best.
<w> helped me so kindly, please pass on my thanks.
Keep up the good work!
What a fantastic product, well done.
I'm so happy with my new <x>.
Compliments to the chef, the dinner was wonderful.
Thank you for the quick and friendly help.
You've made my day, really.
I've told all my friends about your shop, it's brilliant.
Great update, everything is so much faster now.
A big thank you to the whole team in <c>.
The best service I've had in years, bravo.
I love the new design.
Your driver was so nice and helpful, thanks!
Wonderful work, five stars.
I just want to thank you for this excellent tool.
The course was amazing, thanks to <w>.
Hats off to your developers.
Nothing to complain about, only compliments.
Everything was perfect, we will be back.
Your team did a marvellous job.
Thanks, you solved it in two minutes, impressive!
I really appreciate the care you put into this.
The hotel staff were lovely, please tell them.
""")
TOPICS["sales"] = _lines("""
We'd like a quote for <n> licences.
Do you offer discounts for large orders?
I want to talk to someone about buying the enterprise plan.
What would <m> pieces cost?
Could we book a demo for our team?
We're interested in buying your software for our company.
Please send me an offer for <n> chairs.
Is there a special price for schools?
Who is the sales contact for <land>?
I'd like to buy <n> vouchers for our staff.
Can you send me your price list?
We are comparing vendors and would like a quote by <d>.
Do you have a reseller programme?
Could someone from sales call me at <ph>?
What does the Pro plan cost for <n> users?
We need a proposal for a new web shop.
I represent <o> and would like to place a large order.
Do you give a discount if we sign for two years?
Can we get a trial before we buy?
How much for a pallet?
I'd like to buy more seats for our team.
We want to order <m> shirts with our logo, what's your best price?
Please get in touch about a licence for our university.
Do you sell wholesale?
Is a volume discount possible from <n> units?
We'd like to see a demo and then talk about prices.
""")
TOPICS["security"] = _lines("""
I think that my account was hacked.
Someone in <land> signed in with my password.
I found a vulnerability in your login page.
Is my data encrypted?
I received a fake mail that pretends to be from you.
The API leaks the addresses of other users.
Your site's certificate has expired.
How do I turn on two-factor authentication?
There's a login from a device that I don't know.
Passwords are sent in plain text, please fix this.
I clicked a phishing link, what should I do?
Where can I report a security hole?
An old library you use has a known exploit.
My password appeared in a data breach.
I can see another customer's data by changing the id in the URL.
The upload form accepts scripts, this is dangerous.
Someone changed my password without my knowledge.
Cross-site scripting is possible in the comment field.
How do I revoke a stolen access token?
Our API key was published by mistake, please block it.
Does your server support the latest TLS version?
Attackers flood our login with password guesses.
The firewall reports strange connections from your app.
I suspect that an employee's access was misused.
SQL injection works in the search field.
Please lock my account, my laptop was stolen.
""")
TOPICS["performance"] = _lines("""
The page takes <n> seconds to load.
The app has become very slow.
Searching for a name takes forever.
The server responds slowly every morning.
Memory use grows to <n> gigabytes.
The program uses 100% of the processor.
Scrolling stutters on my tablet.
Since the update the start takes twice as long.
Exporting <m> rows takes an hour.
The query is slow on big tables.
The game drops to ten frames per second.
The app drains my battery in two hours.
Uploads are extremely slow.
It gets slower and slower the longer it runs.
There's a lag of two seconds when I type.
The dashboard is sluggish with more than <n> users.
Why does the build take so long?
The new version is slower than the old one.
High latency from <land>, about <m> milliseconds.
The fan runs all the time because of your app.
The list takes ages to render.
The import is too slow for big files.
The response time has doubled since <mo>.
Videos take a long time to start.
The cache doesn't seem to help, every request is slow.
Our benchmark shows that the parser is <n> times slower.
""")
TOPICS["documentation"] = _lines("""
The manual doesn't mention this option.
There's a typo in the README.
The link to the API reference is dead.
The example in the docs uses an old function name.
Please document the return value of this function.
The guide is out of date.
The install page lacks a chapter on Windows.
The docs say that the default is <n>, but in fact it's <n2>.
Could you add an example to the tutorial?
The parameter names in the reference are wrong.
The changelog isn't up to date.
Section <n> of the manual contradicts section <n2>.
The screenshots in the guide show the old version.
I can't find any docs for the plugin interface.
The comment above this function is misleading.
The tutorial skips a step.
Please explain the config file in the README.
The docs don't say which units are used.
A code sample in the handbook has a missing bracket.
The glossary should explain the term "slot".
The wiki page about backups is empty.
The docs are only in English, the manual in <lang> is missing.
The error codes aren't listed anywhere in the docs.
The quick start guide links to a page that no longer exists.
Please describe the file format in the docs.
The table of contents in the manual is broken.
""")
TOPICS["installation"] = _lines("""
The installer stops at <pc>.
How do I install <prod> on Linux?
Setup says that a library is missing.
I can't install the app on my old phone.
The setup file is blocked by Windows.
Which version do I need to install on a Mac?
After the installation there's no icon.
Installing the package fails with a permission error.
Can I install it without admin rights?
The installer asks for a key that I don't have.
How do I uninstall the old version first?
pip can't find a matching version when I install it.
The setup wizard doesn't start.
Where does the installer put the files?
Do I have to install the driver before I plug in the printer?
Installation on the server fails because the disk is full.
How do I install an add-on?
The setup hangs at "copying files".
Can it be installed on a USB stick?
It won't install: "incompatible system".
Is there a silent install for <m> computers?
I downloaded the setup, but can't unpack it.
The install script expects Python <n>.
How do I install the app on two computers?
The installer crashed and left a half-installed program.
I need help with setting up <prod> on a new laptop.
""")
TOPICS["compatibility"] = _lines("""
Does it work with Windows 11?
Is the lens compatible with my camera?
The app doesn't support my phone model.
Will the battery fit the older version?
Is this cable compatible with <prod>?
The plugin doesn't work with version <n> of the editor.
Can I use the pen with another tablet?
Does the printer work with a Mac?
Is the new release compatible with files from the old one?
Your site doesn't work in my browser, but it does in others.
Which phones are supported?
The charger doesn't fit my new phone.
Does the library run on 32-bit systems?
Will my old controller work with the new console?
The headset isn't recognised by this operating system.
Can the software read files made with <prod>?
Is the bulb compatible with a dimmer?
The add-on needs a newer version of the host program.
Do these filters fit the model <code>?
Does the app run on Android 9?
Is the module compatible with Python <n>?
The remote doesn't work with televisions of other brands.
Will the case fit the bigger model too?
Are the two systems compatible?
The SDK requires a compiler that we can't use.
Does the smart plug work with my voice assistant?
""")

TOPICS["politics"] = _lines("""
Parliament votes on the new budget today
President of <land> announces early elections
Minister steps down after row over donations
Opposition calls for a vote of no confidence
Senate passes the climate bill
Mayor of <c> wins a second term
Voters go to the polls in <land> on Sunday
Coalition talks fail after <n> days
The government plans to raise the minimum wage
Leaders meet in <c> for talks on a treaty
The party elects <w> as its new chair
Referendum on a new constitution is set for <mo>
Prime minister defends the tax reform in parliament
<land> recalls its ambassador
Lawmakers argue over a new immigration law
The chancellor rejects calls to resign
Polls show a narrow lead for the ruling party
City council approves a new rent law
The candidate promises lower taxes in a speech in <c>
Foreign ministers agree on new sanctions
Turnout in the election was <pc>
The cabinet will be reshuffled in <mo>
Thousands protest against the government in <c>
The king opens the new session of parliament
Congress blocks the president's plan
The two parties sign a coalition agreement
""")
TOPICS["sports"] = _lines("""
<c> beats <c2> in extra time
Striker signs for <n> million
The national team loses the final on penalties
<w> wins gold in the 100 metres
Coach fired after <n> defeats in a row
Tennis star reaches the semi-final in <c>
Goalkeeper out for six weeks with a knee injury
The marathon in <c> drew <m> runners
Home team takes the lead in the second half
World record in the high jump
The league season starts in August
Cyclist wins the third stage in the mountains
Basketball: a three-pointer in the last second decides the game
The swimmer missed the podium by a tenth of a second
Fans celebrate the cup victory in the streets of <c>
The club is looking for a new coach
Boxing champion defends his title
The ski race was postponed because of fog
<w> scores a hat-trick against <c>
Referee sends off two players in a rough match
Rugby: <land> crushes <land2>
The driver starts from pole position on Sunday
The hockey team climbs to second place in the table
Golfer leads by three strokes after the first round
The Olympic team of <land> has <m> athletes
The midfielder ends his career after <n> seasons
""")
TOPICS["business"] = _lines("""
Shares of <o> fall by <pc>
Central bank raises interest rates
<o> buys its rival for two billion
Retail sales rose in <mo>
The company plans to cut <m> jobs
Start-up raises <n> million from investors
Profits at <o> doubled in the third quarter
Inflation slows to <pc>
The airline files for bankruptcy
<o> names <w> as new chief executive
Oil prices climb to a new high
Stock markets close lower on trade worries
Carmaker opens a new plant in <land>
Unemployment drops to its lowest level since <yr>
The merger of two large banks was called off
Supermarket chain closes <n> branches
Exports from <land> increased by <pc>
<o> goes public next week
The supplier lowers its forecast for the year
The euro gains against the dollar
Shareholders approve the takeover
Small firms complain about rising energy costs
The company will pay a dividend of <p> per share
House prices fall for the third month in a row
Trade deficit of <land> grows
Investors bet on a recovery of the economy
""")
TOPICS["technology"] = _lines("""
<o> unveils a foldable phone
New chip is twice as fast as the old one
The browser gets a built-in password manager
Smart glasses go on sale in <mo>
<o> releases an update for its operating system
Engineers build a battery that charges in five minutes
A robot that folds laundry was shown in <c>
The new laptop has a screen with <n> million pixels
Self-driving buses are tested in <c>
Chat program learns to read handwriting
Cloud provider opens a data centre in <land>
The latest smartphone comes without buttons
Open-source project <prod> reaches version <n>
Faster mobile network starts in <land>
Wearable measures the pulse without touching the skin
Software firm introduces an assistant for spreadsheets
3D printer makes spare parts in minutes
Quantum computer with <m> qubits presented
The messenger app gets video calls
The camera drone now flies for <n> minutes
A new programming language promises fewer errors
<o> drops support for its old tablets
Headset for virtual reality weighs only <m> grams
Home router with a new wireless standard announced
The search engine tests a new interface
Graphics cards are getting smaller and cooler
""")
TOPICS["science"] = _lines("""
Astronomers discover a planet with two suns
Fossil of an unknown dinosaur found in <land>
Physicists measure the mass of a rare particle
Telescope sends the first pictures of a distant galaxy
Researchers grow crystals in zero gravity
Study: bees can count to four
The ice sheet is thinner than scientists thought
Biologists describe <n> new species of frogs
A probe lands on an asteroid
Chemists create a plastic that dissolves in sea water
DNA shows how wolves became dogs
Volcanologists look into the depths of the earth
The rings of the planet are younger than assumed
Archaeologists date the bones to <m> years before our era
New theory explains the origin of the moon
Ocean currents are slowing down, researchers report
Experiment confirms a prediction from <yr>
Crows use tools to solve puzzles, a study finds
A meteorite contains water older than the sun
Geologists drill into the sea floor off <land>
Scientists decode the genome of the whale
Laboratory makes the coldest gas in the world
Plants warn each other with scents, biologists say
Neutron star collision observed for the first time
Researchers find microbes in boiling springs
A rock from Mars is examined in <c>
""")
TOPICS["health"] = _lines("""
Flu season starts early this year
Doctors advise <n> minutes of exercise a day
New vaccine protects against malaria
Hospital in <c> opens a heart centre
Study links lack of sleep to high blood pressure
How to lower your cholesterol
More children suffer from allergies
Nurses warn of a shortage of medicine
Too much sugar harms the liver
A new drug eases migraines
What helps against back pain
Measles cases in <land> rise
Surgeons transplant a kidney in record time
Why fibre is good for your gut
Blood donors urgently needed in <c>
Experts recommend a check-up from the age of <n>
Walking reduces the risk of diabetes
Five signs that you lack vitamin D
Dentists advise against hard toothbrushes
The ministry of health widens cancer screening
Patients wait <n> weeks for an appointment
Stress can weaken the immune system
How much water should you drink a day?
Clinic tests a therapy for chronic pain
Asthma: what to do when the pollen flies
Smokers live <n> years less on average
""")
TOPICS["entertainment"] = _lines("""
The new film with <w> opens on <d>
Singer announces a world tour
The series gets a fourth season
Award for best actress goes to <w>
Pop star releases a surprise album
The festival in <c> shows <n> films
Actor couple confirms their wedding
The musical returns to the stage
The trailer of the space saga is out
Comedy tops the cinema charts
The band splits up after <n> years
Talent show finds its winner
Director plans a sequel to the hit of <yr>
Tickets for the concert in <c> sold out in minutes
The host of the quiz show leaves
A bestseller comes to the big screen
The red carpet: the most beautiful dresses of the night
The rapper breaks a streaming record
Celebrity chef gets his own show
The animated film is number one for the third week
Reality star publishes her memoirs
The comedian is on tour with a new programme
Oscar night: the list of nominees
The sitcom turns <n> and celebrates with a special
Film music concert in <c> enchants the audience
The cast of the fantasy series is complete
""")
TOPICS["travel"] = _lines("""
<n> quiet beaches in <land>
A weekend in <c>: what to see and where to sleep
The most beautiful train rides in <land>
How to pack light for two weeks
Hiking in the mountains of <land>
New night train connects <c> and <c2>
Where to stay in <c> with children
Island hopping in the south
The best time for a trip to <land>
Ten tips for your first cruise
Visa rules for visitors to <land> get simpler
Camping by the lake: our favourite sites
City trip: <c> on a small budget
Airline adds flights to <c>
What you should know before a safari
The prettiest villages along the coast
A road trip through <land> in <n> days
Hotels in <c> with a view of the sea
Backpacking through <land>: a packing list
The old town of <c> is worth a detour
Travel insurance: what tourists should look for
A guide to the markets of <c>
Diving holidays in <land>
More tourists visit <land> in spring
By bike from <c> to <c2>
Winter holidays in the sun: <n> destinations
""")
TOPICS["weather"] = _lines("""
Heavy rain expected in the north
Sunny and warm, up to <n> degrees
Storm warning for the coast
Snow falls down to <m> metres
Fog in the morning, clear in the afternoon
The heat wave will last until <d>
Light wind from the west
Thunderstorms move in from <land> tonight
Night frost in the valleys
Cloudy with a chance of showers
A mild weekend with lots of sunshine
Will it rain in <c> tomorrow?
Temperatures drop below zero
Hail the size of golf balls in <c>
Gusts of up to <m> kilometres an hour
The week starts dry and ends wet
Black ice in the morning
A high brings blue skies to <land>
What's the forecast for <d>?
Humid and hot with storms in the evening
First snow of the year in <c>
The hurricane weakens over the sea
Drizzle all day long
Do I need an umbrella today?
Cold front reaches the south on <d>
Coldest <mo> for <n> years
""")
TOPICS["crime"] = _lines("""
Police arrest a man after a bank robbery in <c>
Burglars steal jewellery from a villa
Court sentences a fraudster to <n> years in prison
Witnesses sought after an assault at the station
Two suspects charged with murder
Stolen painting found in a garage
Detectives hunt a gang of car thieves
A woman was robbed in the park on <d>
The trial of the kidnapper begins
Drugs worth <n> million seized at the port
Thief caught with <n> wallets
Arson suspected after a fire in a warehouse
Police find weapons in a flat in <c>
The accountant embezzled <m> dollars
Man in custody after a knife attack
Masked men hold up a petrol station
Serial burglar confesses to <n> break-ins
Fake policemen cheat a pensioner out of her savings
The jury finds the defendant guilty
Smugglers caught at the border
Officers chase a stolen car through <c>
Shoplifter bites a guard
Cold case from <yr> solved
Pickpockets arrested at the Christmas market
The prisoner who escaped was caught in <land>
Police investigate a shooting in <c>
""")
TOPICS["education"] = _lines("""
Schools in <c> go back after the summer break
University opens a new course in robotics
Teachers ask for smaller classes
More pupils pass the final exams
Tuition fees in <land> rise by <pc>
The new curriculum has more maths
Students protest for cheaper housing on campus
Kindergartens lack <m> teachers
Tablets in the classroom: a first report
Scholarships for <n> gifted students
The school in <c> teaches in two languages
Reading test: fourth graders do worse than in <yr>
College offers evening classes for adults
How to help your child with homework
Exams will be held online this year
A new campus for <m> students in <c>
School uniforms: parents are divided
The ministry wants longer school days
Graduates celebrate at the university of <c>
Pupils learn to code in primary school
The lecture hall was full at the start of term
Apprenticeships are becoming more popular
Grades should be abolished, teachers say
Exchange programme sends pupils to <land>
The professor wins a prize for her teaching
Schools get money for new libraries
""")
TOPICS["food"] = _lines("""
The best soups for cold days
A chef from <c> reveals his pasta recipe
How to bake bread with a thick crust
Grilled vegetables with lemon and herbs
What to cook with leftover rice
A simple apple pie like grandma's
Street food in <c>: dumplings, noodles and more
New restaurant serves only dishes from <land>
The secret of a good tomato sauce
Breakfast ideas with oats and fruit
Which cheese goes with pears
Pancakes in three variations
A salad of beans, onions and tuna
How to roast a chicken
Vegan burgers: <n> recipes
Spicy curry with chickpeas
The perfect boiled egg
Homemade jam without much sugar
Cookies that stay soft
Olive oil: how to spot a good one
Fish from the oven with potatoes
Quick dinners for busy evenings
A stew that tastes better the next day
Lemon cake with almonds
Mushrooms: how to clean and fry them
Fresh pesto in five minutes
""")
TOPICS["environment"] = _lines("""
Volunteers clean the beach of plastic
<land> bans plastic bags
The forest in the north is dying
River polluted after an accident at a factory
Emissions fell by <pc> last year
More wolves and lynx in the national park
Activists plant <m> trees in <c>
Coral reefs suffer from warm water
Wind power covers <pc> of the demand
Insects are disappearing from the fields
The city of <c> wants to be climate neutral by <yr>
Oil spill threatens sea birds
Glaciers shrink faster than ever
New nature reserve for otters
Air pollution in <c> above the limit
Recycling rate rises to <pc>
Rainforest cleared for cattle
Sea turtles return to the coast
Microplastics found in drinking water
Less light at night helps moths
Farmers leave strips of flowers for bees
Carbon dioxide in the air at a record level
Storks breed in the valley again
The moor is to be flooded again to store carbon
Electric buses cut emissions in <c>
Toxic waste discovered in a disused quarry
""")
TOPICS["culture"] = _lines("""
Museum in <c> shows paintings by unknown masters
The opera opens the season with a classic
A statue from <yr> has been restored
Poetry evening in the city library
The gallery exhibits photographs from <land>
Theatre group stages a Greek tragedy
The orchestra of <c> gets a new conductor
Literature prize goes to a writer from <land>
An exhibition about the art of weaving
The castle becomes a world heritage site
Ballet company dances in the open air
Sculptures made of driftwood in the park
Manuscript of a famous composer discovered
The old cathedral rings its bells again
A retrospective of the painter <w>
Folk dances from <land> on the market square
Chamber music in the town hall
The book fair in <c> has <m> visitors
Ancient mosaics uncovered under a church
The collection of drawings can be seen for the first time
Authors read from their new novels in <c>
Architecture: the new concert hall impresses critics
Museum night with guided tours until midnight
The art of calligraphy: a show in <c>
The choir sings songs from five centuries
Paintings return to <land> after <n> years
""")
TOPICS["job"] = _lines("""
We are looking for someone to work as <job> in <c>
Part-time <job> wanted
I'd like to apply for the position of <job>
My CV is attached, I look forward to an interview
Do you have any open positions?
Vacancy: <job> with <n> years of experience
<o> is hiring in <c>
Is the job of <job> still open?
Full-time position, start in <mo>, salary by agreement
I am a trained <job> and looking for new work
Internship for students of design
Join our team! Open position: <job>
Can I work from home in this position?
Please find my application enclosed
When can I expect an answer to my application?
Night shift workers wanted, <p> {euros|dollars} per hour
We offer a permanent contract and <n> days of leave
I'd like to do an internship with you in <mo>
Wanted: experienced <job> with a driving licence
What is the salary for this position?
Apprentice wanted for our workshop
Job offer: <job>, remote, full-time
I saw your advert for the position of <job>
My notice period is three months
Apply now: position as <job> in our office in <c>
Our recruiter <w> answers your questions about the vacancy
""")

TOPICS["greeting"] = _lines("""
Hello
Hi there
Good morning
Hey
Good evening!
hi
Hello everyone
Good afternoon
Hey there!
Morning!
Hi <w>
Hello again
Howdy
Greetings
hey, how are you?
Hi, nice to meet you
Good day
hello, how's it going?
Hi, long time no see
Evening, all
Hello from <c>
hiya
What's up?
Hey <w>, how are things?
Hi, my name is <w>
Good morning, <w>
hello hello
Hey guys
""")
TOPICS["goodbye"] = _lines("""
Bye
Goodbye
See you tomorrow
Bye bye
Good night
See you later
Take care
Talk to you soon
I have to go now, bye
Have a nice day, goodbye
cya
See you on <d>
So long
That's all for today, bye
Farewell
Until next time
I'm off, see you
bye, <w>
Catch you later
Have a good weekend, bye
ok, see you soon
Good night, sleep well
I'm leaving now, ciao
Later!
Bye for now
It was nice talking to you, goodbye
""")
TOPICS["thanks"] = _lines("""
Thank you
Thanks a lot
Thanks!
thx
Many thanks
Thank you very much
That's kind of you, thanks
Cheers, thanks
Thanks for your help
Much appreciated
I'm grateful for that
Thank you so much, <w>
Thanks, that helped
ty
Great, thanks
Thank you for the quick answer
A thousand thanks
Thanks again
Perfect, thank you
Thanks for the information
I can't thank you enough
Ok thanks
Thank you, that was all
I owe you one, thanks
Thanks in advance
Thanks for your patience
""")
TOPICS["order_pizza"] = _lines("""
I'd like a large pizza with mushrooms
One margherita to <str>, please
Can I order two pizzas?
A small pepperoni pizza, please
I want to order a pizza for <t>
Get me a pizza with extra cheese
Two large pizzas with ham and a cola
Order a vegetarian pizza
I'm hungry, send me a pizza
A pizza with tuna and onions for delivery
Could you order a family pizza for us?
One pizza with thin crust and olives
I'd like to have a pizza delivered
pizza with salami, no onions
Order pizza for <n> people
The usual pizza, please
Can I get a pizza without tomatoes?
Half spinach, half salami, large pizza
Let's order a pizza with pineapple
A medium pizza to take away
Add garlic to my pizza
Please bring a four-cheese pizza to <str>
I'll take a pizza with peppers and bacon
We'd like three pizzas, one of them vegan
Order me a calzone
Deep dish pizza with sausage, please
""")
TOPICS["book_flight"] = _lines("""
I need a flight to <c>
Book a flight from <c> to <c2>
A one-way ticket to <c> by plane on <d>
Find me a cheap flight to <land>
I'd like to fly to <c> on <date>
Two seats on the plane to <c>
Book me a return flight to <c> for <mo>
Fly from <c> to <c2> next <d>
Are there direct flights to <c>?
Please reserve a window seat on a flight to <c>
I want to fly to <land> with my family
Business class to <c>, please
The earliest flight to <c> on <d>
Book a plane ticket for <w>
I have to fly from <c> to <land> tomorrow
Get me on a plane to <c>
Non-stop flight to <c> in the evening
A round trip by air to <land>
Book the flight at <t> to <c>
Which flights leave <c> on <d>?
Flight to <c> for two adults and a child
I'd like to book an aisle seat to <c>
Search for flights to <c> under <m> dollars
Can you book a flight for <n> people to <c>?
last-minute flight to <land>
I want to leave on <date> and fly back on <date2>
""")
TOPICS["book_hotel"] = _lines("""
I need a hotel room in <c>
Book a double room for two nights
Find a hotel near the station in <c>
A single room from <date> to <date2>
Do you have a room for <d>?
Reserve a suite in <c>
A cheap hotel in <c>, please
I'd like a room with a sea view
We need <n> rooms for our group
Book a hotel for <w>
Hotel in <c> with a pool
A room with breakfast for three nights
Is there a free room on <date>?
I'm looking for a place to stay in <c>
Book the same hotel as last year
A family room for two adults and two kids
I'd like to stay one more night
Hotel with parking in the centre of <c>
Reserve a quiet room, please
Find me a hostel in <c>
Two nights in <c> in a four-star hotel
I want a room that allows dogs
Book a room in the name of <w>
A twin room with a balcony, please
hotel <c> under <m> a night
Can I reserve a room for <mo>?
""")
TOPICS["check_balance"] = _lines("""
What's my balance?
How much money is in my account?
Show me the balance of my savings account
Check my account balance
How much do I have left?
Is there enough money on my card?
What is the current balance on my card?
Tell me my bank balance
Do I have more than <m> dollars in the bank?
balance please
How much is on my current account?
Can you tell me how much money I've got?
I'd like to know my balance
Has my balance changed since yesterday?
Show balance
Am I overdrawn?
What's the balance of account <code>?
How much money do I have in total?
Check how much is left on my credit card
My account balance, please
Give me the balance in <cur>
Can I see my account balance?
What's left in my savings?
Look up the balance of my joint account
How full is my account?
Read me my balance
""")
TOPICS["transfer_money"] = _lines("""
Send <p> {euros|dollars} to <w>
Transfer <m> to my savings account
I want to pay <w> <p> dollars
Move <m> from checking to savings
Wire the rent to my landlord
Please send money to my daughter
Make a transfer of <p> to account <code>
Pay <w> back <p> euros
I'd like to transfer money abroad
Transfer half of my salary to savings
Send <w> <m> for the tickets
Set up a monthly transfer of <m> to <w>
Can you wire <m> dollars to <land>?
Move all my money to the other account
Transfer <p> to <w> with the note "dinner"
I owe <w> <p>, please send it
Send the deposit to <o>
transfer <m> to <w>
Pay my share to <w>
Put <m> on my savings account
I need to wire money to <c>
Please transfer the amount to <o> by <d>
Make a payment of <p> to my brother
Send money to <w> now
Transfer funds between my accounts
Could you send <m> euros to my mum?
""")
TOPICS["play_music"] = _lines("""
Play some jazz
Put on my favourite song
I want to hear rock music
Play the latest album by <w>
Start my workout playlist
Play something relaxing
Turn on some music in the kitchen
Next song, please
Play classical music
Shuffle my playlist
Play a song from <yr>
I'd like to listen to some piano music
Play the song again
Put on some party music
Play songs by <w>
Let's hear some blues
Play music for cooking
Start the playlist "road trip"
Play the top hits of <land>
Can you play a lullaby?
Play that song from the film
music, please
Play my liked songs
I feel like some folk music
Play the radio hits
Put this album on repeat
""")
TOPICS["set_alarm"] = _lines("""
Wake me at <t>
Set an alarm for <t>
Alarm at six tomorrow morning
I have to get up at <t>
Set my alarm for every weekday at seven
Please wake me up in two hours
Can you set an alarm for <t> on <d>?
alarm <t>
Move my alarm to <t>
I need an alarm for my early shift
Set two alarms, one at six and one at half past
Wake me up before sunrise
Turn on the alarm for <d>
Set a loud alarm for <t>
Make sure that I'm up by <t>
Set an alarm with birdsong
I want to be woken at <t>
Don't let me sleep past <t>
Set the alarm clock to <t>
Add an alarm for Saturday at nine
New alarm: <t>
An alarm for <t>, please
Wake me twenty minutes earlier than usual
Set a morning alarm
Put my alarm at <t> for the whole week
Alarm in <n> minutes
""")
TOPICS["set_timer"] = _lines("""
Set a timer for <n> minutes
Timer for the eggs, six minutes
Start a countdown of <n> seconds
Count down from ten minutes
<n> minutes timer, please
Set a tea timer for three minutes
Start a timer
Tell me when <n> minutes are over
Set the kitchen timer to <n> minutes
timer <n> min
Put <n> minutes on the clock
Add two minutes to the timer
Start a second timer for the pasta
How much time is left on the timer?
Let me know in <n> minutes that the pizza is done
Set a countdown for a quarter of an hour
Begin a timer of half an hour
Pause the timer
I need a timer for the oven, <n> minutes
Stop the timer
Timer, <n> seconds
Set a pomodoro timer of 25 minutes
Run a timer for <n> minutes
Restart the timer
Give me a timer for <n> minutes
Set a laundry timer for an hour
""")
TOPICS["reminder"] = _lines("""
Remind me to call <w>
Remind me on <d> to pay the rent
Don't let me forget the milk
Set a reminder for my dentist appointment
I have to send the form by <d>, please remind me
Reminder: water the plants
Remind me to take my pills at <t>
Please remind me of <w>'s birthday
Create a reminder for the meeting at <t>
Tell me tomorrow to buy stamps
Remind me in <n> minutes to check the oven
Remind us to book the tickets
Set a daily reminder to stretch
I must not forget to hand in the report, remind me on <d>
remind me: trash on <d>
Make a reminder to renew my passport in <mo>
Remind me to bring the <x>
Add a reminder about the bill
Nudge me next week about the taxes
Can you remind me to feed the cat?
Set a reminder to answer <w>'s mail
Remind me when I get home to call mum
Reminder for <date>: anniversary
Remind me every <d> to put out the bins
Remember to tell me about the parcel at <t>
Give me a reminder an hour before the flight
""")
TOPICS["lights_on"] = _lines("""
Turn on the lights
Lights on in the kitchen
Switch on the lamp in the hall
It's too dark in here, light please
Please turn on the bedroom light
Make it bright in the living room
Light on
Switch the bathroom light on
Can you turn on the lights upstairs?
Turn the garden lights on at <t>
I need light in the garage
Put the light on
Turn on all the lamps
Lights on, please
Switch on the light above the table
Turn on the light in the kids' room
Could you switch on the desk lamp?
Light up the porch
Turn on the stairs light
hall light on
I can't see anything, switch on the light
Turn on the floor lamp
Start the lights in the basement
Get the lights on in the office
Turn on the reading lamp
Let there be light in the living room
""")
TOPICS["call"] = _lines("""
Call <w>
Phone my mother
Dial <ph>
Please ring <w> at work
Call the office
I want to talk to <w> on the phone
Give <w> a call
Call the doctor
Make a call to <o>
Call back the last number
Ring my brother
Start a video call with <w>
Can you call a taxi company?
Get <w> on the line
Call <ph>
Phone the school
I need to phone <o>
Call my wife's mobile
Redial
Call home
Put me through to <w>
Call the restaurant in <str>
phone <w>, please
Call <w> on speaker
Dial the number of <o>
Return the missed call
""")
TOPICS["send_message"] = _lines("""
Text <w> that I'm late
Send <w> a message
Write to mum: I'll be home at <t>
Message <w>: see you on <d>
Send a text to <w>
Tell <w> by text that the train is late
Write <w> that I can't come
Send an SMS to <ph>
Message my team that the meeting is moved
Let <w> know in the chat that I'm on my way
Send "happy birthday" to <w>
Text my wife that dinner is ready
Please message <w> the address
New message to <w>
Write a text to <w> saying thanks
Send the group a message: party at <t>
Reply to <w>: yes
Text dad: call me
Send a message to <o>
Drop <w> a line that I arrived
Write to <w> "good luck"
Send <w> a note that the key is with the neighbour
text <w> ok
Message everyone that we meet at <t>
Answer <w> that I agree
Send a short message to my boss
""")
TOPICS["navigation"] = _lines("""
Take me to <str>
How do I get to the station?
Directions to <c>, please
Navigate home
What's the fastest way to <c>?
Route to the airport
Show me the way to the nearest chemist
How far is it to <c>?
Drive to <str> without toll roads
Find the shortest route from <c> to <c2>
Guide me to the next petrol station
Which bus goes to <str>?
Is there a traffic jam on the way to <c>?
Walk to the town hall, please show the way
Start navigation to <o>
Where do I have to turn?
Avoid motorways on the way to <c>
Bring me to work
How long does it take to drive to <c>?
navigate to <str>
Find a way around the traffic
Give me directions to the hospital
Route by bike to the lake
Where's the nearest car park?
Add a stop in <c> to my route
Which exit do I take for <c>?
""")
TOPICS["book_table"] = _lines("""
A table for <n> at <t>, please
I'd like to reserve a table for <d>
Book a table in the name of <w>
Do you have a table free tonight?
Table for two by the window
Reserve a table at the Italian place
We'd like to eat at your restaurant on <date>
A table outside for four
Book dinner for <n> people at <t>
I want to reserve for lunch on <d>
Can I get a table at <t>?
Please hold a table for six
Reserve a quiet table for two
Is there a table for our family on <d>?
A table for <n> with a high chair
Get us a table at a nice restaurant in <c>
table for <n>, <t>, name <w>
Book a corner table for our anniversary
We need a table for a birthday dinner
Could you reserve a table for brunch?
I'd like to book your big table on <date>
Reserve a table on the terrace
Two people, <d> at <t>, is there a table?
Make a reservation at the steak house
Please book us in for dinner at <t>
I'd like a table for ten on <d> evening
""")
TOPICS["appointment"] = _lines("""
I'd like an appointment on <d>
Can I see the doctor tomorrow?
I need a new slot with the dentist
Book me in for a haircut at <t>
When is the next free appointment?
Can I come in on <date>?
I'd like to move my appointment to <d>
Please make an appointment with <w>
Is <t> on <d> still free for a check-up?
I want to schedule a visit with the vet
Do I need an appointment for a passport?
An eye test next week, please
Could I have a later appointment?
Book a consultation with <w>
My appointment is at <t>, can I come earlier?
I need to see the physiotherapist twice a week
Schedule a car service for <d>
Are there any slots on <d> afternoon?
Arrange a meeting with the adviser
I'd like to have my tyres changed, when can I come?
Please give me an appointment in <mo>
appointment for a blood test
Is it possible to get an appointment today?
Make me an appointment with the tax office
I'd like to schedule a viewing of the flat
Can we set up an appointment at <t>?
""")
TOPICS["change_password"] = _lines("""
I want a new password
How do I change my password?
Please reset my password
Change my PIN
I need to replace my password
Set a new password for my account
My password is too old, I want to change it
Where can I choose another password?
Update my password, please
I'd like to pick a stronger password
Send me a link to reset the password
Can I change the password of the Wi-Fi?
Let me set a different password
Someone saw my password, I want to change it
I have to renew my password every <n> days, where?
Help me change my PIN code
new password please
Modify password
How often should I change my password, and where?
I'd like to reset the PIN of my card
Take me to the page for changing passwords
Change the password for <em>
I need a fresh password
Can you change my old password to a new one?
Which menu lets me change the password?
I want to swap my password for a longer one
""")
TOPICS["lost_card"] = _lines("""
I lost my credit card
My card was stolen
Please block my bank card
I can't find my debit card
My wallet is gone with all my cards
I left my card in the cash machine
Block card <code>, it's lost
Someone took my credit card
I need a new card because mine is missing
My card disappeared in <c>
I think I dropped my card on the bus
Freeze my card, I've lost it
Lost card, what now?
The thief has my credit card
I've misplaced my card
My purse with the bank card was stolen on <d>
How do I report a lost card?
Report my card as stolen
I forgot my card in a shop and it's gone
Please stop my card, I can't find it anywhere
My card has vanished
The machine swallowed my card
Both of our cards were stolen on holiday
I lost the company card
Lock my Visa card, it was stolen
I want to report that my card is missing
""")
TOPICS["weather query"] = _lines("""
What's the weather like in <c>?
Will it rain tomorrow?
How warm will it be on <d>?
Is it going to snow this week?
Weather forecast for <c>
Do I need a coat today?
How's the weather?
What is the temperature outside?
Will the sun shine at the weekend?
Is it windy in <c> right now?
Tell me the weather for <d>
Should I take an umbrella?
How cold does it get tonight?
Any storms coming?
What will the weather be in <mo>?
Is it sunny in <land>?
Chance of rain in <c>?
weather <c>
When will it stop raining?
Will there be frost tonight?
How hot is it in <c>?
Show me the weather for the next <n> days
Is it foggy outside?
What's the humidity today?
Will it be dry on <date>?
Give me today's forecast
""")
TOPICS["shopping_list"] = _lines("""
Add milk to my shopping list
Put eggs on the list
What's on my shopping list?
We need bread, add it to the list
Remove butter from the shopping list
Add <n> apples to the shopping list
Clear my shopping list
Write coffee on the list
Is sugar on the shopping list?
New item for the shopping list: <x>
Add cheese and tomatoes to our list
Take the onions off the list
Read me the shopping list
We're out of rice, put it on the list
Start a shopping list for the party
Add one more <x> to the shopping list
Send the shopping list to <w>
I bought the milk, tick it off the list
Put washing powder on the shopping list
shopping list: bananas
Delete everything from my shopping list
Add two bottles of water to the list
Don't forget flour, put it on the list
Show the shopping list
Please note toothpaste on the shopping list
Add the things for the soup to my shopping list
""")

TOPICS["urgent"] = _lines("""
The server is down, nobody can work, help now!
Emergency: water is running through the ceiling
Please answer immediately, our shop is offline
I need this within the next ten minutes
All customers are affected, fix this at once!
It's a matter of life and death
The payment must go out today or we lose the house
Production has stopped, call me right away at <ph>
My flight leaves in two hours and I have no ticket!
URGENT: database deleted
There's smoke coming from the machine, what do we do?
Please hurry, the deadline is in one hour
We are losing money every minute
My mother has fallen and can't get up
Stop the transfer immediately, it's fraud!
The whole site is down since <t>, please react at once
I'm locked out of my flat with a child inside
Critical: the backup is failing and the disk is full
This can't wait until tomorrow
Gas smell in the building, come quickly!
I need an answer right now
Top priority: no orders can be placed
Our alarm system is broken, send someone immediately
asap!! the presentation starts in five minutes and nothing works
Patient needs the medicine tonight
The lift is stuck with people inside
""")
TOPICS["not urgent"] = _lines("""
No hurry, just a small typo on the home page
Whenever you have time, could you look at this?
It's a low priority, but the icon is a bit off
This can wait until next month
Take your time
Just a thought for a future version
There's no rush with the report
If somebody is bored: the footer could be nicer
Next week is fine too
Only a cosmetic issue, nothing important
I don't need it before <mo>
Answer whenever it suits you
It would be nice to have some day
Nothing pressing, I was only wondering
We can talk about it at the next meeting
A minor thing: the logo could be a little bigger
Please put it at the end of your list
It works as it is, so do it when you get to it
You can leave it for after the holidays
I'm in no hurry for the new chair
The old one still works, so it isn't pressing
Feel free to answer next week
A small wish for later
No need to reply today
Not important, but the word "colour" is spelled in two ways
Do it when things are quiet
""")
TOPICS["spam"] = _lines("""
You have won a new phone! Click here now!
Earn <m> dollars a day from home
Cheap pills without prescription
Congratulations, you are our lucky winner!
Make money fast with this secret trick
Claim your free gift card today
Hot singles in <c> are waiting for you
Double your bitcoin in one week!!!
Lose <n> kilos in seven days, guaranteed
A prince from <land> wants to share his fortune with you
Limited offer: luxury watches 90% off
Your loan has been approved, no questions asked
Get <m> followers for only <p>
Click this link to claim your inheritance
Dear friend, I have a business offer worth millions
Act now! Only <n> left at this crazy price!!!
Free casino chips, sign up at <url>
You were selected for a prize of <m> dollars
Increase your traffic with our SEO packages
Work at home, no skills needed, get rich
Your parcel is waiting, pay <p> at <url> to release it
Miracle cream removes wrinkles overnight
Buy cheap designer bags here
Win a cruise! Reply with your bank details
Best crypto tips, join our secret group
Final notice: collect your cash reward
""")
TOPICS["ham"] = _lines("""
Are we still meeting at <t>?
Here are the minutes of yesterday's meeting.
Mum, I'll be home around <t>.
Could you send me the slides from <d>?
Your appointment with Dr <w> is on <date>.
Thanks for dinner last night, it was lovely.
I put the keys under the mat.
Please find the contract attached, as we discussed.
The kids have football at <t>.
Shall we have lunch on <d>?
I'm running ten minutes late.
Can you pick up some bread on the way home?
The rehearsal was moved to <d>.
Happy birthday, <w>!
The plumber comes tomorrow between eight and ten.
Did you get my notes on the draft?
I talked to <w>, she agrees with the plan.
Grandma says thank you for the flowers.
The train was late, I'm just arriving in <c>.
How was your exam?
See you at the gym on <d>.
Here's the photo of the three of us.
The parents' evening is on <date>.
I've fixed the test, please have a look at my change.
Can I borrow your drill at the weekend?
Let me know when you've landed.
""")
TOPICS["medical"] = _lines("""
I have had a headache for three days
My child has a fever of 39 degrees
The patient complains of pain in the left knee
I feel dizzy when I stand up
A rash has spread on my arm
My throat hurts and I can't swallow
The wound is red and swollen
I take <n> milligrams every morning, is that too much?
Since <d> I've had a cough
My stomach aches after every meal
I get short of breath on the stairs
The blood test shows a lack of iron
My back hurts when I bend down
Are there side effects of this drug?
I've twisted my ankle
My eyes itch and water
The X-ray shows a broken finger
I can't sleep because of the pain
He had a heart attack in <yr>
My ear hurts since I went swimming
I feel sick and have been throwing up
Her blood pressure is too high
I need a new prescription for my tablets
My tooth hurts when I drink something cold
The stitches will be taken out on <d>
I've had a runny nose and a fever since yesterday
""")
TOPICS["legal"] = _lines("""
Can my landlord end the lease without a reason?
I'd like to sue the company for damages
What does the contract say about liability?
The court set a hearing for <date>
Do I need a lawyer for this?
My neighbour claims that the fence is on his land
Who inherits if there is no will?
We received a cease and desist letter
Is this clause in the contract valid?
The tenant has to give notice in writing
I want to appeal against the ruling
Our trademark was used without permission
How long is the limitation period?
The parties agree to settle the dispute out of court
Please review the attached non-disclosure agreement
Is it legal to record a call?
The judge dismissed the case
What are my rights if a flight is cancelled?
The licence forbids commercial use
I need a power of attorney for my father
The plaintiff demands <m> dollars
Can I withdraw from a contract of sale?
Our lawyer <w> will contact you
Under section <n> of the act, the seller is liable
I got a fine, can I object to it?
They broke our copyright by using the photo
""")
TOPICS["hardware"] = _lines("""
The screen of my laptop is cracked
The fan makes a grinding noise
One key on the keyboard is stuck
The hard disk clicks and isn't recognised
My phone's charging port is loose
The battery is swollen
The printer's paper tray is broken
The left speaker gives no sound
The power supply gets very hot
The mouse wheel is worn out
There's a dead pixel in the middle of the monitor
The hinge of the laptop came off
The USB socket is bent
The camera lens is scratched
The headphones have a loose contact
The server needs more memory modules
The power button has to be pressed very hard
The graphics card isn't seated properly
The cable is frayed
The touch screen doesn't react in the corner
The router's antenna broke off
I'd like to replace the hard drive with an SSD
The scanner lamp has burnt out
The dock's third port is dead
The microphone of the headset is broken
The motherboard beeps three times and won't start
""")
TOPICS["network"] = _lines("""
The Wi-Fi drops every few minutes
I can't reach the server, the connection times out
The internet is down in the whole office
The VPN won't connect from home
DNS can't resolve the name of our server
The ping to the gateway is lost
My laptop doesn't get an IP address
The connection to the printer over the network fails
The download speed is only <n> megabits
The router shows a red light for the internet
Port <m> is blocked by the firewall
Wireless works in the hall but not in the bedroom
The proxy refuses the connection
Two machines have the same IP address
There's no signal on floor <n>
The LAN cable is in, but there's no link
Mobile data doesn't work abroad
Packets get lost between <c> and <c2>
The guest network can't be found
The access point needs to be restarted every day
We're offline since <t>
The switch in the server room is not reachable
The Wi-Fi password is rejected by the router
The connection breaks off during calls
The subnet mask is set wrong
The modem can't find a line
""")
TOPICS["warranty"] = _lines("""
Is my <x> still under warranty?
How long is the guarantee?
Does the warranty cover water damage?
I bought it <n> months ago and it broke, is that a warranty case?
Where do I register the product for the warranty?
Do I need the receipt for a warranty claim?
My warranty runs out in <mo>
Can I extend the guarantee?
Please repair it under warranty
Is the battery covered by the guarantee?
I'd like to make a warranty claim for <code>
Does the warranty expire if I open the case?
The shop says that the manufacturer's warranty applies
What does the extended warranty cost?
Is the warranty valid in <land>?
I lost the warranty card
Who pays the postage in a warranty case?
Does the guarantee pass to the next owner?
Do I get a replacement device during the warranty repair?
Two years of warranty, and it broke after <n> weeks
When did my guarantee begin?
I want a free repair, the guarantee hasn't expired
What is not covered by the warranty?
Your warranty terms are unclear to me
Is the paint covered for ten years?
Check the warranty status of serial number <code>
""")
TOPICS["return"] = _lines("""
I'd like to return the shoes
How do I send something back?
The shirt is too small, can I return it?
Where is the return label?
Can I bring it back to the shop in <c>?
I want to exchange it for a larger size
How many days do I have to return an item?
Please send me a label, I want to send the <x> back
Do I have to pay for the return?
I've opened the box, can I still return it?
The colour isn't what I expected, it goes back
Can I swap the <col> one for the one in <col2>?
The return form doesn't accept my order number
Which address do I send the return to?
I've dropped the return at the post office
Can sale items be returned?
I'd like to give back two of the three books
My return arrived at your place on <d>, right?
I ordered three sizes and will return two
Can I return a gift without a receipt?
Please collect the sofa, I don't want to keep it
The <x> doesn't fit, I'm sending it back
I'd like to exchange the broken <x> for a new one
Where do I print the return slip?
Is it possible to return food?
I missed the return date, can I still send it back?
""")

OUTSIDE = _lines("""
what is the capital of <land>?
capital of <land>
who wrote Hamlet?
explain photosynthesis
what is <n> plus <n2>?
2+2
what's <n> times <n2>?
<m> divided by <n>
<n> + <n2> = ?
<n> * <n2>
solve x^2 = <n>
solve for x: <n>x + <n2> = <m>
what is the square root of <m>?
how much is <pc> of <m>?
{write|give me} a python function that sorts a list
fix this bug
write me a poem about {autumn|the sea|love|my dog}
tell me a story
{tell|write} me a {short|long} story about a dragon
write an essay about {freedom|climate change|school uniforms}
translate 'good morning' to <lang>
{how do you say|what's the word for} dog in <lang>?
what's the weather in <c>?
will it rain {tomorrow|today|on <d>}?
who is the president of <land>?
who won the world cup in <yr>?
what happened in <yr>?
how {tall|high} is Mount Everest?
how far is it from <c> to <c2>?
how many people live in <c>?
population of <land>
what language do they speak in <land>?
what's the currency of <land>?
when did world war two end?
why is the sky blue?
how do planes fly?
how does a car engine work?
what is gravity?
explain relativity to me
what is a black hole?
how old is the universe?
how many planets are there?
what's the {biggest|largest} animal in the world?
what do pandas eat?
are spiders insects?
how long do cats live?
why do cats purr?
what is DNA?
explain quantum physics {in simple words|like I'm five|simply}
what is the speed of light?
who invented the telephone?
who painted the Mona Lisa?
who discovered America?
when was Napoleon born?
who was Cleopatra?
tell me about the Roman empire
why did Rome fall?
what caused the first world war?
what was the cold war?
summarize the French revolution
who was the first man on the moon?
what year did the Titanic sink?
what is the meaning of life?
do we have free will?
is there a god?
what is consciousness?
what did Plato teach?
explain Kant's categorical imperative
what is the trolley problem and what's the right answer?
what's the difference between ethics and morals?
is it ever right to lie?
what is love?
why are we here?
what should I cook tonight?
recipe for {pancakes|lasagne|chocolate cake|onion soup}
how do I make {pancakes|pizza dough|a good curry}?
how long do I boil an egg?
what can I make with eggs, rice and tomatoes?
give me a vegan dinner idea
how do I bake bread?
what wine goes with fish?
plan a trip to <c>
plan a three-day trip to <land>
what should I see in <c>?
best restaurants in <c>
recommend a {good|funny|scary} {film|movie|book}
what book should I read next?
can you recommend a song?
suggest a name for my {cat|dog|baby|band}
which phone should I buy?
which laptop is best for students?
which is better, {tea or coffee|a cat or a dog|Mac or Windows}?
compare iPhone and Android
compare <land> and <land2>
pros and cons of {electric cars|living in a big city|working from home}
should I {quit my job|move to <land>|buy a house|learn <lang>}?
how do I lose weight?
how can I sleep better?
how do I get rid of a headache?
I have a fever, what should I do?
is coffee bad for you?
what are the symptoms of flu?
how many calories are in an apple?
make me a workout plan
give me a meal plan for a week
how do I stop smoking?
what training do I need for the job of <job>?
how much money is there in the job of <job>?
how do I ask for a raise?
help me write my CV
write a cover letter for a job as <job>
prepare me for a job interview
how do I make friends?
my girlfriend left me, what now?
how do I tell my boss that I'm leaving?
I feel lonely, give me some advice
how can I be more confident?
what should I give my {mother|father|sister} for {her|their} birthday?
gift ideas for a {friend|colleague}
how do I learn <lang> {fast|quickly}?
teach me <lang>
teach me to play chess
what's the best opening in chess?
let's play chess
let's play twenty questions
play hangman with me
give me a riddle
do you know a riddle?
solve this riddle: what has keys but can't open locks?
what gets wetter the more it dries?
pretend to be a pirate
act as my <job>
{talk|speak} like Shakespeare
you are now a {wizard|detective|king}, answer in character
let's do a role play, I'm the customer and you're the waiter
imagine you're my grandmother and tell me about your day
play the part of an angry customer
write a {rap|song|limerick|haiku} about {pizza|rain|Mondays}
haiku
poem please
write a love letter to <w>
write a birthday poem for <w>
write a sonnet
write a speech for my sister's wedding
write a fairy tale with a {fox|frog|witch}
continue the story: it was a dark and stormy night
write a bedtime story for a five-year-old
write a dialogue between a cat and a mouse
write a screenplay about two robbers
invent a superhero
write a blog post about {gardening|healthy food|travel}
write an article about {bees|robots|electric cars}
write a product description for <prod>
write a slogan for <o>
come up with a name for my {company|start-up|bakery}
brainstorm ideas for a {party|video|school project}
write an essay on <land> with <m> words
do my homework
help me with my {maths|history|biology} homework
write my thesis
give me an outline for a talk about {energy|music}
translate this into <lang>: where is the station?
translate 'thank you' into <lang>
what does 'bonjour' mean?
what does 'carpe diem' mean?
{how do I say|what is} 'I love you' in <lang>{|, please}?
translate to <lang>: the cat sleeps
say hello in <lang>
count to ten in <lang>
conjugate the verb 'to be' in <lang>
write this in <lang>: we arrive on <d>
what's the plural of cactus?
is it 'affect' or 'effect'?
what's a synonym for happy?
opposite of generous
what rhymes with orange?
define {irony|inflation|osmosis|entropy}
definition of democracy
what does {ubiquitous|ephemeral|serendipity} mean?
meaning of the word 'zeitgeist'
what is an oxymoron?
where does the word 'robot' come from?
what is inflation?
how does the stock market work?
should I invest in bitcoin?
which shares should I buy?
what is a mortgage?
how do taxes work in <land>?
what's the exchange rate of the dollar?
convert <m> dollars to euros
convert <n> miles to kilometres
<n> celsius in fahrenheit
how many ounces are in a pound?
how many feet are <n> metres?
how many seconds are in a day?
what day of the week was <date> <yr>?
how many days until Christmas?
how old is someone born in <yr>?
what is pi to ten digits?
is <m> a prime number?
factor <m>
list the first <n> prime numbers
what is the derivative of x^<n>?
integrate sin x
what's the integral of x squared?
prove that the square root of two is irrational
prove the Pythagorean theorem
what's the area of a circle with radius <n>?
what's the volume of a sphere?
what is a matrix?
explain Bayes' theorem
what is a logarithm?
what's <n> factorial?
what comes next: 1, 1, 2, 3, 5?
how many ways can I arrange <n> books?
what are the odds of rolling two sixes?
a train leaves <c> at <t> with <m> km/h, when does it arrive in <c2>?
if <n> apples cost <p>, what do <n2> apples cost?
I have <n> apples and eat <n2>, how many are left?
calculate the average of <n>, <n2> and <m>
calculate <m> minus <n>
{sum|add} <n>, <n2> and <m>
what's <n> to the power of three?
simplify <n>/<m>
convert <n> to binary
what is <n> in roman numerals?
write code for a {calculator|snake game|web server}
write a python script that {renames files|reads a csv|sends a mail}
write a function that reverses a string
write a java class for a bank account
write a sql query that finds duplicate rows
write a regex for mail addresses
write a bash script that makes a backup
how do I reverse a list in python?
how do I sort an array in javascript?
how do I center a div?
how do I undo a commit in git?
what's the difference between git merge and git rebase?
what is a pointer?
explain recursion
what is object oriented programming?
what does 'segmentation fault' mean?
why does my code not compile?
my loop never ends, what's wrong?
debug this for me
what's wrong with this code: for i in range(10) print(i)
refactor this function
write unit tests for my code
convert this python code to rust
implement quicksort in c
implement a linked list
what's the time complexity of merge sort?
explain big O notation
make me a website
build me an app
write html for a login page
write css for a {red|round|blue} button
which programming language should I learn first?
is rust better than c++?
what is an API?
what is docker?
how do I install linux?
how do I speed up my computer?
my wifi doesn't work, help
how do I take a screenshot on a mac?
how do I recover a deleted file?
what is machine learning?
explain neural networks
how does the internet work?
what is blockchain?
how does encryption work?
what's new in the news?
what's going on in the world?
latest news about <land>
who won the {match|game|election} yesterday?
what's the score?
what's the stock price of <o>?
how much does <prod> cost?
what's on tv tonight?
what films are in the cinema in <c>?
when is the next train to <c>?
what time is it in <c>?
when does the sun set in <c>?
how do I get from <c> to <c2>?
where can I find cheap flights to <land>?
do I need a visa for <land>?
is <land> safe to visit?
what's the best time to visit <land>?
where is <c>?
what's <c> famous for?
which rivers flow through <land>?
what is the longest river in the world?
what's the highest mountain in <land>?
how many countries are in Africa?
what's the smallest country in the world?
name <n> countries in Europe
list all states of the USA
which countries border <land>?
what's the flag of <land>?
what is the national dish of <land>?
tell me something about <land>
tell me the history of <c>
tell me an interesting fact
give me a fun fact about {octopuses|space|the moon}
did you know that bananas are berries? why?
why do leaves change colour?
why is the sea salty?
why do we dream?
why do we yawn?
how do magnets work?
how do vaccines work?
how does a battery work?
how does a fridge work?
how do bees make honey?
how are mountains formed?
how do volcanoes erupt?
what causes earthquakes?
what causes rainbows?
what's the difference between a virus and a bacterium?
what's the difference between weather and climate?
difference between {alligator and crocodile|jam and marmalade|a comet and an asteroid}
what is an atom made of?
what's the chemical formula of water?
what's the symbol for gold?
balance this equation: H2 + O2 = H2O
what is evolution?
did dinosaurs have feathers?
what killed the dinosaurs?
how many bones does a human have?
what does the liver do?
how does the heart work?
what is a cell?
explain mitosis
what's the boiling point of ethanol?
how hot is the sun?
how far away is the moon?
can we live on Mars?
are there aliens?
what is dark matter?
what is time?
is time travel possible?
what's string theory?
who is the best football player ever?
who's the richest person in the world?
who is <w>?
what do you know about <w>?
who founded <o>?
who is the king of <land>?
who wrote {Faust|Don Quixote|War and Peace|Moby Dick}?
what is {Macbeth|Don Quixote|1984} about?
summarize Romeo and Juliet
who composed the Moonlight Sonata?
who sang Bohemian Rhapsody?
who directed Jaws?
what's the plot of Star Wars?
list films with <w>
name a famous painter from <land>
what is impressionism?
what is jazz?
how do I play a C chord on guitar?
how do I draw a horse?
how do I tie a tie?
how do I change a tyre?
how do I get a red wine stain out of a carpet?
how do I unclog a drain?
how do I grow tomatoes?
why are my plants dying?
how do I train my dog?
how do I fold a paper plane?
how do I build a bookshelf?
how do I paint a wall?
how do I write a will?
can my landlord kick me out?
is it legal to drink at 18 in <land>?
what are my rights as a tenant?
what's your opinion on {politics|football|modern art}?
what do you think about <land>?
is <land> better than <land2>?
should school start later? argue for and against
argue that homework should be banned
convince me to {exercise|eat less meat|get up early}
debate with me about {zoos|television}
who should I vote for?
what will the world look like in <yr>?
predict the future
what's my horoscope?
I'm a Leo, what will my week be like?
what does my dream about falling mean?
interpret this poem for me
explain this joke to me
what's the moral of the tortoise and the hare?
explain the offside rule
what are the rules of cricket?
how do you play poker?
how many players are in a rugby team?
what's the world record in the marathon?
plan my week
make a study plan for my exam on <d>
make a budget for me, I earn <m> a month
plan a birthday party for <n> children
plan my wedding
give me a packing list for <land>
make a to-do list for moving house
how do I start a business?
write a business plan for a café
how do I sell more on the internet?
give me marketing ideas for <prod>
what should I post on social media?
write a tweet about <prod>
write a linkedin post about my new job
write lyrics for a love song
compose a melody
draw me a picture
make an image of a cat
sing me a song
read me the news
book a flight to <c>
order me a pizza
call <w> for me
send a mail to <em>
open <url> and summarize it
search the web for <prod>
google <w>
find the phone number of <o>
what's the address of <o> in <c>?
turn on the lights
set an alarm for <t>
remind me on <d> to call <w>
play some music
how many stars are in the sky?
how many words does <lang> have?
is <lang> hard to learn?
which language is spoken by most people?
explain the {past perfect|subjunctive} to me
what's a gerund?
correct my grammar: he don't know nothing
give me ten words in <lang>
what is socialism?
what's capitalism?
explain how a law is made in <land>
what does the UN do?
what is NATO?
how many people were killed in the plague?
who built the pyramids?
how was the Great Wall of China built?
what did the Vikings eat?
when was <c> founded?
what was life like in the middle ages?
tell me about the Aztecs
what is Buddhism?
what's the difference between Sunni and Shia?
when is Easter in <yr>?
why do we celebrate Halloween?
what are stoics?
who was Nietzsche?
what did Descartes mean by 'I think, therefore I am'?
if a tree falls in a forest, does it make a sound?
what is truth?
what is beauty?
what is justice according to Aristotle?
can machines think?
is the glass half full or half empty?
what came first, the chicken or the egg?
how do I find happiness?
how can I stop worrying?
give me some motivation
how do I save money?
how do I raise a child?
my baby won't sleep, what can I do?
how do I deal with a rude colleague?
how do I apologise to <w>?
what do I say at a funeral?
how do I get over my ex?
should I text her back?
what should I wear tonight?
which colours go with green?
how do I cut my own hair?
what's a good skincare routine?
how much water should I drink a day?
how many hours of sleep do I need?
is yoga good for the back?
what vitamins are in carrots?
can I eat mushrooms raw?
is ibuprofen safe with alcohol?
how do I treat a burn?
what does my blood test mean?
""")

# "weather query" is the same subject as "weather": one label, so that the two never compete.
TOPICS["weather"] += TOPICS.pop("weather query")
# Extra: labels that should not be offered together, since a message of one could be taken for the other.
CLASH = [("health", "medical"), ("return", "refund"), ("return", "warranty"), ("login", "change_password"), ("account", "change_password"),
         ("account", "login"), ("account", "billing"), ("book_table", "appointment"), ("science", "environment"), ("politics", "environment"),
         ("entertainment", "culture"), ("set_alarm", "reminder"), ("set_alarm", "set_timer"), ("set_timer", "reminder"), ("login", "security"),
         ("lost_card", "security"), ("installation", "compatibility"), ("bug", "performance"), ("hardware", "warranty"), ("hardware", "bug"),
         ("complaint", "refund"), ("business", "technology"), ("travel", "book_hotel"), ("call", "urgent"), ("sales", "billing"), ("crime", "legal"),
         ("cancellation", "refund"), ("cancellation", "return"), ("thanks", "praise"), ("thanks", "goodbye")] + [
         ("question", k) for k in TOPICS if k not in ("question", "bug", "praise", "complaint", "spam", "greeting", "goodbye", "thanks", "urgent", "not urgent")] + [
         ("urgent", k) for k in TOPICS if k in ("lost_card", "medical", "network", "security", "bug", "hardware")] + [
         ("ham", k) for k in TOPICS if k not in ("ham", "spam")]
