"""Records a tiny random Whisper and what `transformers` makes of it, for `engine/speech/parity.rs`.

    python parity/whisper.py ../../tests/parity/whisper
"""
import json
import os
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationMixin, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

TEXTS = ["the train is late again", "please close the door", "what time is it now", "a letter from the king of the hill"]
SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|fr|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
            "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"] + [f"<|{i * .02:.2f}|>" for i in range(101)]


def tokenizer():
    found = Tokenizer(models.BPE())
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    found.train_from_iterator([" " + text for text in TEXTS], trainer)
    found.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIALS])
    return found


def beamed(model, heard, start, beams, most, never, never_first):
    """What a beam search finds behind `start`; odds are those of what may be chosen, as in OpenAI's code."""
    is_first = [True]

    def mask(_, __, output):
        output.logits[..., never + (never_first if is_first[0] else [])] = -torch.inf
        is_first[0] = False
        return output
    hook = model.register_forward_hook(mask)
    found = GenerationMixin.generate(model, encoder_outputs=BaseModelOutput(heard), decoder_input_ids=torch.tensor([start]), num_beams=beams,
                                     max_new_tokens=most, do_sample=False)[0]
    hook.remove()
    return found[len(start):].tolist()


def main(out):
    os.makedirs(out, exist_ok=True)
    torch.manual_seed(7)
    torch.set_num_threads(1)
    tokens = tokenizer()
    tokens.save(f"{out}/tokenizer.json")
    token = tokens.token_to_id
    config = WhisperConfig(
        vocab_size=tokens.get_vocab_size(), num_mel_bins=80, d_model=48, encoder_layers=2, encoder_attention_heads=4, encoder_ffn_dim=64,
        decoder_layers=2, decoder_attention_heads=4, decoder_ffn_dim=64, max_source_positions=100, max_target_positions=40, init_std=.25,
        pad_token_id=token("<|endoftext|>"), bos_token_id=token("<|endoftext|>"), eos_token_id=token("<|endoftext|>"),
        decoder_start_token_id=token("<|startoftranscript|>"), suppress_tokens=None, begin_suppress_tokens=None)
    model = WhisperForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "embed_positions" in name and "decoder" in name:
                weight.normal_(0, .3)
            if name.endswith("bias"):
                weight.normal_(0, .1)
    state = {name: value.contiguous() for name, value in model.state_dict().items() if name != "proj_out.weight"}
    save_file(state, f"{out}/model.safetensors", metadata={"format": "pt"})
    config.save_pretrained(out)
    with open(f"{out}/generation_config.json", "w") as file:
        json.dump({"alignment_heads": [[0, 1], [1, 2]], "begin_suppress_tokens": [token("t")], "suppress_tokens": [token("h")]}, file)

    rng = np.random.default_rng(3)
    time = np.arange(24000) / 16000
    sound = .3 * np.sin(time * 6.28 * (200 + 300 * time)) + .05 * rng.standard_normal(24000)
    sound = sound.astype(np.float32)
    mels = {size: WhisperFeatureExtractor(feature_size=size, chunk_length=2)(sound, sampling_rate=16000, return_tensors="pt").input_features
            for size in (80, 128)}
    start = [token(f"<|{name}|>") for name in ("startoftranscript", "de", "translate", "notimestamps")]
    forced = start + tokens.encode(" the letter is late").ids
    suppressed = [token("h")] + list(range(token("<|startoftranscript|>"), config.vocab_size))
    with torch.no_grad():
        heard = model.model.encoder(mels[80]).last_hidden_state
        logits = model(input_features=mels[80], decoder_input_ids=torch.tensor([forced])).logits[0]
        said = list(start)
        for step in range(20):
            odds = model(input_features=mels[80], decoder_input_ids=torch.tensor([said])).logits[0, -1]
            odds[suppressed] = -torch.inf
            if step == 0:
                odds[token("t")] = -torch.inf
            best = int(odds.argmax())
            if best == token("<|endoftext|>"):
                break
            said.append(best)
        beams = [beamed(model, heard, start, count, 19, suppressed, [token("t")]) for count in (2, 5)]
        model.set_attn_implementation("eager")
        looks = model(input_features=mels[80], decoder_input_ids=torch.tensor([forced]), output_attentions=True).cross_attentions
        languages = model(input_features=mels[80], decoder_input_ids=torch.tensor([start[:1]])).logits[0, -1]
    save_file({
        "sound": torch.from_numpy(sound), "mel.80": mels[80][0].T.contiguous(), "mel.128": mels[128][0].T.contiguous(),
        "heard": heard[0].contiguous(), "forced": torch.tensor(forced), "logits": logits.contiguous(), "said": torch.tensor(said),
        "beams.2": torch.tensor(beams[0]), "beams.5": torch.tensor(beams[1]),
        "look.0.1": looks[0][0, 1].contiguous(), "look.1.2": looks[1][0, 2].contiguous(), "first": languages.contiguous(),
    }, f"{out}/expected.safetensors")
    print(said, tokens.decode(said[4:]), len(said))


if __name__ == "__main__":
    main(sys.argv[1])
