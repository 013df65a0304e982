"""The OpenAI SDK and LangChain's Cloudflare package, chatting. What is said is the model's business; that it parses
and fits is ours."""

from typing import Literal

import cloudflare
import openai
import pytest
from langchain_cloudflare import ChatCloudflareWorkersAI
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

LLAMA = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
GEMMA = "@cf/google/gemma-4-26b-a4b-it"
GPT_OSS = "@cf/openai/gpt-oss-20b"
MODELS = pytest.mark.parametrize("model", [LLAMA, GEMMA])
MESSAGES = [{"role": "user", "content": "What is the weather in Oslo?"}]


class City(BaseModel):
    """The weather of a city."""

    city: Literal["Oslo", "Rome"]


class Weather(BaseModel):
    city: Literal["Oslo", "Rome"]
    warm: bool


@pytest.fixture
def client(emulator, account):
    return openai.OpenAI(api_key="local", base_url=f"{emulator.api}/accounts/{account}/ai/v1", max_retries=0)


@MODELS
def test_chats_whole_and_streamed(client, model):
    params = {"model": model, "messages": MESSAGES, "temperature": 0, "max_tokens": 20}
    whole = client.chat.completions.create(**params)
    pieces = client.chat.completions.create(**params, stream=True, stream_options={"include_usage": True})
    chunks = list(pieces)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


@MODELS
def test_tools(client, model):
    tool = openai.pydantic_function_tool(City)
    params = {"model": model, "tools": [tool], "max_tokens": 100, "parallel_tool_calls": False}
    first = client.chat.completions.create(**params, messages=MESSAGES, tool_choice="required")
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    for call in message.tool_calls:
        City.model_validate_json(call.function.arguments)
    results = [{"role": "tool", "tool_call_id": call.id, "content": "7 degrees"} for call in message.tool_calls]
    history = [*MESSAGES, message.model_dump(exclude_none=True), *results]
    assert client.chat.completions.create(**params, messages=history).usage.prompt_tokens > first.usage.prompt_tokens
    with client.chat.completions.stream(**params, messages=MESSAGES, tool_choice="required") as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    for call in final.choices[0].message.tool_calls:
        City.model_validate_json(call.function.arguments)


@MODELS
def test_structured_outputs(client, model):
    answer = client.chat.completions.parse(
        model=model, messages=MESSAGES, response_format=Weather, max_tokens=100, temperature=2
    )
    assert isinstance(answer.choices[0].message.parsed, Weather)


def test_responses(client):
    response = client.responses.create(model=GPT_OSS, input="hello", max_output_tokens=10, temperature=0)
    assert response.object == "response" and isinstance(response.output_text, str)
    parsed = client.responses.parse(model=GPT_OSS, input="Weather?", text_format=Weather, max_output_tokens=100)
    assert isinstance(parsed.output_parsed, Weather)
    with client.responses.stream(model=GPT_OSS, input="hello", max_output_tokens=10, temperature=0) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created" and final.output_text == response.output_text


def test_choices_and_log_probabilities(client):
    answer = client.chat.completions.create(
        model=GEMMA, messages=MESSAGES, n=2, logprobs=True, top_logprobs=2, max_tokens=4, seed=1
    )
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert all(len(token.top_logprobs) == 2 for token in answer.choices[0].logprobs.content)


def test_refusals_are_the_sdks_own(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model=GEMMA, messages=MESSAGES, tool_choice="any", tools=[])
    assert refused.value.status_code == 400


def test_the_official_sdk_runs(emulator, account):
    client = cloudflare.Cloudflare(api_token="local", base_url=emulator.api, max_retries=0)
    result = client.ai.run(LLAMA, account_id=account, messages=MESSAGES, max_tokens=5)
    assert result["usage"]["completion_tokens"] <= 5


@pytest.fixture
def chat(emulator, account):
    def make(model, **extra):
        return ChatCloudflareWorkersAI(
            account_id=account, api_token="local", model=model, base_url=emulator.api, max_tokens=100, **extra
        )

    return make


@MODELS
def test_langchain_chats_and_streams(chat, model):
    messages = [SystemMessage("Be brief."), HumanMessage("hello")]
    assert isinstance(chat(model).invoke(messages).content, str)
    assert "".join(str(chunk.content) for chunk in chat(model).stream(messages))


@MODELS
def test_langchain_calls_tools(chat, model):
    bound = chat(model).bind_tools([City], tool_choice="any" if model == LLAMA else "City")
    answer = bound.invoke([HumanMessage("What is the weather in Oslo?")])
    for call in answer.tool_calls:
        City.model_validate(call["args"])
    results = [ToolMessage("7 degrees", tool_call_id=call["id"]) for call in answer.tool_calls]
    chat(model).bind_tools([City]).invoke([HumanMessage("Weather?"), answer, *results])


# gpt-oss is the family that this package sends a schema for. Others get JSON in general with the schema in the prompt,
# or a tool that they need not call: what they say then is not certain.
def test_langchain_structured_output(chat):
    answer = chat(GPT_OSS).with_structured_output(Weather, method="json_schema").invoke("What is the weather in Oslo?")
    assert isinstance(answer, Weather)


def test_the_official_sdk_classifies(emulator, account):
    client = cloudflare.Cloudflare(api_token="local", base_url=emulator.api, max_retries=0)
    rows = client.ai.run("@cf/huggingface/distilbert-sst-2-int8", account_id=account, text="I love this wonderful film!")
    scores = {row.label: row.score for row in rows}
    assert scores["POSITIVE"] > scores["NEGATIVE"]
