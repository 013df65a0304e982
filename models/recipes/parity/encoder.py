"""Records tests/parity/<family> for the text encoders beside BERT: a tiny random checkpoint, and what `transformers`
computes with it. Run it after `bert.py`, whose tokenizer and trick of perturbed norms it shares.

`vector` is what the whole chain gives (pooling, dense modules, L2 norm), `logits` what a classification head gives.
"""

import json
import pathlib
import shutil

import torch
from bert import LENGTHS, SPECIAL, tokenizer
from safetensors.torch import save_file
from tokenizers import processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    ModernBertModel,
    NomicBertConfig,
    NomicBertModel,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaModel,
)

OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity"
BERT = dict(
    vocab_size=120, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=100,
    max_position_embeddings=40, attn_implementation="eager",
)
# transformers 5 takes the padding's position from here: the first token has position `pad_token_id + 1`.
XLMR = BERT | dict(max_position_embeddings=42, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5)
DISTIL = dict(
    vocab_size=120, dim=48, n_layers=2, n_heads=4, hidden_dim=100, max_position_embeddings=40, attn_implementation="eager"
)
# A window of 6 sees three tokens to each side; of four layers, two are local.
MODERN = BERT | dict(num_hidden_layers=4, local_attention=6, global_attn_every_n_layers=3, pad_token_id=0,
                     bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)
NOMIC = BERT | dict(type_vocab_size=2, pad_token_id=0)
DECODER = dict(
    vocab_size=120, hidden_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=10,
    intermediate_size=100, max_position_embeddings=64, attn_implementation="eager", pad_token_id=0, bos_token_id=2,
    eos_token_id=3,
)


def perturb(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
            elif parameter.dim() == 1:
                # Gemma stores its norms less one.
                parameter.normal_(0 if isinstance(model, Gemma3TextModel) else 1, 0.2)
            else:
                parameter.normal_(0, 0.2)
    return model.eval()


def inputs(config, pairs):
    """Rows of ids and, for pairs, where the second text begins."""
    for index, length in enumerate(LENGTHS):
        ids = torch.randint(4, config.vocab_size, (1, length))
        yield index, ids, (length // 2 if pairs else length)


def write(name, model, expected, change=lambda config: None, rename=lambda tensors: tensors, pair="[CLS] $A [SEP] $B:1 [SEP]:1"):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tensors = rename({k: v.contiguous().clone() for k, v in model.state_dict().items()})
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    save_file({k: v.contiguous() for k, v in expected.items()}, folder / "expected.safetensors")
    config = json.loads(model.config.to_json_string(use_diff=False))
    config["architectures"] = [type(model).__name__]
    change(config)
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    made = tokenizer(model.config.vocab_size)
    ids = {special: index for index, special in enumerate(SPECIAL)}
    single = "$A [SEP]" if name == "qwen3-embed" else "[CLS] $A [SEP]"
    made.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(special, ids[special]) for special in ("[CLS]", "[SEP]")]
    )
    made.save(str(folder / "tokenizer.json"))
    return folder


def unit(vector):
    return torch.nn.functional.normalize(vector, dim=-1)


def pooled(hidden, how):
    return {"mean": hidden.mean(0), "cls": hidden[0], "last": hidden[-1]}[how]


def encoder(name, model, how, dense=(), **options):
    torch.manual_seed(20261125)
    perturb(model)
    expected = {}
    with torch.no_grad():
        for index, ids, _ in inputs(model.config, False):
            hidden = model(input_ids=ids).last_hidden_state[0]
            vector = pooled(hidden, how)
            for matrix in dense:
                vector = matrix @ vector
            expected[f"{index}.ids"] = ids[0]
            expected[f"{index}.hidden"] = hidden
            expected[f"{index}.vector"] = unit(vector)
    folder = write(name, model, expected, **options)
    pooling = folder / "1_Pooling"
    pooling.mkdir()
    keys = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token", "last": "pooling_mode_lasttoken"}
    modes = {key: kind == how for kind, key in keys.items()}
    (pooling / "config.json").write_text(json.dumps({"word_embedding_dimension": 48} | modes, indent=2) + "\n")
    return folder


def classifier(name, model, **options):
    torch.manual_seed(20261126)
    perturb(model)
    expected = {}
    with torch.no_grad():
        for index, ids, second in inputs(model.config, True):
            more = {}
            if getattr(model.config, "type_vocab_size", 1) > 1:
                more["token_type_ids"] = (torch.arange(ids.shape[1]) >= second).long()[None]
            expected[f"{index}.ids"] = ids[0]
            expected[f"{index}.second"] = torch.tensor([second])
            expected[f"{index}.logits"] = model(input_ids=ids, **more).logits[0]
    return write(name, model, expected, **options)


def as_published(tensors):
    """nomic's own names, which is what its repositories hold."""
    renamed = {}
    for name, tensor in tensors.items():
        for ours, theirs in [
            ("layers.", "encoder.layers."),
            ("embeddings.LayerNorm", "emb_ln"),
            ("self_attn.o_proj", "attn.out_proj"),
            ("up_proj", "fc11"),
            ("gate_proj", "fc12"),
            ("down_proj", "fc2"),
            ("post_attention_layernorm", "norm1"),
            ("post_mlp_layernorm", "norm2"),
        ]:
            name = name.replace(ours, theirs)
        renamed[name] = tensor
    for index in range(2):
        parts = [renamed.pop(f"encoder.layers.{index}.self_attn.{part}_proj.weight") for part in "qkv"]
        renamed[f"encoder.layers.{index}.attn.Wqkv.weight"] = torch.cat(parts)
    return renamed


def published_config(config):
    theirs = dict(
        n_embd=config["hidden_size"], n_layer=config["num_hidden_layers"], n_head=config["num_attention_heads"],
        n_inner=config["intermediate_size"], n_positions=config["max_position_embeddings"],
        layer_norm_epsilon=config["layer_norm_eps"], activation_function="swiglu", rotary_emb_base=1000,
        rotary_emb_fraction=1.0, rotary_emb_interleaved=False, rotary_scaling_factor=None, type_vocab_size=2,
        qkv_proj_bias=False, mlp_fc1_bias=False, mlp_fc2_bias=False, prenorm=False, use_rms_norm=False,
        vocab_size=config["vocab_size"], model_type="nomic_bert", architectures=["NomicBertModel"],
    )
    config.clear()
    config.update(theirs)


def main():
    torch.manual_seed(20261124)
    torch.set_num_threads(1)
    pair = "[CLS] $A [SEP] [SEP] $B [SEP]"
    encoder("xlm-roberta", XLMRobertaModel(XLMRobertaConfig(**XLMR)), "cls", pair=pair)
    classifier("xlm-roberta-reranker", XLMRobertaForSequenceClassification(XLMRobertaConfig(**XLMR, num_labels=1)), pair=pair)
    classifier("bert-reranker", BertForSequenceClassification(BertConfig(**BERT, num_labels=1)))
    encoder("distilbert", DistilBertModel(DistilBertConfig(**DISTIL)), "mean")
    classifier("distilbert-classifier", DistilBertForSequenceClassification(DistilBertConfig(**DISTIL, num_labels=2)))
    encoder("modernbert", ModernBertModel(ModernBertConfig(**MODERN)), "mean")
    classifier("modernbert-reranker", ModernBertForSequenceClassification(ModernBertConfig(**MODERN, num_labels=1)))
    encoder("nomic", NomicBertModel(NomicBertConfig(**NOMIC)), "mean")
    encoder("nomic-published", NomicBertModel(NomicBertConfig(**NOMIC)), "mean", change=published_config, rename=as_published)
    encoder("qwen3-embed", Qwen3Model(Qwen3Config(**DECODER, tie_word_embeddings=True)), "last")

    torch.manual_seed(20261127)
    wide, back = torch.randn(60, 48) * 0.2, torch.randn(32, 60) * 0.2
    gemma = Gemma3TextConfig(**DECODER, sliding_window=8, sliding_window_pattern=3, use_bidirectional_attention=True,
                             query_pre_attn_scalar=12)
    folder = encoder("gemma3-embed", Gemma3TextModel(gemma), "mean", dense=(wide, back))
    modules = [(0, "", "Transformer"), (1, "1_Pooling", "Pooling"), (2, "2_Dense", "Dense"), (3, "3_Dense", "Dense"),
               (4, "4_Normalize", "Normalize")]
    kinds = [{"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
             for index, path, kind in modules]
    (folder / "modules.json").write_text(json.dumps(kinds, indent=2) + "\n")
    for path, matrix in (("2_Dense", wide), ("3_Dense", back)):
        (folder / path).mkdir()
        config = {"in_features": matrix.shape[1], "out_features": matrix.shape[0], "bias": False,
                  "activation_function": "torch.nn.modules.linear.Identity"}
        (folder / path / "config.json").write_text(json.dumps(config) + "\n")
        save_file({"linear.weight": matrix.contiguous()}, folder / path / "model.safetensors")


if __name__ == "__main__":
    main()
