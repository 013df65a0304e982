"""Two hundred sentences for the test only, written by hand before any figure was seen: reviews in a critic's or customer's voice, and messages
as people send them. `+` is positive, `-` negative. Twice two hundred more came later, of ten kinds, when the training patterns stood and without
a look at them: `held_blind.tsv` by this recipe's writer, `held_apart.tsv` by another. `tests/test_checkpoints.py` holds that no training text is one of them."""
from pathlib import Path

REVIEWS = """
+ A quiet little film that stays with you long after the lights come up.
+ The soup alone is worth the drive across town.
+ I've owned four kettles and this is the only one I'd buy again.
+ Every page made me want to turn to the next.
+ The staff went out of their way to make our anniversary special.
+ Setup took two minutes and it has run flawlessly ever since.
+ She gives the performance of her career.
+ Crisp picture, deep blacks, and a remote that finally makes sense.
+ We left with full bellies and big smiles.
+ Not a single dull moment in three hours.
+ The battery easily lasts a long weekend.
+ A warm, generous comedy with a beating heart.
+ Cheaper than its rivals and better built than most of them.
+ The bread arrives hot and the butter is heavenly.
+ I was skeptical at first, but this vacuum won me over within a day.
+ Our guide was patient, funny and knew every stone of the old town.
+ The new update fixed everything that used to annoy me.
+ You won't find a better breakfast anywhere near the harbor.
+ Gorgeous photography and a script that trusts its audience.
+ These boots kept my feet dry through a whole winter of slush.
+ It does exactly what it says on the tin, and it does it well.
+ The kids couldn't put it down.
+ What a delightful surprise this place turned out to be.
+ The seats are comfortable even on a ten hour flight.
+ Hands down the most useful app on my phone.
+ A triumph from the first scene to the last.
+ The mattress cured my backache in a week.
+ Fast shipping, careful packaging, and a handwritten thank-you note.
+ The writing sparkles and the jokes land.
+ I can't recommend this dentist highly enough.
+ Perfectly cooked fish, friendly waiters, fair prices.
+ The view from our balcony took our breath away.
+ After years of cheap headphones, these were a revelation.
+ The ending brought tears to my eyes in the best way.
+ Rooms are spotless and the beds feel like clouds.
+ It never crashes, never nags, and never gets in the way.
+ This cookbook has earned a permanent spot on my counter.
+ The band sounded tighter and more joyful than ever.
+ My skin has never looked healthier.
+ Far from boring, the lecture flew by.
+ The course gave me the confidence to apply for a new job.
+ Sturdy, elegant, and a pleasure to write with.
+ They replaced the faulty unit overnight without asking any questions.
+ An old story told with fresh energy and real tenderness.
+ The garden is an oasis in the middle of a noisy city.
+ I laughed until my sides hurt.
+ The cheapest car I've driven and, oddly, the most fun.
+ Nothing about this hotel disappointed us.
+ The puzzles are clever without ever being unfair.
+ Worth every cent.
- Two hours of my life that I will never get back.
- The chicken was dry and the fries were soggy.
- It stopped working the day after the warranty ran out.
- The plot has more holes than a sieve.
- Our room smelled of smoke and the sheets had stains.
- I expected far more for this price.
- The app freezes every time I open the camera.
- The actors seem as bored as I was.
- Customer support kept me on hold for an hour and then hung up.
- The zipper broke on the first trip.
- A lazy sequel that nobody asked for.
- The waiter ignored us until we stood up to leave.
- The instructions might as well be written in code.
- Paint started peeling within a month.
- The jokes fall flat and the romance feels forced.
- I would not give this to my worst enemy.
- The coffee tasted like burnt rubber.
- My order arrived late, cold, and missing half the items.
- The speakers buzz at anything above a whisper.
- It looks great in the photos but falls apart in your hands.
- The author repeats the same point for three hundred pages.
- Avoid this garage unless you enjoy being overcharged.
- The bus was filthy and the driver was rude.
- The sequel lacks everything that made the first one work.
- The shoes gave me blisters within ten minutes.
- Not worth the hype, the money or the wait.
- The museum was overcrowded and poorly lit.
- It drains my battery and spams me with ads.
- The soup was so salty that nobody could finish it.
- I wanted to love this game, but it is a broken mess.
- The lid leaks all over my bag.
- Whoever designed this menu has never used a phone.
- The dialogue is wooden and the pacing glacial.
- They charged my card twice and refuse to pay it back.
- The pool was closed, the lift was out of order and nobody apologised.
- Flimsy plastic pretending to be steel.
- The tour was a waste of a sunny afternoon.
- The phone gets too hot to hold after a short call.
- This blender couldn't crush a banana.
- The concert started two hours late and ended early.
- Hardly anything on the menu was available.
- A promising idea ruined by clumsy direction.
- The tent let in water at the first drizzle.
- I returned it the same afternoon.
- There is nothing fresh about this market.
- The translation is full of errors and barely readable.
- The walls are so thin that we heard every word from next door.
- The colour faded after one wash.
- Save your money and buy something else.
- The update deleted all my photos.
"""

MESSAGES = """
+ omg thank you so much, you just made my week!!
+ Got the job! Still can't believe it.
+ Just wanted to say that your team has been brilliant throughout the move.
+ The surgery went well and Dad is already cracking jokes.
+ first sunny day in weeks and I'm loving it
+ Your lasagna disappeared in five minutes, please send the recipe.
+ We had an absolutely wonderful time at the wedding last night.
+ I feel so much better after talking to you.
+ Finally a meeting that could not have gone better.
+ The new neighbours are lovely people.
+ My daughter hasn't stopped smiling since she opened your present.
+ Great news, the test results came back clear!
+ Congratulations on the promotion, you really deserve it.
+ this playlist is pure gold
+ The landlord repaired the heating the same day, I'm impressed.
+ I'm proud of how far we have come this year.
+ Honestly the best birthday I have ever had.
+ The refund arrived within an hour, no hassle at all.
+ Thanks to your advice I passed the exam with flying colours.
+ So happy to be home again with my cats.
+ Our puppy learned to sit today, what a clever boy.
+ The doctor was kind and took time to explain everything.
+ I love how quiet it is here in the mornings.
+ Your presentation was clear, honest and inspiring.
+ no complaints here, everything works like a charm
+ I was dreading the trip but it turned out to be fantastic.
+ The team pulled off an incredible comeback last night!
+ Grandma's health is improving every day.
+ Best decision I ever made was moving to this town.
+ I can't wait to see you all again next summer.
+ The strangers who helped us push the car were angels.
+ You handled that difficult customer beautifully.
+ The garden is blooming and the bees are back.
+ wow, did not expect the sequel to be this good
+ Thank goodness the storm missed us.
+ He apologised sincerely and we are friends again.
+ I slept like a baby last night.
+ The school play was adorable from start to finish.
+ Everything about today felt right.
+ My savings have doubled since I started using this.
+ Your kindness means the world to me.
+ The cake turned out even better than I had hoped.
+ She recovered faster than anyone expected.
+ Such a relief to finally have a working internet connection.
+ I owe you one, that tip saved my day.
+ The hike was tough but the summit made it all worthwhile.
+ The children were polite and a joy to teach.
+ This is exactly what I was hoping for.
+ We couldn't be happier with the new kitchen.
+ The choir gave me goosebumps.
- Worst customer service I have ever dealt with, period.
- I'm so tired of being ignored by this company.
- They cancelled my flight and nobody told me.
- ugh, the train is late again
- I cried all the way home after that interview.
- My phone got stolen on the way to work.
- The meeting was a complete waste of everyone's time.
- He lied to me and I can't forgive him.
- I regret ever signing that contract.
- The doctor barely looked at me and rushed me out.
- three weeks and still no answer to my ticket
- My landlord refuses to fix the mold in the bedroom.
- I have never felt so humiliated.
- The party was awkward and we left early.
- Sadly our dog passed away this morning.
- This week has been one disaster after another.
- I can't stand the noise from the construction site anymore.
- You promised to call and you didn't, again.
- The exam was brutal and I think I failed.
- Nobody at the desk knew what they were doing.
- I don't trust that mechanic at all.
- The forecast ruined our picnic, rain all day.
- My back hurts and the new chair makes it worse.
- they ruined my favourite show
- I was looking forward to it, but the whole evening was a letdown.
- We lost everything in the fire.
- The package was left in the rain and the books are soaked.
- He shouted at the staff in front of everyone.
- I'm worried sick about the bills.
- Please stop sending me these annoying emails.
- The new policy hurts the people who need help the most.
- Our team got crushed five to nothing.
- I feel cheated and I want my money back.
- It breaks my heart to see the forest burn.
- Why is it so hard to get a simple answer from you people?
- I wouldn't wish that commute on anyone.
- The traffic was a nightmare and I missed the funeral.
- The milk had gone sour and the bread was stale.
- She was fired without any warning.
- My password was leaked and now I get scam calls every hour.
- not happy with the haircut at all
- The medicine made me feel even sicker.
- It's a shame how they treat their workers.
- I waited in the cold for forty minutes and the bus never came.
- Things have gone downhill since the new owner took over.
- The baby screamed all night and I am exhausted.
- What a miserable start to the holidays.
- I'm afraid we have to give up on the project.
- Your driver scratched my car and drove off.
- The lawyer took our savings and did nothing.
"""


def rows():
    """(text, is positive, style)."""
    out = []
    for style, text in (("review", REVIEWS), ("message", MESSAGES)):
        out += [(line[2:], line[0] == "+", style) for line in text.strip().splitlines()]
    return out


def written(name):
    """(text, is positive, kind) of `held_NAME.tsv`."""
    lines = (Path(__file__).parent / f"held_{name}.tsv").read_text().splitlines()
    return [(text, good == "+", kind) for kind, good, text in (line.split("\t") for line in lines)]


def every():
    """All sets by their names."""
    return {"own": rows(), "blind": written("blind"), "apart": written("apart")}


if __name__ == "__main__":
    for name, these in every().items():
        print(name, len(these), sum(good for _, good, _ in these))
