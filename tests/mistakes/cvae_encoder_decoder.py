"""Answers to encode and decode of notebook 06's ConditionalVAE."""

from . import filled

NOTEBOOK, NAME = "06_cvae.ipynb", "ConditionalVAE"

_HOT = "label = F.one_hot(y, num_classes=10).float()\n"
_ENCODED = "features = self.conv1(x) + self.label_to_encoder(label).view(-1, 32, 14, 14)"
_DECODED = "features = self.expand(z) + self.label_to_decoder(label)"

# (name, code, a fragment of the message; "" for a right answer)
_ENCODERS = (
    ("label ignored", "features = self.conv1(x)", "should depend on the label"),
    (
        "image ignored",
        _HOT + "features = self.label_to_encoder(label).view(-1, 32, 14, 14)",
        "should depend on the image",
    ),
    ("integer one-hot", "label = F.one_hot(y, 10)\n" + _ENCODED, "A layer computes with floats"),
    (
        "classes of the batch",
        "label = F.one_hot(y).float()\n" + _ENCODED,
        "how many classes there are",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _HOT + _ENCODED, "own label alone"),
    ("label of the first image", "y = y[:1].expand(len(y))\n" + _HOT + _ENCODED, "own label alone"),
    ("random label", "y = torch.randint(0, 10, y.shape)\n" + _HOT + _ENCODED, "same result twice"),
    ("label fixed", "y = torch.full_like(y, 3)\n" + _HOT + _ENCODED, "should depend on the label"),
    (
        "two labels alike",
        "y = y.clamp(max=8)\n" + _HOT + _ENCODED,
        "the same for the labels 8 and 9",
    ),
    (
        "label as a number",
        "label = y.float().view(-1, 1).expand(-1, 10) / 9\n" + _ENCODED,
        "8 is not twice 4",
    ),
    (
        "label added to the pixels",
        "features = self.conv1(x + y.view(-1, 1, 1, 1))",
        "8 is not twice 4",
    ),
    (
        "label's layer detached",
        _HOT
        + _ENCODED.replace("self.label_to_encoder(label)", "self.label_to_encoder(label).detach()"),
        "reaches label_to_encoder",
    ),
    (
        "no gradient",
        _HOT + "with torch.no_grad():\n    " + _ENCODED,
        "The gradient should reach every layer",
    ),
    (
        "layer of its own each time",
        _HOT + "torch.manual_seed(5)\nlayer = nn.Linear(10, 32 * 14 * 14)\n"
        "features = self.conv1(x) + layer(label).view(-1, 32, 14, 14)",
        "should be among model.parameters()",
    ),
    (
        "constant instead of the label",
        _HOT + _ENCODED.replace("(label)", "(torch.ones_like(label))"),
        "should depend on the label",
    ),
    (
        "label as bits",
        "label = torch.stack([(y >> k) % 2 for k in range(10)], 1).float()\n" + _ENCODED,
        "",
    ),
    (
        "weights by index",
        "features = self.conv1(x) + (self.label_to_encoder.weight.T[y] + "
        "self.label_to_encoder.bias).view(-1, 32, 14, 14)",
        "",
    ),
    ("comparison", "label = (y.unsqueeze(1) == torch.arange(10)).float()\n" + _ENCODED, ""),
    (
        "in double and back",
        "label = F.one_hot(y.long(), 10).double()\n"
        + _ENCODED.replace("(label)", "(label.to(x.dtype))"),
        "",
    ),
    (
        "times the label's layer",
        _HOT + "features = self.conv1(x) * self.label_to_encoder(label).view(-1, 32, 14, 14)",
        "",
    ),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.encode is not written yet"),
    ("batch size fixed", _HOT + _ENCODED.replace("-1", "32"), "RuntimeError"),
    (
        "rows of the identity",
        "features = self.conv1(x) + self.label_to_encoder(torch.eye(10)[y]).view(-1, 32, 14, 14)",
        "",
    ),
    (
        "scatter_",
        "label = torch.zeros(len(y), 10).scatter_(1, y.unsqueeze(1), 1.0)\n" + _ENCODED,
        "",
    ),
)

_DECODERS = (
    ("label ignored", "features = self.expand(z)", "should depend on the label"),
    (
        "code ignored",
        _HOT + "features = self.label_to_decoder(label)",
        "should depend on the latent",
    ),
    ("integer one-hot", "label = F.one_hot(y, 10)\n" + _DECODED, "A layer computes with floats"),
    (
        "classes of the batch",
        "label = F.one_hot(y).float()\n" + _DECODED,
        "how many classes there are",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _HOT + _DECODED, "own label alone"),
    (
        "label as a number",
        "label = y.float().view(-1, 1).expand(-1, 10) / 9\n" + _DECODED,
        "8 is not twice 4",
    ),
    ("label times code", "features = self.expand(z * y.view(-1, 1))", "8 is not twice 4"),
    (
        "label's layer detached",
        _HOT
        + _DECODED.replace("self.label_to_decoder(label)", "self.label_to_decoder(label).detach()"),
        "reaches label_to_decoder",
    ),
    ("label of the first image", "y = y[:1].expand(len(y))\n" + _HOT + _DECODED, "own label alone"),
    ("random label", "y = torch.randint(0, 10, y.shape)\n" + _HOT + _DECODED, "same result twice"),
    (
        "constant instead of the label",
        _HOT + _DECODED.replace("(label)", "(torch.ones_like(label))"),
        "should depend on the label",
    ),
    ("comparison", "label = (y.unsqueeze(1) == torch.arange(10)).float()\n" + _DECODED, ""),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.decode is not written yet"),
    (
        "rows of the identity",
        "features = self.expand(z) + self.label_to_decoder(torch.eye(10)[y])",
        "",
    ),
)

ANSWERS = (
    *filled(NOTEBOOK, "encode", NAME, _ENCODERS, "cvae-encoder-test"),
    *filled(NOTEBOOK, "decode", NAME, _DECODERS, "cvae-decoder-test", region=1),
)
