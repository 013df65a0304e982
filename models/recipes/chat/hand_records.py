"""Records as application developers try them first, by a writer who saw nothing of what is trained on: (properties of the schema, text, wanted)."""
S = {"type": "string"}
I = {"type": "integer"}
N = {"type": "number"}
B = {"type": "boolean"}
SN = {"type": ["string", "null"]}
A = {"type": "array", "items": {"type": "string"}}

RECORDS = [
    ({"dish": S, "servings": I, "ingredients": A},
     "My grandmother's mushroom risotto serves 6 and needs arborio rice, butter, dried porcini and parmesan.",
     {"dish": "mushroom risotto", "servings": 6,
      "ingredients": ["arborio rice", "butter", "dried porcini", "parmesan"]}),

    ({"sentiment": {"type": "string", "enum": ["positive", "negative", "neutral"]}},
     "I absolutely love these headphones, best purchase I've made all year!",
     {"sentiment": "positive"}),

    ({"title": S, "director": S, "year": I},
     "Last night we watched The Quiet Harbor, a 1987 thriller directed by Ingrid Solberg.",
     {"title": "The Quiet Harbor", "director": "Ingrid Solberg", "year": 1987}),

    ({"name": S, "email": S, "phone": SN},
     "Hi, this is Tomasz Wilk from accounting. You can reach me at t.wilk@brightmail.io.",
     {"name": "Tomasz Wilk", "email": "t.wilk@brightmail.io", "phone": None}),

    ({"flight_number": S, "departure": S, "gate": S, "delayed": B},
     "Flight KX482 to Lisbon leaves at 14:35 from gate B17. It is running on time.",
     {"flight_number": "KX482", "departure": "14:35", "gate": "B17", "delayed": False}),

    ({"city": S, "temperature": N, "conditions": S},
     "Right now it's -3.5 degrees in Tromsø with light snow.",
     {"city": "Tromsø", "temperature": -3.5, "conditions": "light snow"}),

    ({"priority": {"type": "string", "enum": ["low", "medium", "high"]}, "component": S},
     "URGENT: the checkout page has been crashing for every customer since this morning. Drop everything and fix it now!",
     {"priority": "high", "component": "checkout page"}),

    ({"event": S, "date": S, "participants": A},
     "Priya, Marcus and Yuki are meeting on 12 March 2025 for the budget review.",
     {"event": "budget review", "date": "12 March 2025",
      "participants": ["Priya", "Marcus", "Yuki"]}),

    ({"invoice_number": S, "vendor": S, "total": N},
     "Please find attached invoice INV-20391 from Nordlys Printing for a total of $1249.90.",
     {"invoice_number": "INV-20391", "vendor": "Nordlys Printing", "total": 1249.90}),

    ({"is_spam": B},
     "CONGRATULATIONS!!! You have been selected to win a free cruise, click this link within 10 minutes to claim your prize!",
     {"is_spam": True}),

    ({"company": S, "job_title": S, "skills": A, "remote": B},
     "Fernwood Labs is hiring a backend engineer who knows Go, PostgreSQL and Kubernetes. The position is fully remote.",
     {"company": "Fernwood Labs", "job_title": "backend engineer",
      "skills": ["Go", "PostgreSQL", "Kubernetes"], "remote": True}),

    ({"restaurant": S, "party_size": I, "time": S},
     "Book a table for 4 at Casa Lumbre tonight at 7:30 pm, please.",
     {"restaurant": "Casa Lumbre", "party_size": 4, "time": "7:30 pm"}),

    ({"pet_name": S, "species": {"type": "string", "enum": ["dog", "cat", "bird"]}, "weight_kg": N},
     "Our tabby kitten Biscuit weighed 2.4 kg at the vet and purred the whole time.",
     {"pet_name": "Biscuit", "species": "cat", "weight_kg": 2.4}),

    ({"author": S, "book": S, "publisher": SN, "pages": I},
     "Salt and Cinders by Naomi Adeyemi is 412 pages long and came out with Larkspur Press.",
     {"author": "Naomi Adeyemi", "book": "Salt and Cinders",
      "publisher": "Larkspur Press", "pages": 412}),

    ({"task": S, "assignee": SN, "due": SN},
     "Someone needs to update the onboarding guide by Friday, but nobody has picked it up yet.",
     {"task": "update the onboarding guide", "assignee": None, "due": "Friday"}),

    ({"product": S, "rating": I, "recommend": B},
     "I gave the AeroBrew kettle 2 out of 5 stars because the lid broke within a week. I would not recommend it.",
     {"product": "AeroBrew kettle", "rating": 2, "recommend": False}),

    ({"language": {"type": "string", "enum": ["english", "french", "german", "spanish"]}},
     "Bonjour, je voudrais réserver une chambre pour deux nuits, s'il vous plaît.",
     {"language": "french"}),

    ({"home_team": S, "away_team": S, "home_score": I, "away_score": I},
     "The Dunmore Foxes beat the visiting Ashby Rovers 3 to 1 at home on Saturday.",
     {"home_team": "Dunmore Foxes", "away_team": "Ashby Rovers", "home_score": 3, "away_score": 1}),

    ({"planet": S, "moons": A, "distance_au": N},
     "Mars orbits about 1.52 AU from the Sun and has two moons, Phobos and Deimos.",
     {"planet": "Mars", "moons": ["Phobos", "Deimos"], "distance_au": 1.52}),

    ({"intent": {"type": "string", "enum": ["refund", "cancel_subscription", "change_address"]},
      "account_id": S},
     "Hello, I want to cancel my monthly subscription starting today. My account ID is AC-77120.",
     {"intent": "cancel_subscription", "account_id": "AC-77120"}),
]
