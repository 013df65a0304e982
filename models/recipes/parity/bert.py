"""Records tests/parity/bert: a tiny random BertModel, and what `transformers` computes with it.

Every norm and bias is perturbed, so that one that is forgotten or taken for another shows. The sizes are odd on
purpose: no width is a multiple of a vector register's, and heads are 12 wide.

    python -m venv .venv && .venv/bin/pip install -r models/recipes/parity/requirements.txt
    .venv/bin/python models/recipes/parity/bert.py
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

SEED = 20261123
LENGTHS = [1, 2, 7, 40, 13, 31]
OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity" / "bert"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = "the a of to and in rain sun falls rises on roof house garden over old new stone river cat dog sleeps runs".split()


def tokenizer(size):
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    pieces = SPECIAL + WORDS + [x for x in letters if x not in WORDS] + ["##" + x for x in letters] + [".", ",", "?"]
    vocab = {piece: index for index, piece in enumerate(pieces)}
    assert len(vocab) == len(pieces) <= size
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(SPECIAL)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])]
    )
    return made


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    config = BertConfig(
        vocab_size=120,
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=100,
        max_position_embeddings=40,
        type_vocab_size=2,
        hidden_act="gelu",
        layer_norm_eps=1e-12,
        attn_implementation="eager",
    )
    model = BertModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
            elif "LayerNorm.weight" in name:
                parameter.normal_(1, 0.2)
            else:
                # Ten times the usual deviation, so that attention is far from uniform.
                parameter.normal_(0, 0.2)
        expected = {}
        for index, length in enumerate(LENGTHS):
            ids = torch.randint(0, config.vocab_size, (1, length))
            hidden = model(input_ids=ids).last_hidden_state[0]
            expected[f"{index}.ids"] = ids[0].to(torch.int64)
            expected[f"{index}.hidden"] = hidden.contiguous()
            expected[f"{index}.mean"] = torch.nn.functional.normalize(hidden.mean(0), dim=0)
            expected[f"{index}.cls"] = torch.nn.functional.normalize(hidden[0], dim=0)
    OUT.mkdir(parents=True, exist_ok=True)
    # `pooler.*` stays in: a loader has to pass over what it does not use.
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, OUT / "model.safetensors", {"format": "pt"})
    save_file(expected, OUT / "expected.safetensors")
    values = json.loads(config.to_json_string())
    values["architectures"] = ["BertModel"]
    (OUT / "config.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
    tokenizer(config.vocab_size).save(str(OUT / "tokenizer.json"))


if __name__ == "__main__":
    main()
