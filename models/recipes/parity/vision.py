"""Records tests/parity/<family> for pictures: tiny random ResNets, DETR and BLIP, and what `transformers` computes with them.

`pixels` is `[3, height, width]`, prepared already. The checkpoints are saved by `save_pretrained`, so that the tensors have
the names of the hub.
"""

import json
import pathlib
import shutil

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    DetrConfig,
    DetrForObjectDetection,
    ResNetConfig,
    ResNetForImageClassification,
)

OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity"
LABELS = {"id2label": {n: f"thing {n}" for n in range(7)}, "label2id": {f"thing {n}": n for n in range(7)}}
BODY = dict(embedding_size=8, hidden_sizes=[16, 24, 32, 32], depths=[1, 2, 1, 1])


def perturb(model, spread=.15):
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if not tensor.is_floating_point():
                continue
            if name.endswith("running_var"):
                tensor.uniform_(.5, 2)
            elif name.endswith("running_mean") or name.endswith("bias"):
                tensor.normal_(0, .2)
            elif "norm" in name.lower() and tensor.dim() == 1:
                tensor.normal_(1, .2)
            elif tensor.dim() > 1:
                # As much comes out of a layer as goes in.
                fan = tensor[0].numel() if tensor.dim() > 1 else 1
                tensor.normal_(0, min(spread * 8, 1.3 / fan ** .5))
    return model.eval()


def write(name, model, expected, preprocessor):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    tensors = {k: v for k, v in load_file(folder / "model.safetensors").items() if "num_batches_tracked" not in k}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    save_file({k: v.contiguous() for k, v in expected.items()}, folder / "expected.safetensors")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")
    (folder / "generation_config.json").unlink(missing_ok=True)
    print(name, sum(f.stat().st_size for f in folder.iterdir()), [k for k in tensors][:2])


def resnet(name, **options):
    model = perturb(ResNetForImageClassification(ResNetConfig(**BODY, **options, **LABELS)))
    expected = {}
    for index, (height, width) in enumerate([(64, 64), (50, 35), (33, 32)]):
        pixels = torch.randn(1, 3, height, width)
        expected[f"{index}.pixels"] = pixels[0]
        expected[f"{index}.logits"] = model(pixel_values=pixels).logits[0]
    size = {"crop_pct": .875, "do_normalize": True, "do_resize": True, "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3, "size": 224,
            "image_mean": [.485, .456, .406], "image_std": [.229, .224, .225]}
    write(name, model, expected, size)


def detr():
    config = DetrConfig(use_timm_backbone=False, use_pretrained_backbone=False, backbone=None,
                        backbone_config=ResNetConfig(**BODY, layer_type="bottleneck", out_features=["stage4"]), d_model=32, encoder_layers=2, decoder_layers=2,
                        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, num_queries=9, **LABELS)
    model = perturb(DetrForObjectDetection(config))
    expected = {}
    for index, (height, width) in enumerate([(64, 96), (100, 40)]):
        pixels = torch.randn(1, 3, height, width)
        answer = model(pixel_values=pixels)
        expected[f"{index}.pixels"] = pixels[0]
        expected[f"{index}.logits"], expected[f"{index}.boxes"] = answer.logits[0], answer.pred_boxes[0]
    size = {"do_normalize": True, "do_resize": True, "feature_extractor_type": "DetrFeatureExtractor", "format": "coco_detection", "max_size": 1333, "size": 800,
            "image_mean": [.485, .456, .406], "image_std": [.229, .224, .225]}
    write("detr", model, expected, size)


def blip():
    text = dict(vocab_size=60, hidden_size=32, encoder_hidden_size=40, intermediate_size=48, projection_dim=16, num_hidden_layers=2, num_attention_heads=4,
                max_position_embeddings=24, hidden_act="gelu", bos_token_id=4, sep_token_id=3, eos_token_id=3, pad_token_id=0, is_decoder=True,
                attn_implementation="eager")
    sight = dict(hidden_size=40, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4, image_size=48, patch_size=8, hidden_act="gelu",
                 attn_implementation="eager")
    model = perturb(BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config=sight)), .4)
    expected = {}
    for index in range(2):
        pixels = torch.randn(1, 3, 48, 48)
        ids = torch.cat([torch.tensor([[4]]), torch.randint(5, 60, (1, 6 + index))], dim=1)
        seen = model.vision_model(pixel_values=pixels).last_hidden_state
        expected[f"{index}.pixels"], expected[f"{index}.seen"], expected[f"{index}.ids"] = pixels[0], seen[0], ids[0]
        expected[f"{index}.logits"] = model.text_decoder(input_ids=ids, encoder_hidden_states=seen).logits[0]
        greedy = model.generate(pixel_values=pixels, input_ids=torch.cat([ids[:, :3], torch.tensor([[3]])], dim=1), max_new_tokens=12, do_sample=False, num_beams=1)
        expected[f"{index}.greedy"] = greedy[0]
    size = {"do_normalize": True, "do_resize": True, "image_processor_type": "BlipImageProcessor", "resample": 3, "size": {"height": 48, "width": 48},
            "image_mean": [.481, .458, .408], "image_std": [.269, .261, .276]}
    write("blip", model, expected, size)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]"] + [f"w{n}" for n in range(5, 60)]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Whitespace(), decoders.WordPiece()
    tokenizer.add_special_tokens(words[:5])
    tokenizer.save(str(OUT / "blip" / "tokenizer.json"))


def main():
    torch.manual_seed(20261128)
    torch.set_num_threads(1)
    with torch.no_grad():
        resnet("resnet", layer_type="bottleneck")
        resnet("resnet-basic", layer_type="basic", downsample_in_first_stage=True)
        detr()
        blip()


if __name__ == "__main__":
    main()
