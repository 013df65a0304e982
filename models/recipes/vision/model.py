"""One small ResNet with two heads: classes of a picture, and centres of things with boxes and colours; and a writer of captions,
which sees what was found: of each kind the colour, how many, and where.

The modules are those of `transformers` where it has them (ResNet, BLIP's text decoder), so the exported names are the usual ones.
"""
import torch
import torch.nn.functional as F
from torch import nn
from transformers import BlipTextConfig, ResNetConfig, ResNetModel
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel

from .words import NAMES, PALETTE, vocabulary

SIDE, CLASSIFY_SIDE, STRIDE = 128, 80, 8
WIDTH, DETECT_WIDTH = 128, 64
MOST_OF_A_KIND = 3
RESNET = dict(num_channels=3, embedding_size=24, hidden_sizes=[24, 48, 96, 160], depths=[1, 2, 2, 1], layer_type="basic", hidden_act="relu",
              downsample_in_first_stage=False, num_labels=len(NAMES))
MEAN, STD = [.5, .5, .5], [.25, .25, .25]


def text_config():
    words = vocabulary()
    return BlipTextConfig(vocab_size=len(words), hidden_size=128, encoder_hidden_size=WIDTH, intermediate_size=384, num_hidden_layers=2, num_attention_heads=4,
                          max_position_embeddings=40, hidden_act="gelu", hidden_dropout_prob=0., attention_probs_dropout_prob=0., bos_token_id=words.index("[CLS]"),
                          sep_token_id=words.index("[SEP]"), eos_token_id=words.index("[SEP]"), pad_token_id=0, is_decoder=True, use_cache=False)


class Neck(nn.Module):
    """Cells of 16 pixels that know of those of 32."""

    def __init__(self):
        super().__init__()
        sizes = RESNET["hidden_sizes"]
        self.fine = nn.Conv2d(sizes[2], WIDTH, 1)
        self.coarse = nn.Conv2d(sizes[3], WIDTH, 1)

    def forward(self, stages):
        return F.relu(self.fine(stages[2]) + F.interpolate(self.coarse(stages[3]), scale_factor=2))


class Detector(nn.Module):
    """Per cell of 8 pixels: logits of the things, distances to the four sides in cells, logits of the colours."""

    def __init__(self):
        super().__init__()
        self.fine = nn.Conv2d(RESNET["hidden_sizes"][1], DETECT_WIDTH, 1)
        self.coarse = nn.Conv2d(WIDTH, DETECT_WIDTH, 1)
        self.mix = nn.Conv2d(DETECT_WIDTH, DETECT_WIDTH, 3, padding=1)
        self.out = nn.Conv2d(DETECT_WIDTH, len(NAMES) + 4 + len(PALETTE), 1)
        nn.init.constant_(self.out.bias[:len(NAMES)], -4.)
        nn.init.constant_(self.out.bias[len(NAMES):len(NAMES) + 4], .5)

    def forward(self, stages, neck):
        x = F.relu(self.fine(stages[1]) + F.interpolate(self.coarse(neck), scale_factor=2))
        out = self.out(F.relu(self.mix(x)))
        return out.split([len(NAMES), 4, len(PALETTE)], dim=1)


class Writer(nn.Module):
    """What was found, each kind a token: its name, its colour, how many, and where their middle is; and a text decoder that looks at them."""

    def __init__(self):
        super().__init__()
        self.thing = nn.Embedding(len(NAMES), WIDTH)
        self.colour = nn.Embedding(len(PALETTE) + 1, WIDTH)     # the last one: none
        self.count = nn.Embedding(MOST_OF_A_KIND, WIDTH)
        self.place = nn.Linear(6, WIDTH)
        self.empty = nn.Parameter(torch.randn(WIDTH))           # a token that is always there, before the others
        self.norm = nn.LayerNorm(WIDTH)
        self.text_decoder = BlipTextLMHeadModel(text_config())

    def tokens(self, things, colours, counts, places):
        """[n, k] things, colours and counts less one, [n, k, 2] middles in parts of the picture -> [n, k + 1, width]."""
        x, y = (4 * places - 2).unbind(-1)
        across, down = x.abs(), y.abs()
        where = torch.stack([x, y, across, down, across - down, torch.maximum(across, down)], dim=-1)
        seen = self.thing(things) + self.colour(colours) + self.count(counts) + self.place(where)
        return self.norm(torch.cat([self.empty.expand(len(seen), 1, -1), seen], dim=1))

    def forward(self, seen, mask, ids):
        return self.text_decoder(input_ids=ids, attention_mask=(ids != 0).long(), encoder_hidden_states=seen, encoder_attention_mask=mask,
                                 use_cache=False).logits


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        self.resnet = ResNetModel(ResNetConfig(**RESNET))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(RESNET["hidden_sizes"][-1], len(NAMES)))
        self.neck, self.detector = Neck(), Detector()

    def stages(self, pixels):
        return self.resnet(pixels, output_hidden_states=True).hidden_states[1:]

    def classify(self, pixels):
        return self.classifier(self.resnet(pixels).pooler_output)


def normalised(images):
    """uint8 [n, h, w, 3] -> f32 [n, 3, h, w]."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    return ((x - .5) / .25).contiguous(memory_format=torch.channels_last)
