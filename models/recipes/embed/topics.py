"""Twelve short passages, four everyday questions to each: a sanity check that a person can read."""

TOPICS = [
    ("Heavy rain and strong wind will reach the coast tonight. The forecast warns of flooding on low roads, "
     "and tomorrow stays cold with showers.",
     ["will it be wet tomorrow?", "is there a storm coming", "should I take an umbrella", "weather forecast"]),
    ("Boil the pasta in salted water for nine minutes, fry garlic in olive oil, add tomatoes and basil, "
     "and serve it with grated cheese.",
     ["how do I cook spaghetti?", "a quick dinner recipe", "what goes into a tomato sauce", "time to boil noodles"]),
    ("A puppy needs several small meals a day, a first vaccination at eight weeks and short walks. "
     "The vet also checks its teeth and ears.",
     ["looking after a young dog", "when does my dog get its shots?", "how often to feed a pet",
      "visit to the animal doctor"]),
    ("The tenant must give written notice three months before moving out. The landlord returns the deposit "
     "once the flat has been inspected.",
     ["how do I end my rental contract?", "when do I get my deposit back", "leaving an apartment",
      "what may the owner of the house ask of me"]),
    ("Open the settings, choose network, pick your wireless access point and type the password. "
     "Restart the router when the laptop still does not connect.",
     ["my internet does not work", "how to join a wifi", "computer cannot get online", "reset the router"]),
    ("Take one tablet of paracetamol every six hours against fever and headache, drink a lot and rest. "
     "See a doctor when it lasts for more than three days.",
     ["what helps against the flu?", "medicine for a sore head", "I have a high temperature",
      "when must a sick person see a physician"]),
    ("The savings account pays two percent interest a year. Money can be withdrawn at any time, "
     "and transfers to other banks are free.",
     ["where should I put my money?", "how much interest do I get", "is sending money to another bank free?",
      "bank account for savings"]),
    ("The last train to the airport leaves at eleven in the evening from platform four. Tickets are sold "
     "at the machine and on board.",
     ["how do I get to my flight at night?", "rail timetable", "where do I buy a ticket", "which platform do I need"]),
    ("Plants make sugar from carbon dioxide and water with the energy of sunlight; the oxygen that we breathe "
     "is left over.",
     ["what is photosynthesis?", "how do leaves use light", "where does oxygen come from",
      "biology of green plants"]),
    ("The home team scored in the final minute and won the cup two to one. The goalkeeper was named player "
     "of the match.",
     ["who won the football game?", "soccer final result", "the best player", "a late goal"]),
    ("Water the roses in the morning, cut the dead branches in March and put compost around the roots; "
     "greenfly is washed off with soap.",
     ["gardening tips", "when do I prune a bush?", "insects on my flowers", "fertiliser for plants"]),
    ("The orchestra plays two symphonies on Saturday; the violin soloist is nineteen years old. "
     "The doors of the concert hall open at seven.",
     ["classical music this weekend", "what time does the concert begin?", "a young violinist",
      "tickets for a musical evening"]),
]
