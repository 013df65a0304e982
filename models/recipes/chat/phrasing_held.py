"""Test wordings, written from the description of each capability alone and never trained on."""

SMALL = {
    "greet": ["Hi, good to be here", "Morning!", "hello my friend", "Good evening to you", "heya", "Well hello", "hey, what a pleasure"],
    "mood": ["Everything alright with you?", "how's life?", "Are you having a good day?", "how is your day so far?", "You doing ok?", "What's the mood today?"],
    "thanks": ["Thanks, you've been great", "much obliged", "I am grateful for your support", "wow thanks mate", "Thank you kindly", "that solved it, thank you"],
    "bye": ["I'm off now, bye", "OK goodbye then", "Until next time", "see you around", "That would be it, thanks, bye", "I am leaving"],
    "who": ["Could you introduce yourself?", "Who is this?", "am I speaking with a machine?", "What should I call you?", "tell me who you are", "so what exactly are you"],
    "skills": ["In what ways can you be useful?", "what tasks do you support?", "I could use a hand", "Show me what you can do", "What is it that you do?", "how could you be of help"],
    "joke": ["I'd love a joke", "Entertain me with a joke", "do you have something funny to say?", "One joke, please", "Give me your best joke"],
    "sad": ["I've been crying all day", "Nothing is working out for me", "I'm feeling really low", "what an awful morning", "My week has been miserable"],
    "glad": ["I'm over the moon", "Best day ever!", "that made me really happy", "What great news", "I feel wonderful this morning"],
}
OPEN_QUESTIONS = ["Who was the first person on the moon?", "What's the tallest building in <city>?", "Can you write me a limerick about a <thing>?",
                  "How many people live in <city>?", "give me the history of the <thing>", "Why do cats purr?", "What does <name> do for a living?",
                  "I want a program that adds two numbers", "When did <city> become a city?", "Is a <thing> a fruit?", "Please draft an essay on the <thing>"]
PERSONAS = ["You are a courteous aide.", "Respond helpfully.", "You are the help desk of <org>.", "Speak plainly and be nice.", "You're an assistant for shoppers."]
TELL_NAME = ["Hi there, the name's <v>.", "You may know me as <v>.", "I was given the name <v>.", "Everyone knows me as <v>", "Greetings! <v> is what I'm called.",
             "I introduce myself as <v>.", "hey it is <v> speaking", "Nice to meet you, I'm <v>."]
ASK_NAME = ["Can you tell me what I'm called?", "Do you still know my name?", "Which name did I introduce myself with?", "Remind me, what's my name?",
            "What do you call me?", "Could you repeat my name back to me?", "so who is talking to you?", "Have you kept my name in mind? What is it?"]
FACTS = {
    "home": (["These days I'm based in <v>.", "I settled in <v>.", "I've got a place in <v>"], ["What's my place of residence?", "In what town am I based?", "Could you say which city I live in?"]),
    "birthplace": (["I first saw the light of day in <v>.", "Originally I'm from <v>.", "My family raised me in <v>."], ["What place do I originally come from?", "Where's my origin?", "Which town is my birthplace?"]),
    "job": (["By trade I'm a <v>.", "For work, I'm a <v>.", "They pay me to be a <v>."], ["Which profession do I have?", "What's my line of work?", "Could you remind me what I work as?"]),
    "age": (["This year I became <v> years old.", "I've reached the age of <v>.", "Age: <v>"], ["Can you tell my age?", "How many years old am I?", "What age am I?"]),
    "like": (["What I enjoy most is <v>.", "I'm a big fan of <v>.", "Nothing beats <v> for me."], ["Name the thing I enjoy.", "What's my favourite pastime?", "What am I a fan of?"]),
    "pet": (["At home there's my pet <v>.", "My animal goes by <v>.", "We named our pet <v>."], ["What did I name my pet?", "Say the name of my animal.", "My pet's name, please?"]),
    "employer": (["I'm on the payroll of <v>.", "<v> pays my salary.", "These days I'm with <v>, it's my employer."], ["Whose employee am I?", "What's the name of my company?", "For whom do I work?"]),
}
TELL_ATTR = ["Let it be known that my <a> is <v>.", "The <a> I have is <v>.", "About my <a>: that would be <v>.", "You might want to remember my <a>, which is <v>.",
             "I should mention my <a> is <v>.", "Here is my <a>: <v>", "Put down <v> as my <a>."]
ASK_ATTR = ["Would you tell me what my <a> is?", "Can you look up my <a>?", "I'd like to know my <a>.", "What did I mention as my <a>?", "Let me hear my <a>.",
            "Which one is my <a>?", "Any idea what my <a> was?", "Recall my <a> for me."]
CORRECT = ["I made a mistake, my <a> is in fact <v>.", "Scratch that, my <a> is <v>.", "Please change my <a> to <v>.", "Let me fix that: my <a> is <v>."]
