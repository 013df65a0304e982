"""Whisper in plain PyTorch, with the tensor names of `transformers`, for windows of any length up to the trained one."""
import torch
from torch import nn
from torch.nn import functional as F

CONFIG = {
    "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "vocab_size": 1024, "num_mel_bins": 80,
    "d_model": 128, "encoder_layers": 3, "encoder_attention_heads": 4, "encoder_ffn_dim": 512,
    "decoder_layers": 3, "decoder_attention_heads": 4, "decoder_ffn_dim": 768, "max_source_positions": 500, "max_target_positions": 160,
    "activation_function": "gelu", "scale_embedding": False, "tie_word_embeddings": True, "is_encoder_decoder": True,
}


# Heads of each cross-attention that are taught to look at the word that is being spelled; the checkpoint's alignment heads.
GUIDED = 2


def sinusoids(length, width):
    """[length, width]: Whisper's fixed positions of the encoder."""
    rates = torch.exp(-torch.arange(width // 2) * (torch.log(torch.tensor(10000.0)) / (width // 2 - 1)))
    angles = torch.arange(length)[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.k_proj, self.v_proj = nn.Linear(width, width, bias=False), nn.Linear(width, width)

    def forward(self, x, source=None, causal=False, looks=None):
        """Puts the weights of a cross-attention into the list `looks`, where there is one."""
        source = x if source is None else source
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(source)), split(self.v_proj(source))
        if looks is None:
            found = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        else:
            weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -.5).softmax(-1)
            looks.append(weights)
            found = weights @ v
        return self.out_proj(found.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width, heads, inner, crossed):
        super().__init__()
        self.self_attn, self.self_attn_layer_norm = Attention(width, heads), nn.LayerNorm(width)
        if crossed:
            self.encoder_attn, self.encoder_attn_layer_norm = Attention(width, heads), nn.LayerNorm(width)
        self.fc1, self.fc2, self.final_layer_norm = nn.Linear(width, inner), nn.Linear(inner, width), nn.LayerNorm(width)

    def forward(self, x, heard=None, drop=0.0, looks=None):
        fall = lambda t: F.dropout(t, drop, self.training)
        x = x + fall(self.self_attn(self.self_attn_layer_norm(x), causal=heard is not None))
        if heard is not None:
            x = x + fall(self.encoder_attn(self.encoder_attn_layer_norm(x), heard, looks=looks))
        return x + fall(self.fc2(F.gelu(self.fc1(self.final_layer_norm(x)))))


class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["d_model"]
        self.conv1, self.conv2 = nn.Conv1d(c["num_mel_bins"], width, 3, padding=1), nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding.from_pretrained(sinusoids(c["max_source_positions"], width), freeze=True)
        self.layers = nn.ModuleList(Layer(width, c["encoder_attention_heads"], c["encoder_ffn_dim"], False) for _ in range(c["encoder_layers"]))
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, mel, drop=0.0):
        """[batch, mels, frames] -> [batch, frames / 2, width], and the state before the last layer, from which the sounds are named."""
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.embed_positions.weight[:x.shape[1]]
        for layer in self.layers:
            before = x
            x = layer(x, drop=drop)
        return self.layer_norm(x), before


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["d_model"]
        self.embed_tokens, self.embed_positions = nn.Embedding(c["vocab_size"], width), nn.Embedding(c["max_target_positions"], width)
        self.layers = nn.ModuleList(Layer(width, c["decoder_attention_heads"], c["decoder_ffn_dim"], True) for _ in range(c["decoder_layers"]))
        self.layer_norm = nn.LayerNorm(width)
        nn.init.normal_(self.embed_tokens.weight, std=width ** -.5)
        nn.init.normal_(self.embed_positions.weight, std=.02)

    def forward(self, tokens, heard, drop=0.0, looks=None):
        x = self.embed_tokens(tokens) + self.embed_positions.weight[:tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, heard, drop, looks)
        return self.layer_norm(x) @ self.embed_tokens.weight.T


class Whisper(nn.Module):
    def __init__(self, config=CONFIG, sounds=0):
        super().__init__()
        self.config = config
        self.model = nn.ModuleDict({"encoder": Encoder(config), "decoder": Decoder(config)})
        # Not exported: names the sound of every state.
        self.sounds = nn.Sequential(nn.LayerNorm(config["d_model"]), nn.Linear(config["d_model"], sounds)) if sounds else None

    def encode(self, mel, drop=0.0):
        return self.model["encoder"](mel, drop)

    def decode(self, tokens, heard, drop=0.0, looks=None):
        return self.model["decoder"](tokens, heard, drop, looks)

    @torch.no_grad()
    def greedy(self, heard, start, end, most=80):
        """Token lists of [batch, frames, width], without the start tokens and the end."""
        tokens = torch.tensor([start] * len(heard))
        done = torch.zeros(len(heard), dtype=torch.bool)
        for _ in range(most):
            best = self.decode(tokens, heard)[:, -1].argmax(-1)
            best[done] = end
            done |= best == end
            tokens = torch.cat([tokens, best[:, None]], 1)
            if done.all():
                break
        return [[t for t in row[len(start):] if t != end] for row in tokens.tolist()]

    @torch.no_grad()
    def likeliest(self, heard, start, end, most=80, beams=5):
        """Tokens of [1, frames, width] by a beam search, as `transformers` and the engine do it: by the mean of the logarithms."""
        running, finished, sums = [[]], [], torch.zeros(1)
        while True:
            length = len(running[0]) + 1
            logits = self.decode(torch.tensor([start + row for row in running]), heard.expand(len(running), -1, -1))[:, -1]
            scores = logits.log_softmax(-1) + sums[:, None]
            best, places = scores.flatten().topk(2 * beams)
            parents, kept = running, []
            for rank, (score, place) in enumerate(zip(best.tolist(), places.tolist())):
                row = parents[place // scores.shape[1]] + [place % scores.shape[1]]
                if row[-1] == end or length == most:
                    if rank < beams:
                        finished.append((score / length, row))
                elif len(kept) < beams:
                    kept.append((score, row))
            finished = sorted(finished, key=lambda one: -one[0])[:beams]
            if not kept or len(finished) == beams and kept[0][0] / length <= finished[-1][0]:
                return [token for token in finished[0][1] if token != end]
            sums, running = torch.tensor([score for score, _ in kept]), [row for _, row in kept]
