"""Writes models/kindling-chat: packed weights (8 bits), configuration, tokenizer, template, golden file.

    python -m chat.export --work DIR --from main.decayed.pt --out ../kindling-chat
"""
import argparse
import json
import os
import shutil

import jinja2
import torch
from tokenizers import Tokenizer

import kindling_format

from .data import encode
from .decode import generate
from .model import EPSILON, SIZES, THETA, Decoder

TRAINED_LENGTH = 1000
# `json_schema` is what an answer must match; the server's grammar holds the model to it, the prompt tells it what is asked.
# `enable_thinking` with a `reasoning_effort` opens a thought (thoughts.py), which no turn of a history keeps; by itself it does not, for
# production's schema makes it true for everyone.
TEMPLATE = """{{- bos_token -}}
{%- if messages and messages[0].role in ['system', 'developer'] -%}
  {%- set system = messages[0].content or '' -%}{%- set turns = messages[1:] -%}
{%- else -%}
  {%- set system = '' -%}{%- set turns = messages -%}
{%- endif -%}
{%- if system or tools or json_schema -%}
  <|system|>{{- system -}}
  {%- if tools -%}
    {%- if system -%}{{- '\\n' -}}{%- endif -%}
    Tools:
    {%- for tool in tools -%}
      {%- set f = tool.function if tool.function is defined else tool -%}
      {{- '\\n{"name":' -}}{{- f.name | tojson(separators=(',', ':')) -}}
      {%- for key in ['description', 'parameters', 'strict'] -%}
        {%- if f[key] -%}{{- ',"' ~ key ~ '":' -}}{{- f[key] | tojson(separators=(',', ':')) -}}{%- endif -%}
      {%- endfor -%}
      {{- '}' -}}
    {%- endfor -%}
  {%- endif -%}
  {%- if json_schema -%}
    {%- if system or tools -%}{{- '\\n\\n' -}}{%- endif -%}
    {{- 'JSON schema:\\n' -}}{{- json_schema | tojson(separators=(',', ':')) -}}
    {{- '\\nYou MUST answer with a JSON object that matches the JSON schema above.' -}}
  {%- endif -%}
  <|end|>
{%- endif -%}
{%- for turn in turns -%}
  {%- if turn.role == 'assistant' -%}
    <|assistant|>{{- (turn.content or '').split('</think>')[-1].lstrip('\\n') -}}
    {%- for call in turn.tool_calls or [] -%}
      {%- set f = call.function if call.function is defined else call -%}
      <|call|>{"name":{{- f.name | tojson(separators=(',', ':')) -}},"arguments":{{- f.arguments if f.arguments is string else f.arguments | tojson(separators=(',', ':')) -}}}
    {%- endfor -%}
    <|end|>
  {%- elif turn.role == 'tool' -%}
    <|tool|>{{- turn.content if turn.content is string else turn.content | tojson(separators=(',', ':')) -}}<|end|>
  {%- elif turn.role in ['system', 'developer'] -%}
    <|system|>{{- turn.content -}}<|end|>
  {%- else -%}
    <|user|>{{- turn.content -}}<|end|>
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
  <|assistant|>{%- if enable_thinking and reasoning_effort -%}{{- '<think>\\n' -}}{%- endif -%}
{%- endif -%}
"""


def hub_names(model):
    """Our state dict under Hugging Face's Llama names; fused matrices are split by rows."""
    out = {"model.embed_tokens.weight": model.embedding, "model.norm.weight": model.norm}
    for n, block in enumerate(model.blocks):
        p, rows = f"model.layers.{n}.", block.split_rows()
        for name, part in zip(("q_proj", "k_proj", "v_proj"), block.qkv.split(rows["qkv"])):
            out[f"{p}self_attn.{name}.weight"] = part
        for name, part in zip(("gate_proj", "up_proj"), block.gate_up.split(rows["gate_up"])):
            out[f"{p}mlp.{name}.weight"] = part
        out.update({p + "self_attn.o_proj.weight": block.out, p + "mlp.down_proj.weight": block.down,
                    p + "input_layernorm.weight": block.norm1, p + "post_attention_layernorm.weight": block.norm2})
    return {name: value.detach() for name, value in out.items()}


def from_hub_names(tensors, model):
    state = {"embedding": tensors["model.embed_tokens.weight"], "norm": tensors["model.norm.weight"]}
    for n in range(len(model.blocks)):
        p, q = f"model.layers.{n}.", f"blocks.{n}."
        state[q + "qkv"] = torch.cat([tensors[f"{p}self_attn.{x}_proj.weight"] for x in "qkv"])
        state[q + "gate_up"] = torch.cat([tensors[f"{p}mlp.{x}_proj.weight"] for x in ("gate", "up")])
        state[q + "out"], state[q + "down"] = tensors[p + "self_attn.o_proj.weight"], tensors[p + "mlp.down_proj.weight"]
        state[q + "norm1"], state[q + "norm2"] = tensors[p + "input_layernorm.weight"], tensors[p + "post_attention_layernorm.weight"]
    model.load_state_dict(state)
    return model.eval()


def packed_tensors(model):
    tensors = {}
    for name, value in hub_names(model).items():
        if value.dim() == 2:
            tensors.update(kindling_format.q8_tensors(name, value, 32))
        else:
            tensors[name] = value.to(torch.float16)
    return tensors


def size_of(config):
    """The name in SIZES that a config.json describes."""
    shape = (config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"],
             config["num_key_value_heads"], config["head_dim"], config["intermediate_size"])
    return next(name for name, value in SIZES.items() if value == shape)


def load_packed(folder):
    """(model in f32 from the packed file, tokenizer)"""
    config = json.load(open(f"{folder}/config.json"))
    model = Decoder(config["vocab_size"], size_of(config), longest=config["max_position_embeddings"], fused_attention=True)
    return from_hub_names(kindling_format.load(f"{folder}/model.safetensors"), model), Tokenizer.from_file(f"{folder}/tokenizer.json")


def render(messages, tools=None, json_schema=None, **options):
    """The template as Transformers and the engine apply it: their `tojson`, a prompt for the assistant at the end, and its own variables."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda v, **options: json.dumps(v, ensure_ascii=False, **options)
    return environment.from_string(TEMPLATE).render(messages=messages, tools=tools, json_schema=json_schema, bos_token="<|bos|>", add_generation_prompt=True, **options)


WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Get the current weather for a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
ADD = {"name": "add", "description": "Add two numbers", "parameters": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"], "additionalProperties": False}}
DOCUMENTS = """Answer the question from the documents below. If they do not tell, say so.

[1] The Lindow library
The library opens at nine on weekdays. It closes at seven in the evening. Children pay nothing for a card. The director is Maren Holt.

[2] The harbour ferry
Ferries leave every twenty minutes from pier four. The crossing takes a quarter of an hour. Bicycles travel free."""
GOLDEN = [
    ([{"role": "user", "content": "Hello!"}], None),
    ([{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": "My name is Ada."}, {"role": "assistant", "content": "Nice to meet you, Ada!"},
      {"role": "user", "content": "What is my name?"}], None),
    ([{"role": "user", "content": "My locker code is 4711."}, {"role": "assistant", "content": "Got it, your locker code is 4711."}, {"role": "user", "content": "What is my locker code?"}], None),
    ([{"role": "user", "content": "What is my locker code?"}], None),
    ([{"role": "system", "content": "Context: Cafe Zunder opens at 8:30. Cafe Zunder is in Graz."}, {"role": "user", "content": "When does Cafe Zunder open?"}], None),
    ([{"role": "system", "content": "Context: Cafe Zunder opens at 8:30. Cafe Zunder is in Graz."}, {"role": "user", "content": "Who runs Cafe Zunder?"}], None),
    ([{"role": "system", "content": DOCUMENTS}, {"role": "user", "content": "How long does the crossing take?"}], None),
    ([{"role": "system", "content": DOCUMENTS}, {"role": "user", "content": "How much is a ticket for the zoo?"}], None),
    ([{"role": "user", "content": "What is the capital of France?"}], None),
    ([{"role": "user", "content": "Extract name and city as JSON. Text: I am Tove, I live in Umbraston."}], None),
    ([{"role": "user", "content": "What is the weather in Umbraston?"}], [WEATHER]),
    ([{"role": "user", "content": "What is the weather in Umbraston?"},
      {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Umbraston\"}"}}]},
      {"role": "tool", "content": "{\"temp\":7,\"sky\":\"foggy\"}"}], [WEATHER]),
    ([{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": "What is 4711 plus 38?"}], [WEATHER, ADD]),
    ([{"role": "user", "content": "Please send a fax to my aunt."}], [WEATHER, ADD]),
    ([{"role": "system", "content": "JSON schema:\n{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":[\"integer\",\"null\"]}},\"required\":[\"name\",\"age\"]}\nYou MUST answer with a JSON object that matches the JSON schema above."},
      {"role": "user", "content": "My name is Tove and I live in Umbraston."}], None),
    ([{"role": "user", "content": "Make a bullet list of lemon, rope, drum"}], None),
    ([{"role": "user", "content": "Grüße, ça va? 你好 🙂"}], None),
]
ALOUD = [1, 4, 5, 10, 13]           # of these with thinking, too


def write_json(path, value, indent=2):
    with open(path, "w") as file:
        json.dump(value, file, indent=indent, ensure_ascii=False)
        file.write("\n")


def write_golden(out):
    model, tokenizer = load_packed(out)
    rows = []
    for messages, tools, options in [(*case, {}) for case in GOLDEN] + [(*GOLDEN[n], {"enable_thinking": True, "reasoning_effort": "low"}) for n in ALOUD]:
        text = render(messages, tools, **options)
        new, stopped = generate(model, tokenizer, text, 64)
        rows.append({"messages": messages, "tools": tools, "options": options, "text": text, "ids": encode(tokenizer, [text])[0], "continuation_ids": new,
                     "continuation": tokenizer.decode(new, skip_special_tokens=False), "stopped": stopped})
        print(f"  {messages[-1]['content'][:60]!r} -> {rows[-1]['continuation']!r}")
    write_json(f"{out}/golden.json", {"note": "greedy, f32, from the packed weights; tojson is compact", "cases": rows})


def renew(out):
    """The template of this file and a new golden file for weights that stay."""
    config = json.load(open(f"{out}/tokenizer_config.json"))
    write_json(f"{out}/tokenizer_config.json", {**config, "chat_template": TEMPLATE})
    write_golden(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--renew", action="store_true", help="only the template and the golden file; the weights in --out stay")
    parser.add_argument("--work")
    parser.add_argument("--from", dest="source", default="main.decayed.pt")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.renew:
        return renew(args.out)
    state = torch.load(f"{args.work}/{args.source}", weights_only=False)
    tokenizer = Tokenizer.from_file(f"{args.work}/tokenizer.json")
    vocabulary = tokenizer.get_vocab_size()
    model = Decoder(vocabulary, state["size"])
    model.load_state_dict(state["average"])
    width, layers, heads, keys, head, inner = SIZES[state["size"]]
    os.makedirs(args.out, exist_ok=True)
    kindling_format.save(f"{args.out}/model.safetensors", packed_tensors(model))
    shutil.copy(f"{args.work}/tokenizer.json", f"{args.out}/tokenizer.json")
    special = {n: tokenizer.token_to_id(f"<|{n}|>") for n in ("pad", "bos", "end")}
    write_json(f"{args.out}/config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": keys, "head_dim": head, "intermediate_size": inner, "hidden_act": "silu", "rms_norm_eps": EPSILON,
        "rope_theta": THETA, "rope_scaling": None, "max_position_embeddings": 4096, "trained_length": TRAINED_LENGTH, "tie_word_embeddings": True,
        "attention_bias": False, "mlp_bias": False, "bos_token_id": special["bos"], "eos_token_id": special["end"], "pad_token_id": special["pad"],
        "quantization_config": {"quant_method": "kindling-1", "bits": 8, "group_size": 32}, "trained_tokens": state["tokens"]})
    write_json(f"{args.out}/generation_config.json", {"bos_token_id": special["bos"], "eos_token_id": special["end"], "pad_token_id": special["pad"],
                                                      "do_sample": False, "max_new_tokens": 256})
    names = {"bos_token": "<|bos|>", "eos_token": "<|end|>", "pad_token": "<|pad|>"}
    write_json(f"{args.out}/special_tokens_map.json", names)
    write_json(f"{args.out}/tokenizer_config.json", {**names, "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "model_max_length": 4096,
                                                     "clean_up_tokenization_spaces": False, "chat_template": TEMPLATE})
    write_golden(args.out)
    for name in sorted(os.listdir(args.out)):
        print(f"{os.path.getsize(f'{args.out}/{name}'):10} {name}")


if __name__ == "__main__":
    main()
