"""The networks of device.py: random weights, PyTorch's own operations, no other package."""
import torch
import torch.nn.functional as F

WINDOW = 1024


def matrix(rows, cols, like):
    return torch.empty(rows, cols, **like).uniform_(-1 / 32, 1 / 32)


class Encoder:
    """BERT with mean pooling; post-norm, gelu."""

    def __init__(self, shape, like):
        self.width, layers, self.heads, inner = shape
        width = self.width
        self.words, self.places = matrix(30_522, width, like), matrix(512, width, like)
        self.layers = [[matrix(3 * width, width, like), matrix(width, width, like), matrix(inner, width, like), matrix(width, inner, like)] for _ in range(layers)]

    def norm(self, x):
        return F.layer_norm(x, (self.width,))

    def __call__(self, ids):
        x = self.norm(self.words[ids] + self.places[:ids.shape[1]])
        for qkv, out, up, down in self.layers:
            q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in F.linear(x, qkv).chunk(3, -1))
            x = self.norm(x + F.linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2), out))
            x = self.norm(x + F.linear(F.gelu(F.linear(x, up)), down))
        return F.normalize(x.mean(1), dim=-1)


class Decoder:
    """Llama's blocks over a cache of so many streams."""

    def __init__(self, shape, like, streams):
        self.width, layers, self.heads, self.keys, self.head, inner, vocabulary = shape
        width, rows = self.width, (self.heads + 2 * self.keys) * self.head
        self.words = matrix(vocabulary, width, like)
        self.layers = [[matrix(rows, width, like), matrix(width, self.heads * self.head, like), matrix(2 * inner, width, like), matrix(width, inner, like)] for _ in range(layers)]
        self.cache = torch.zeros(layers, 2, streams, self.keys, WINDOW, self.head, **like)
        angle = torch.arange(WINDOW, device=like["device"])[:, None] * 500_000. ** (-torch.arange(0, self.head, 2, device=like["device"]) / self.head)
        self.cos, self.sin = angle.cos().to(like["dtype"]), angle.sin().to(like["dtype"])

    def weights(self):
        return sum(t.numel() * t.element_size() for t in [self.words, *(t for layer in self.layers for t in layer)])

    def rotate(self, x, positions):
        a, b = x.chunk(2, -1)
        cos, sin = self.cos[positions], self.sin[positions]
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    def __call__(self, ids, positions):
        x, streams = self.words[ids], ids.shape[0]
        seen = torch.arange(WINDOW, device=ids.device)[None] <= positions[:, None]
        for (qkv, out, gate_up, down), cache in zip(self.layers, self.cache):
            parts = F.linear(F.rms_norm(x, (self.width,)), qkv).unflatten(-1, (-1, self.head)).transpose(1, 2)
            q, k, v = parts.split([self.heads, self.keys, self.keys], 1)
            cache[0, :streams].index_copy_(2, positions, self.rotate(k, positions))
            cache[1, :streams].index_copy_(2, positions, v)
            mixed = F.scaled_dot_product_attention(self.rotate(q, positions), cache[0, :streams], cache[1, :streams], attn_mask=seen, enable_gqa=True)
            x = x + F.linear(mixed.transpose(1, 2).flatten(2), out)
            gate, up = F.linear(F.rms_norm(x, (self.width,)), gate_up).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, down)
        return F.linear(F.rms_norm(x[:, -1:], (self.width,)), self.words)


class ResNet:
    """ResNet-50, its batch norms folded into the convolutions."""

    def __init__(self, like):
        self.like = like
        self.stem, channels = self.conv(3, 64, 7, 2), 64
        self.blocks = []
        for stage, (width, depth) in enumerate(zip((256, 512, 1024, 2048), (3, 4, 6, 3))):
            for index in range(depth):
                stride = 2 if stage and not index else 1
                convs = [self.conv(channels, width // 4, 1), self.conv(width // 4, width // 4, 3, stride), self.conv(width // 4, width, 1)]
                self.blocks.append((convs, None if index else self.conv(channels, width, 1, stride)))
                channels = width
        self.head = matrix(1000, channels, like)

    def conv(self, inputs, outputs, kernel, stride=1):
        weight = torch.randn(outputs, inputs, kernel, kernel, **self.like) / (inputs * kernel * kernel) ** .5
        bias = torch.zeros(outputs, **self.like)
        return lambda x: F.conv2d(x, weight, bias, stride, kernel // 2)

    def __call__(self, pixels):
        x = F.max_pool2d(F.relu(self.stem(pixels)), 3, 2, 1)
        for (first, second, third), shortcut in self.blocks:
            x = F.relu(third(F.relu(second(F.relu(first(x))))) + (shortcut(x) if shortcut else x))
        return x.mean((2, 3)) @ self.head.T


class Whisper:
    """Whisper-tiny: what it hears, and one token after the other over a static cache."""
    WIDTH, LAYERS, HEADS, VOCABULARY, CONTEXT = 384, 4, 6, 51_865, 448

    def __init__(self, like):
        width, inner = self.WIDTH, 4 * self.WIDTH
        self.convolutions = [(torch.randn(width, inputs, 3, **like) / (3 * inputs) ** .5, stride) for inputs, stride in ((80, 1), (width, 2))]
        self.places, self.positions = matrix(1500, width, like), matrix(self.CONTEXT, width, like)
        sizes = [(3 * width, width), (width, width), (inner, width), (width, inner)]
        self.ears = [[matrix(*size, like) for size in sizes] for _ in range(self.LAYERS)]
        self.mouth = [[matrix(*size, like) for size in [*sizes, (width, width), (2 * width, width), (width, width)]] for _ in range(self.LAYERS)]
        self.words = matrix(self.VOCABULARY, width, like)
        self.cache = torch.zeros(self.LAYERS, 2, 1, self.HEADS, self.CONTEXT, width // self.HEADS, **like)

    def norm(self, x):
        return F.layer_norm(x, (self.WIDTH,))

    def heads(self, x, parts):
        return [part.unflatten(-1, (self.HEADS, -1)).transpose(1, 2) for part in x.chunk(parts, -1)]

    def hear(self, spectrum):
        """Keys and values of what was heard, for each layer that will speak of it."""
        x = spectrum
        for taps, stride in self.convolutions:
            x = F.gelu(F.conv1d(x, taps, stride=stride, padding=1))
        x = x.transpose(1, 2) + self.places
        for qkv, out, up, down in self.ears:
            q, k, v = self.heads(F.linear(self.norm(x), qkv), 3)
            x = x + F.linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2), out)
            x = x + F.linear(F.gelu(F.linear(self.norm(x), up)), down)
        x = self.norm(x)
        return [self.heads(F.linear(x, layer[5]), 2) for layer in self.mouth]

    def say(self, token, place, heard):
        x = self.words[token] + self.positions[place]
        seen = torch.arange(self.CONTEXT, device=x.device)[None] <= place[:, None]
        for (qkv, out, up, down, query, _, cross), (keys, values), cache in zip(self.mouth, heard, self.cache):
            q, k, v = self.heads(F.linear(self.norm(x), qkv), 3)
            cache[0].index_copy_(2, place, k)
            cache[1].index_copy_(2, place, v)
            x = x + F.linear(F.scaled_dot_product_attention(q, cache[0], cache[1], attn_mask=seen).transpose(1, 2).flatten(2), out)
            q, = self.heads(F.linear(self.norm(x), query), 1)
            x = x + F.linear(F.scaled_dot_product_attention(q, keys, values).transpose(1, 2).flatten(2), cross)
            x = x + F.linear(F.gelu(F.linear(self.norm(x), up)), down)
        return F.linear(self.norm(x[:, -1:]), self.words)
