"""Answers to encode and decode of notebook 06's ConditionalVAE."""

from . import filled

NOTEBOOK, NAME = "06_cvae.ipynb", "ConditionalVAE"

_ENCODED = (
    "label = self.label_to_encoder(y).view(-1, 32, 14, 14)\n"
    "return self.encode_features(self.conv1(x) + label)"
)
_DECODED = "return self.decode_features(self.expand(z) + self.label_to_decoder(y))"

# What both may do with the labels before they use them: (name, code, a fragment of the message).
_LABELS = (
    ("labels reversed", "y = y.flip(0)\n", "own label alone"),
    ("label of the first image", "y = y[:1].expand_as(y)\n", "own label alone"),
    ("random label", "y = y[:, torch.randperm(10)]\n", "same result twice"),
    ("label fixed", "y = torch.eye(10)[3].expand(len(y), 10)\n", "should depend on the label"),
    ("constant instead of the label", "y = torch.ones_like(y)\n", "should depend on the label"),
    (
        "two labels alike",
        "y = F.one_hot(y.argmax(1).clamp(max=8), 10).float()\n",
        "the same for the labels 8 and 9",
    ),
    ("label as a number", "y = y.argmax(1, keepdim=True).expand(-1, 10) / 9\n", "8 is not twice 4"),
    (
        "whole number as a number",
        "y = y.float().view(-1, 1).expand(-1, 10) / 9\n",
        "8 is not twice 4",
    ),
    ("integer rows", "y = y.long()\n", "A layer computes with floats"),
    ("whole numbers, integer rows", "y = F.one_hot(y, 10)\n", "A layer computes with floats"),
    ("classes of the batch", "y = F.one_hot(y).float()\n", "how many classes there are"),
    ("whole numbers", "y = F.one_hot(y, 10).float()\n", ""),
    ("whole numbers, class count named", "y = F.one_hot(y.long(), num_classes=10).float()\n", ""),
    ("integer or float rows", "y = y.float()\n", ""),
    ("either form", "y = F.one_hot(y, 10).float() if y.dim() == 1 else y\n", ""),
    ("rows of the identity", "y = torch.eye(10)[y]\n", ""),
    ("scatter_", "y = torch.zeros(len(y), 10).scatter_(1, y.unsqueeze(1), 1.0)\n", ""),
    ("comparison", "y = (y.unsqueeze(1) == torch.arange(10)).float()\n", ""),
    ("label as bits", "y = torch.stack([(y >> k) % 2 for k in range(10)], 1).float()\n", ""),
    ("in double and back", "y = y.double().to(torch.float32)\n", ""),
    ("moved to its weights", "y = y.to(self.mean.weight)\n", ""),
    ("rows and back", "y = F.one_hot(y.argmax(-1), 10).float()\n", ""),
)

# (name, code, a fragment of the message; "" for a right answer)
_ENCODERS = (
    *((name, code + _ENCODED, says) for name, code, says in _LABELS),
    (
        "label ignored",
        "return self.encode_features(self.conv1(x))",
        "should depend on the label",
    ),
    (
        "image ignored",
        "return self.encode_features(self.label_to_encoder(y).view(-1, 32, 14, 14))",
        "should depend on the image",
    ),
    (
        "label added to the pixels",
        "x = x + y.argmax(1).view(-1, 1, 1, 1)\nreturn self.encode_features(self.conv1(x))",
        "8 is not twice 4",
    ),
    (
        "label's layer detached",
        _ENCODED.replace("self.label_to_encoder(y)", "self.label_to_encoder(y).detach()"),
        "reaches label_to_encoder",
    ),
    (
        "no gradient",
        "with torch.no_grad():\n"
        "    h = self.conv1(x) + self.label_to_encoder(y).view(-1, 32, 14, 14)\n"
        "return self.encode_features(h)",
        "The gradient should reach every layer",
    ),
    (
        "layer made in the method, with the same weights each time",
        "torch.manual_seed(5)\nlayer = nn.Linear(10, 32 * 14 * 14)\n"
        "return self.encode_features(self.conv1(x) + layer(y).view(-1, 32, 14, 14))",
        "should be among model.parameters()",
    ),
    (
        "layer made in the method",
        "layer = nn.Linear(10, 32 * 14 * 14)\n"
        "return self.encode_features(self.conv1(x) + layer(y).view(-1, 32, 14, 14))",
        "should be among model.parameters()",
    ),
    ("not written", "raise NotImplementedError()", "shape: ConditionalVAE.encode is not"),
    ("batch size fixed", _ENCODED.replace("-1", "32"), "If 32 is meant for the rows"),
    ("label not brought into shape", _ENCODED.replace(".view(-1, 32, 14, 14)", ""), "do not fit"),
    (
        "sum over the batch",
        _ENCODED.replace("(y).view(-1, 32, 14, 14)", "(y).sum(0).view(1, 32, 14, 14)"),
        "own label alone",
    ),
    (
        "weights by index",
        "weights = self.label_to_encoder.weight.T[y] + self.label_to_encoder.bias\n"
        "return self.encode_features(self.conv1(x) + weights.view(-1, 32, 14, 14))",
        "",
    ),
    (
        "weights by index of the largest",
        "weights = self.label_to_encoder.weight.T[y.argmax(dim=-1)]\n"
        "return self.encode_features(self.conv1(x) + weights.reshape(-1, 32, 14, 14))",
        "",
    ),
    (
        "times the label's layer",
        "label = self.label_to_encoder(y).view(-1, 32, 14, 14)\n"
        "return self.encode_features(self.conv1(x) * label)",
        "",
    ),
    ("unflattened", _ENCODED.replace(".view(-1, 32, 14, 14)", ".unflatten(1, (32, 14, 14))"), ""),
    (
        "added in double",
        _ENCODED.replace("self.conv1(x) + label", "(self.conv1(x).double() + label).float()"),
        "",
    ),
    ("in place", "h = self.conv1(x)\nh += self.label_to_encoder(y).view_as(h)\n"
     "return self.encode_features(h)", ""),
)  # fmt: skip

_DECODERS = (
    *((name, code + _DECODED, says) for name, code, says in _LABELS),
    ("label ignored", "return self.decode_features(self.expand(z))", "should depend on the label"),
    (
        "code ignored",
        "return self.decode_features(self.label_to_decoder(y))",
        "should depend on the latent",
    ),
    (
        "label times code",
        "return self.decode_features(self.expand(z * y.argmax(1).view(-1, 1)))",
        "8 is not twice 4",
    ),
    (
        "label's layer detached",
        _DECODED.replace("self.label_to_decoder(y)", "self.label_to_decoder(y).detach()"),
        "reaches label_to_decoder",
    ),
    (
        "layer made in the method",
        "return self.decode_features(self.expand(z) + nn.Linear(10, 64 * 7 * 7)(y))",
        "should be among model.parameters()",
    ),
    ("not written", "raise NotImplementedError()", "shape: ConditionalVAE.decode is not"),
    ("label where the latent belongs", _DECODED.replace("(z)", "(y)"), "rows of 10"),
    (
        "by matrix product",
        "return self.decode_features(self.expand(z) + y @ self.label_to_decoder.weight.T)",
        "",
    ),
    ("z to float", _DECODED.replace("(z)", "(z.float())"), ""),
    (
        "added in double",
        "features = self.expand(z).double() + self.label_to_decoder(y).double()\n"
        "return self.decode_features(features.float())",
        "",
    ),
    ("images in double", _DECODED + ".double()", ""),
)

ANSWERS = (
    *filled(NOTEBOOK, "encode", NAME, _ENCODERS, "cvae-encoder-test", region=1),
    *filled(NOTEBOOK, "decode", NAME, _DECODERS, "cvae-decoder-test", region=2),
)
