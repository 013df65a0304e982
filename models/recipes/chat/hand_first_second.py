"""A second hundred of what developers type first, by another writer who saw nothing of the first or of what is trained on: see first.py."""


def S(text):
    return {'role': 'system', 'content': text}


def U(text):
    return {'role': 'user', 'content': text}


def A(text):
    return {'role': 'assistant', 'content': text}


def fn(name, description, properties=None, required=None):
    properties = properties or {}
    return {
        'name': name,
        'description': description,
        'parameters': {
            'type': 'object',
            'properties': properties,
            'required': list(properties) if required is None else required,
        },
    }


def obj(**properties):
    return {
        'type': 'object',
        'properties': properties,
        'required': list(properties),
        'additionalProperties': False,
    }


STR = {'type': 'string'}
INT = {'type': 'integer'}
NUM = {'type': 'number'}
BOOL = {'type': 'boolean'}
STRS = {'type': 'array', 'items': {'type': 'string'}}

CASES = []


def case(kind, messages, want, never=(), tools=None, schema=None, lines=None):
    entry = dict(kind=kind, messages=messages, tools=tools, schema=schema,
                 want=want, never=list(never))
    if lines is not None:
        entry['lines'] = lines
    CASES.append(entry)


# ---------------------------------------------------------------- memory (10)
case('memory', [
    U('hi! my name is Priya'),
    A('Hello Priya! How can I help you today?'),
    U("what's my name?"),
], ['Priya'])
case('memory', [
    S('You are a helpful assistant.'),
    U('Hi, I\'m Bob and I live in Lisbon.'),
    A('Nice to meet you, Bob! Lisbon is a lovely place to live.'),
    U('Which city do I live in?'),
], ['Lisbon'])
case('memory', [
    U('My favorite color is teal. Please remember that.'),
    A('Got it, I will remember that your favorite color is teal.'),
    U('Thanks. Tell me, do you like music?'),
    A("I'm an AI, so I don't listen to music, but I'm happy to chat about it."),
    U('What is my favorite color?'),
], ['teal'])
case('memory', [
    S('You are a friendly chatbot with memory.'),
    U('I have a cat named Biscuit and a dog named Rolo.'),
    A('Biscuit and Rolo sound adorable!'),
    U('What is the name of my dog?'),
], ['Rolo'], ['Biscuit'])
case('memory', [
    U('remember the number 4817'),
    A('Sure, I have noted the number 4817.'),
    U('which number did I ask you to remember?'),
], ['4817'])
case('memory', [
    S('The following is a friendly conversation between a human and an AI.'),
    U("Hey there, I'm Marek. I work as a welder."),
    A('Hi Marek! Welding is skilled work. What can I do for you?'),
    U('Do you remember what my job is?'),
], ['welder'])
case('memory', [
    U('Hello, this is Fatima calling from Nordlys Shipping.'),
    A('Hello Fatima, thank you for reaching out. What do you need?'),
    U('My order number is KX-2093.'),
    A('Thank you. I have your order number.'),
    U('Can you repeat my order number please'),
], ['KX-2093'])
case('memory', [
    S('You are a travel assistant. Keep answers short.'),
    U("I'm planning a trip to Oslo in March with my sister."),
    A('Great! A trip to Oslo in March sounds fun.'),
    U('In which month am I travelling?'),
], ['March'])
case('memory', [
    U('I am 34 years old and my birthday is on June 9.'),
    A('Thanks for telling me.'),
    U('How old am I?'),
], ['34'])
case('memory', [
    U('Let me introduce myself: I am Diego, I play the cello.'),
    A('Pleasure to meet you, Diego!'),
    U('ok'),
    A('Is there anything I can help you with?'),
    U('Which instrument did I say I play?'),
], ['cello'])

# --------------------------------------------------------------- context (16)
case('context', [
    S('Answer the question based only on the following context:\n\n'
      'Harrison worked at Kensho. Lucy worked at Brightwater Labs.'),
    U('Where did Harrison work?'),
], ['Kensho'], ['Brightwater'])
case('context', [
    U('Use the following pieces of context to answer the question at the end.\n\n'
      'The Tamarind Hotel has 84 rooms. Check-in starts at 3 pm. '
      'Check-out is until 11 am. Breakfast is served in the garden.\n\n'
      'Question: When does check-in start?\nHelpful Answer:'),
], ['3 pm'], ['11 am'])
case('context', [
    S('You are a support bot for Fernline. Use this knowledge base:\n'
      '- The Basic plan costs $9 per month.\n'
      '- The Team plan costs $29 per month.\n'
      '- Support answers emails within two days.'),
    U('How much is the Team plan?'),
], ['$29'], ['$9'])
case('context', [
    U('<context>\nThe Velmora bridge was opened in 1931. It was designed by '
      'Ingrid Solheim. In 1978 the bridge was painted green.\n</context>\n\n'
      '<question>Who designed the Velmora bridge?</question>'),
], ['Ingrid Solheim'], ['1978'])
case('context', [
    S('You are an assistant for question-answering tasks. Use the following '
      'pieces of retrieved context to answer the question. Keep the answer concise.\n\n'
      '[1] Returns are accepted within 30 days of delivery.\n'
      '[2] Refunds are paid within 5 business days.\n'
      '[3] Gift cards cannot be returned.'),
    U('how long do I have to return an item?'),
], ['30 days'], ['5 business'])
case('context', [
    U('Context: Omar keeps the spare keys in the blue drawer. '
      'The invoices are in the grey cabinet.\n'
      'Q: Where are the invoices?\nA:'),
], ['grey cabinet'], ['blue drawer'])
case('context', [
    S('Answer using the documents below.\n\n'
      'Document 1 (handbook.md): Employees get 26 vacation days a year.\n'
      'Document 2 (office.md): The office is closed on Sundays.\n'
      'Document 3 (it.md): New laptops are ordered from the IT desk on floor 2.'),
    U('How many vacation days do employees get?'),
], ['26'], ['floor 2'])
case('context', [
    U('Here is some information about our team:\n\n'
      'Name: Akiko Mori, Role: designer\n'
      'Name: Paul Behrens, Role: accountant\n'
      'Name: Nia Okafor, Role: data engineer\n\n'
      'What is the role of Paul Behrens?'),
], ['accountant'], ['designer'])
case('context', [
    U('Who won the cup in 2019?\n\n---\nThe Larkfield Cup is held every year. '
      'In 2018 the cup was won by the Harbour Foxes. In 2019 the cup was won by '
      'the Stone Otters.\n---'),
], ['Stone Otters'], ['Harbour Foxes'])
case('context', [
    S('Context:\n"""\nThe Zephyr 4 drone weighs 720 grams. Its battery lasts '
      '38 minutes. The drone is made in Estonia.\n"""\n\n'
      'Answer the user from the context only.'),
    U('How long does the battery last?'),
], ['38 minutes'], ['720'])
case('context', [
    S('You are a helpful assistant that answers questions about the weather report below.\n\n'
      'Weather report: Monday will be sunny. Tuesday will be foggy. Wednesday will be windy.'),
    U('What will the weather be on Tuesday?'),
], ['foggy'], ['windy'])
case('context', [
    U('Given the context information and not prior knowledge, answer the query.\n'
      '---------------------\n'
      'The library of Brenford is on Mill Street. The museum of Brenford is on '
      'Castle Road. Both are free to visit.\n'
      '---------------------\n'
      'Query: On which street is the museum of Brenford?\n'
      'Answer: '),
], ['Castle Road'], ['Mill Street'])
case('context', [
    S('Facts:\n* Alice has a red bicycle.\n* Tom has a yellow scooter.\n* Wen has a white van.'),
    U('what does Tom have'),
], ['yellow scooter'], ['van'])
case('context', [
    U('Read the passage and answer the question.\n\nPassage: Elena Petrova founded '
      'Quillstone in 2006. The firm makes paper for artists. Its head office is '
      'in Ghent, and its mill is in Turku.\n\nQuestion: What does the firm make?'),
], ['paper'], ['Turku'])
case('context', [
    S('You answer customer questions. Context: {"product": "Aria desk lamp", '
      '"price": "45 EUR", "warranty": "3 years", "shipping": "2 days"}'),
    U('How long is the warranty?'),
], ['3 years'], ['2 days'])
case('context', [
    S('You are a chat assistant for the town of Halvik.'),
    U('CONTEXT:\nThe swimming pool opens at 7:30. The ice rink opens at 10:00. '
      'Tickets are sold at the town hall.\n\nQUESTION:\nWhere are tickets sold?'),
], ['town hall'], ['10:00'])

# ---------------------------------------------------------------- silent (10)
case('silent', [
    S('Answer the question based only on the following context:\n\n'
      'Harrison worked at Kensho. He likes bears.'),
    U('Where did Harrison go to school?'),
], ['does not say'], ['Kensho'])
case('silent', [
    U('Context: The Orrin tower is 212 metres tall. It was built in 1964.\n\n'
      'Question: Who is the architect of the Orrin tower?'),
], ['does not say'], ['1964'])
case('silent', [
    S('You are a support bot. Use only this knowledge base:\n'
      '- Orders ship from Rotterdam.\n- Orders over 50 euros ship for free.\n'
      "If the answer is not in the knowledge base, say you don't know."),
    U('What is the phone number of your support team?'),
], ['does not say'], ['Rotterdam'])
case('silent', [
    U('<context>\nMaya bought a tent and two lanterns. She paid by card.\n</context>\n'
      'How much did the tent cost?'),
], ['does not say'], ['by card'])
case('silent', [
    S('You are an assistant for question-answering tasks. Use the following '
      'pieces of retrieved context to answer the question.\n\n'
      'The Pinecrest Clinic is open from Monday to Friday. It has four doctors. '
      'The entrance is on Elm Lane.'),
    U('Does the clinic have a dentist?'),
], ['does not say'], ['Elm Lane'])
case('silent', [
    U('Use the text to answer.\n\nText: Captain Rusk sailed the Meridian from Cork '
      'to Halifax. The voyage took 19 days.\n\nWhat was the cargo of the Meridian?'),
], ['does not say'], ['19 days'])
case('silent', [
    S('Context:\nTeam: Joanna (backend), Sven (mobile), Ling (design)'),
    U("What is Sven's email address?"),
], ['does not say'], ['backend'])
case('silent', [
    U('[doc 1] The cafe sells soup and bread.\n[doc 2] The cafe closes at 6 pm.\n\n'
      'question: who owns the cafe?'),
], ['does not say'], ['6 pm'])
case('silent', [
    S('Answer only from the provided documents.\n\nDocument: The Solis phone has a '
      '6.1 inch screen and comes in black and silver.'),
    U('How much does the Solis phone cost?'),
], ['does not say'], ['silver'])
case('silent', [
    U('Given the context information and not prior knowledge, answer the query.\n'
      '---------------------\n'
      'Ruth moved to Dunmore in 2011. She teaches history.\n'
      '---------------------\n'
      'Query: What is the name of Ruth\'s husband?\nAnswer:'),
], ['does not say'], ['2011'])

# ------------------------------------------------------------------ json (14)
case('json', [
    S('Extract the event information.'),
    U('Alice and Bob are going to a science fair on Friday.'),
], {'name': 'science fair', 'day': 'Friday', 'participants': ['Alice', 'Bob']},
    schema=obj(name=STR, day=STR, participants=STRS))
case('json', [
    U('Extract the user: Jason is 25 years old'),
], {'name': 'Jason', 'age': 25}, schema=obj(name=STR, age=INT))
case('json', [
    S('You extract structured data from text. Return JSON.'),
    U('Please contact Helen Vogt at helen.vogt@example.com about the lease.'),
], {'name': 'Helen Vogt', 'email': 'helen.vogt@example.com'},
    schema=obj(name=STR, email=STR))
case('json', [
    U('Invoice INV-5521 from Tollgate Supplies, total 318.40 EUR.'),
], {'invoice_number': 'INV-5521', 'vendor': 'Tollgate Supplies', 'total': 318.40,
    'currency': 'EUR'},
    schema=obj(invoice_number=STR, vendor=STR, total=NUM,
               currency={'type': 'string', 'enum': ['USD', 'EUR', 'GBP']}))
case('json', [
    U('I want to order 3 boxes of green tea to Bristol.'),
], {'product': 'green tea', 'quantity': 3, 'city': 'Bristol'},
    schema=obj(product=STR, quantity=INT, city=STR))
case('json', [
    S('Parse the ticket.'),
    U('The printer on floor 4 is broken. Priority: high.'),
], {'device': 'printer', 'floor': 4, 'priority': 'high'},
    schema=obj(device=STR, floor=INT,
               priority={'type': 'string', 'enum': ['low', 'medium', 'high']}))
case('json', [
    U('Recipe ingredients: flour, butter, sugar. List the ingredients as JSON.'),
], {'ingredients': ['flour', 'butter', 'sugar']}, schema=obj(ingredients=STRS))
case('json', [
    S('Extract the flight details from the message.'),
    U('flight BT417 from Riga to Munich at 14:20'),
], {'flight': 'BT417', 'origin': 'Riga', 'destination': 'Munich', 'time': '14:20'},
    schema=obj(flight=STR, origin=STR, destination=STR, time=STR))
case('json', [
    U('Text: "Dr. Samuel Adeyemi, a surgeon, lives in Accra."\n\n'
      'Return the job and the city as JSON.'),
], {'job': 'surgeon', 'city': 'Accra'}, schema=obj(job=STR, city=STR))
case('json', [
    S('You are a data extraction engine.'),
    U('The Northwind jacket costs 89.95 dollars and it is in stock.'),
], {'product': 'Northwind jacket', 'price': 89.95, 'in_stock': True},
    schema=obj(product=STR, price=NUM, in_stock=BOOL))
case('json', [
    U('Book review: "The Salt Road" by Carla Mendes. I give it 4 stars.'),
], {'title': 'The Salt Road', 'author': 'Carla Mendes', 'stars': 4},
    schema=obj(title=STR, author=STR, stars=INT))
case('json', [
    U('My name is Tomasz Zielinski, I was born in 1990 and I am from Gdynia. '
      'Extract my details.'),
], {'name': 'Tomasz Zielinski', 'birth_year': 1990, 'city': 'Gdynia'},
    schema=obj(name=STR, birth_year=INT, city=STR))
case('json', [
    S('Extract the meeting.'),
    U('Meeting about the budget on Thursday at 9:45 in room Cedar'),
], {'topic': 'budget', 'day': 'Thursday', 'time': '9:45', 'room': 'Cedar'},
    schema=obj(topic=STR,
               day={'type': 'string', 'enum': ['Monday', 'Tuesday', 'Wednesday',
                                               'Thursday', 'Friday']},
               time=STR, room=STR))
case('json', [
    U('Send the parcel to 18 Orchard Street, Cardiff, postcode CF10 2AB.'),
], {'street': '18 Orchard Street', 'city': 'Cardiff', 'postcode': 'CF10 2AB'},
    schema=obj(street=STR, city=STR, postcode=STR))

# ------------------------------------------------------------------ tool (16)
WEATHER = fn('get_weather', 'Get the current weather for a location.',
             {'location': {'type': 'string', 'description': 'The city'}})
TIME = fn('get_current_time', 'Get the current time.')
ADD = fn('add', 'Add two numbers.', {'a': {'type': 'number'}, 'b': {'type': 'number'}})
MULTIPLY = fn('multiply', 'Multiply two numbers.',
              {'a': {'type': 'integer', 'description': 'First integer'},
               'b': {'type': 'integer', 'description': 'Second integer'}})
STOCK = fn('get_stock_price', 'Get the current stock price of a company.',
           {'symbol': {'type': 'string', 'description': 'The ticker symbol'}})
EMAIL = fn('send_email', 'Send an email to a recipient.',
           {'to': {'type': 'string', 'description': 'The email address'},
            'subject': {'type': 'string'}, 'body': {'type': 'string'}})

case('tool', [U("What's the weather like in Tokyo?")],
     {'name': 'get_weather', 'arguments': {'location': 'Tokyo'}}, tools=[WEATHER])
case('tool', [S('You are a helpful assistant.'), U('What time is it now?')],
     {'name': 'get_current_time', 'arguments': {}}, tools=[WEATHER, TIME])
case('tool', [U('What is 12 times 7?')],
     {'name': 'multiply', 'arguments': {'a': 12, 'b': 7}}, tools=[ADD, MULTIPLY])
case('tool', [U('add 41 and 2.5')],
     {'name': 'add', 'arguments': {'a': 41, 'b': 2.5}}, tools=[ADD, MULTIPLY])
case('tool', [U('Weather in Nairobi in celsius please')],
     {'name': 'weather', 'arguments': {'city': 'Nairobi', 'unit': 'celsius'}},
     tools=[fn('weather', 'Get the weather in a city',
               {'city': STR,
                'unit': {'type': 'string', 'enum': ['celsius', 'fahrenheit']}})])
case('tool', [S('You are a customer support assistant. Use the supplied tools to assist the user.'),
              U('Hi, can you tell me when my order arrives? The order id is ord_7719.')],
     {'name': 'get_delivery_date', 'arguments': {'order_id': 'ord_7719'}},
     tools=[fn('get_delivery_date',
               "Get the delivery date for a customer's order. Call this whenever you "
               'need to know the delivery date.',
               {'order_id': {'type': 'string', 'description': "The customer's order ID."}})])
case('tool', [U('Send an email to nina@example.org with the subject "Lunch" and the body "See you at noon".')],
     {'name': 'send_email', 'arguments': {'to': 'nina@example.org', 'subject': 'Lunch',
                                          'body': 'See you at noon'}},
     tools=[EMAIL, TIME])
case('tool', [U('price of NVDA?')],
     {'name': 'get_stock_price', 'arguments': {'symbol': 'NVDA'}},
     tools=[STOCK, WEATHER, TIME])
case('tool', [S('You control a smart home.'), U('Turn off all the lights.')],
     {'name': 'lights_off', 'arguments': {}},
     tools=[fn('lights_on', 'Turn on all lights.'), fn('lights_off', 'Turn off all lights.'),
            fn('set_thermostat', 'Set the temperature of the thermostat.',
               {'degrees': {'type': 'number'}})])
case('tool', [S('You control a smart home.'), U('Set the thermostat to 21 degrees')],
     {'name': 'set_thermostat', 'arguments': {'degrees': 21}},
     tools=[fn('play_music', 'Play a song.', {'song': STR}),
            fn('set_thermostat', 'Set the temperature of the thermostat.',
               {'degrees': {'type': 'number'}})])
case('tool', [U('Convert 250 USD to JPY')],
     {'name': 'convert_currency', 'arguments': {'amount': 250, 'from_currency': 'USD',
                                                'to_currency': 'JPY'}},
     tools=[fn('convert_currency', 'Convert an amount of money from one currency to another.',
               {'amount': {'type': 'number'}, 'from_currency': STR, 'to_currency': STR}),
            STOCK])
case('tool', [U('Hi'), A('Hello! How can I assist you?'),
              U('Book a table for 4 people at Osteria Blu on Saturday.')],
     {'name': 'book_table', 'arguments': {'restaurant': 'Osteria Blu', 'people': 4,
                                          'day': 'Saturday'}},
     tools=[fn('book_table', 'Book a table at a restaurant.',
               {'restaurant': STR, 'people': INT, 'day': STR}),
            fn('cancel_booking', 'Cancel a booking.', {'booking_id': STR})])
case('tool', [U('Please search the web for "vector databases".')],
     {'name': 'web_search', 'arguments': {'query': 'vector databases'}},
     tools=[fn('calculator', 'Evaluate a math expression.', {'expression': STR}),
            fn('web_search', 'Search the web.', {'query': STR})])
case('tool', [U('roll a die with 20 sides')],
     {'name': 'roll_dice', 'arguments': {'sides': 20}},
     tools=[fn('roll_dice', 'Roll a die with a number of sides.', {'sides': INT}),
            fn('flip_coin', 'Flip a coin.')])
case('tool', [S('You are a todo assistant.'), U('Show me all my tasks')],
     {'name': 'list_tasks', 'arguments': {}},
     tools=[fn('add_task', 'Add a task to the todo list.', {'title': STR}),
            fn('list_tasks', 'List all tasks.'),
            fn('delete_task', 'Delete a task.', {'task_id': INT})])
case('tool', [S('You are a todo assistant.'), U('delete task 6')],
     {'name': 'delete_task', 'arguments': {'task_id': 6}},
     tools=[fn('add_task', 'Add a task to the todo list.', {'title': STR}),
            fn('list_tasks', 'List all tasks.'),
            fn('delete_task', 'Delete a task.', {'task_id': INT}),
            fn('complete_task', 'Mark a task as done.', {'task_id': INT})])

# --------------------------------------------------------------- no_tool (8)
case('no_tool', [U('Hello!')], [], tools=[WEATHER])
case('no_tool', [
    U("What's the weather in Paris?"),
    A('It is 18 degrees and cloudy in Paris.'),
    U('great, thank you!'),
], [], tools=[WEATHER, TIME])
case('no_tool', [
    S('You are a helpful assistant with access to tools.'),
    U('hey, my name is Leon'),
    A('Hi Leon, what can I do for you?'),
    U('What is my name?'),
], ['Leon'], tools=[STOCK, EMAIL])
case('no_tool', [S('You are a helpful assistant.'), U('How are you today?')], [],
     tools=[ADD, MULTIPLY])
case('no_tool', [U('Book me a flight to Madrid.')], ['no tool'], tools=[WEATHER, TIME])
case('no_tool', [S('Use the supplied tools to assist the user.'),
                 U('Can you play some jazz?')], ['no tool'], tools=[STOCK])
case('no_tool', [U('Send a text message to my mother')], ['no tool'],
     tools=[ADD, MULTIPLY])
case('no_tool', [S('You are a todo assistant.'), U('Order a pizza for me please.')],
     ['no tool'],
     tools=[fn('add_task', 'Add a task to the todo list.', {'title': STR}),
            fn('list_tasks', 'List all tasks.')])

# ------------------------------------------------------------------ list (8)
case('list', [U('List 3 fruits.')], [], lines=3)
case('list', [S('You are a helpful assistant.'), U('Name five animals')], [], lines=5)
case('list', [U('give me 4 colors, one per line')], [], lines=4)
case('list', [S('Answer briefly.'), U('Can you list three musical instruments?')], [], lines=3)
case('list', [U('Please list 5 vegetables.')], [], lines=5)
case('list', [U('Count from 1 to 5.')], ['1, 2, 3, 4, 5'], ['6'])
case('list', [S('You are a test bot.'), U('count from 3 to 9')],
     ['3, 4, 5, 6, 7, 8, 9'], ['10'])
case('list', [U('Can you count from 11 to 14?')], ['11, 12, 13, 14'], ['15'])

# ----------------------------------------------------------------- label (8)
case('label', [
    S('Classify the sentiment of the text as positive, negative or neutral. Answer with one word.'),
    U('The food was delicious and the staff were wonderful.'),
], ['positive'], ['negative', 'neutral'])
case('label', [
    U('Classify the text into neutral, negative or positive.\n'
      'Text: The battery died after one day and nobody replied to my emails. Terrible.\nSentiment:'),
], ['negative'], ['positive', 'neutral'])
case('label', [
    U('Sentiment (positive/negative/neutral): "The package contains two cables and a manual."'),
], ['neutral'], ['positive', 'negative'])
case('label', [
    S('You are a classifier. Reply with exactly one label: billing, technical, shipping.'),
    U('I was charged twice on my credit card this month.'),
], ['billing'], ['technical', 'shipping'])
case('label', [
    U('What is the topic of this headline: sports, politics or technology?\n\n'
      '"Late goal sends the Rovers into the final match"'),
], ['sports'], ['politics', 'technology'])
case('label', [
    S('Route the message to one of these categories: refund, greeting, complaint.'),
    U('hello there, good morning'),
], ['greeting'], ['refund', 'complaint'])
case('label', [
    U('Is this email spam or ham? "You won a free prize! Click here to claim your money now!!!"'),
], ['spam'], ['ham'])
case('label', [
    U('Categories: travel, food, health\n\nText: We took the train to the coast and stayed '
      'in a small hotel.\n\nCategory:'),
], ['travel'], ['food', 'health'])

# -------------------------------------------------------------- outside (10)
case('outside', [U('What is the capital of France?')], ['do not know'])
case('outside', [S('You are a helpful assistant.'), U('Why is the sky blue?')], ['do not know'])
case('outside', [U('Write a haiku about recursion in programming.')], ['do not know'])
case('outside', [
    S('You are a helpful assistant that translates English to French.'),
    U('I love programming.'),
], ['do not know'])
case('outside', [U('write a python function that reverses a string')], ['do not know'])
case('outside', [U('Explain quantum computing in simple terms')], ['do not know'])
case('outside', [S('You are a math tutor.'), U('Solve 8x + 7 = -23')], ['do not know'])
case('outside', [U('Who won the world series in 2020?')], ['do not know'])
case('outside', [
    U('Hi'),
    A('Hello! How can I help you?'),
    U('Invent a new holiday and describe its traditions.'),
], ['do not know'])
case('outside', [S('You are a pirate. Always speak like a pirate.'),
                 U('Tell me how black holes are formed.')], ['do not know'])
