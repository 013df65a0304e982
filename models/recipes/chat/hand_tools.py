"""Tools and schemas as the documentation of SDKs shows them, written by hand and never trained on.

Greedy and without a grammar: what the model wants by itself.
"""
import json

from .export import render
from .hand_records import RECORDS
from .kit import CALL


def tool(name, description, properties, required=None):
    return {"type": "function", "function": {"name": name, "description": description, "parameters": {"type": "object", "properties": properties, "required": required or list(properties), "additionalProperties": False}}}


def text(about=None):
    return {"type": "string", "description": about} if about else {"type": "string"}


NUMBER = {"type": "number"}
WEATHER = tool("weather", "Get the weather in a location", {"location": text("The location to get the weather for")})
CURRENT = tool("get_current_weather", "Get the current weather in a given location", {"location": text("The city and state, e.g. San Francisco, CA"), "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}, ["location"])
DELIVERY = tool("get_delivery_date", "Get the delivery date for a customer's order. Call this whenever you need to know the delivery date, for example when a customer asks 'Where is my package'", {"order_id": text("The customer's order ID.")})
MULTIPLY = tool("multiply", "Multiply two numbers.", {"a": {"type": "integer", "description": "first int"}, "b": {"type": "integer", "description": "second int"}})
ADD = tool("add", "Add two numbers together", {"a": NUMBER, "b": NUMBER})
SUM = tool("sum", "Sum up two numbers and returns the result", {"a": {"type": "number", "description": "the first number"}, "b": {"type": "number", "description": "the second number"}})
HOROSCOPE = tool("get_horoscope", "Get today's horoscope for an astrological sign.", {"sign": text("An astrological sign like Taurus or Aquarius")})
EMAIL = tool("send_email", "Send an email to a given recipient with a subject and message.", {"to": text("The recipient email address."), "subject": text("Email subject line."), "body": text("Body of the email message.")})
STOCK = tool("get_stock_price", "Get the current stock price", {"ticker": text("Stock ticker symbol")})
SEARCH = tool("search", "Search for information on the web", {"query": text("The search query")})
TIME = tool("get_current_time", "Get the current time in a given timezone or city", {"city": text()})
USER = tool("getGithubUser", "Provides publicly available information about someone with a GitHub account.", {"username": text("The handle for the GitHub user account.")})
LIGHT = tool("set_light", "Turn a light on or off", {"room": text("The room"), "on": {"type": "boolean"}})
CALLS = [  # tools, user turn, wanted name and arguments, or None where nothing fits
    ([WEATHER], "What is the weather in San Francisco?", ("weather", {"location": "San Francisco"})), ([CURRENT], "What's the weather like in Boston today?", ("get_current_weather", {"location": "Boston"})),
    ([CURRENT, STOCK], "What is the weather like in Paris in celsius?", ("get_current_weather", {"location": "Paris", "unit": "celsius"})), ([WEATHER, ADD, SEARCH], "How warm is it in London?", ("weather", {"location": "London"})),
    ([DELIVERY], "Hi, can you tell me the delivery date for my order? It is order_12345.", ("get_delivery_date", {"order_id": "order_12345"})), ([MULTIPLY, ADD], "What is 3 * 12?", ("multiply", {"a": 3, "b": 12})),
    ([ADD, MULTIPLY], "What is 11 + 49?", ("add", {"a": 11, "b": 49})), ([SUM], "What is 123123123 + 10343030?", ("sum", {"a": 123123123, "b": 10343030})), ([SUM, WEATHER], "Can you add 7 and 5 for me?", ("sum", {"a": 7, "b": 5})),
    ([HOROSCOPE], "What is my horoscope? I am an Aquarius.", ("get_horoscope", {"sign": "Aquarius"})), ([EMAIL], "Send an email to ilan@example.com with the subject \"Lunch\" and the body \"See you at noon\".", ("send_email", {"to": "ilan@example.com", "subject": "Lunch", "body": "See you at noon"})),
    ([STOCK, WEATHER], "What's the stock price of AAPL?", ("get_stock_price", {"ticker": "AAPL"})), ([SEARCH, ADD], "Search the web for rust vector databases", ("search", {"query": "rust vector databases"})), ([TIME, WEATHER], "What time is it in Tokyo?", ("get_current_time", {"city": "Tokyo"})),
    ([USER], "Look up the GitHub user octocat", ("getGithubUser", {"username": "octocat"})), ([LIGHT, WEATHER], "Turn on the light in the kitchen", ("set_light", {"room": "kitchen", "on": True})), ([LIGHT], "Please switch off the bedroom light", ("set_light", {"room": "bedroom", "on": False})),
    ([WEATHER, ADD], "Hello!", None), ([WEATHER], "My name is Ada.", None), ([ADD, MULTIPLY], "Send a fax to my aunt.", None), ([WEATHER], "Thanks, that's all.", None), ([STOCK], "Book a table for two in Rome.", None),
]


def object_of(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def prompts():
    """[(rendered prompt, wanted text or None for any text without a call, what was asked)]"""
    made = []
    for tools, said, wanted in CALLS:
        want = CALL + json.dumps({"name": wanted[0], "arguments": wanted[1]}, separators=(",", ":"), ensure_ascii=False) if wanted else None
        made.append((render([{"role": "user", "content": said}], tools), want, said))
    for properties, said, wanted in RECORDS:
        made.append((render([{"role": "user", "content": said}], None, object_of(**properties)), json.dumps(wanted, separators=(",", ":"), ensure_ascii=False), said))
    return made
