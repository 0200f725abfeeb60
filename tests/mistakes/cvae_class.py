"""Answers to notebook 06 that write the whole class ConditionalVAE in another way."""

from . import Answer, fill, swap, write

NOTEBOOK, NAME = "06_cvae.ipynb", "ConditionalVAE"
ENCODER, DECODER, FORWARD = "cvae-encoder-test", "cvae-decoder-test", "cvae-forward-test"

# The class with {INIT}, {ENCODED} and {DECODED}: the two expressions that take the label in.
_TEMPLATE = """
    class ConditionalVAE(VAE):
        def __init__(self, latent_size=2):
            super().__init__(latent_size)
            {INIT}
        def encode(self, x, y):
            return self.encode_features({ENCODED})
        def decode(self, z, y):
            return self.decode_features({DECODED})
        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
    """

_CONV_OF_PLANES = "self.conv1 = nn.Conv2d(11, 32, 3, 2, 1)"
_EXPAND_BOTH = "self.expand = nn.Linear(latent_size + 10, 64 * 7 * 7)"
_PLANES = "self.conv1(torch.cat([x, {LABEL}.view(-1, 10, 1, 1).expand(-1, -1, 28, 28)], dim=1))"
_LATENT_AND_LABEL = "self.expand(torch.cat([z, {LABEL}], dim=1))"


def _class(name, init, encoded, decoded, costs=(), says=""):
    """Make an answer of the whole class."""
    source = _TEMPLATE.replace("{INIT}", init)
    source = source.replace("{ENCODED}", encoded).replace("{DECODED}", decoded)
    return Answer(NOTEBOOK, name, write(NAME, source), costs, says)


def _concatenated(name, label):
    return _class(
        "labels concatenated, " + name,
        f"{_CONV_OF_PLANES}; {_EXPAND_BOTH}",
        _PLANES.replace("{LABEL}", label),
        _LATENT_AND_LABEL.replace("{LABEL}", label),
    )


_ADDED = (
    "self.conv1(x) + self.to_encoder({LABEL}).view(-1, 32, 14, 14)",
    "self.expand(z) + self.to_decoder({LABEL})",
)


def _added(name, to_encoder, to_decoder, label="y", costs=(), says=""):
    """Make an answer that adds what two layers of other kinds make of the label."""
    init = f"self.to_encoder = {to_encoder}; self.to_decoder = {to_decoder}"
    encoded, decoded = (each.replace("{LABEL}", label) for each in _ADDED)
    return _class(name, init, encoded, decoded, costs, says)


_CLASSES = (
    _concatenated("one-hot rows", "y"),
    _concatenated("rows to float", "y.float()"),
    _concatenated("whole numbers", "F.one_hot(y, 10).float()"),
    _added("own names", "nn.Linear(10, 32 * 14 * 14)", "nn.Linear(10, 64 * 7 * 7)"),
    _added(
        "layers without bias",
        "nn.Linear(10, 32 * 14 * 14, bias=False)",
        "nn.Linear(10, 64 * 7 * 7, bias=False)",
    ),
    _added(
        "two layers for the label",
        "nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 32 * 14 * 14))",
        "nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 64 * 7 * 7))",
    ),
    _added("lazy layers", "nn.LazyLinear(32 * 14 * 14)", "nn.LazyLinear(64 * 7 * 7)"),
    _added(
        "embedding of the largest",
        "nn.Embedding(10, 32 * 14 * 14)",
        "nn.Embedding(10, 64 * 7 * 7)",
        "y.argmax(dim=-1)",
    ),
    _added(
        "embedding of whole numbers",
        "nn.Embedding(10, 32 * 14 * 14)",
        "nn.Embedding(10, 64 * 7 * 7)",
    ),
    _class(
        "parameters, matrix product",
        "self.a = nn.Parameter(0.1 * torch.randn(10, 32 * 14 * 14)); "
        "self.b = nn.Parameter(0.1 * torch.randn(10, 64 * 7 * 7))",
        "self.conv1(x) + (y.float() @ self.a).view(-1, 32, 14, 14)",
        "self.expand(z) + y.float().matmul(self.b)",
    ),
    _class(
        "layers in a dict",
        'self.label = nn.ModuleDict({"e": nn.Linear(10, 6272), "d": nn.Linear(10, 3136)})',
        'self.conv1(x) + self.label["e"](y).reshape(-1, 32, 14, 14)',
        'self.expand(z) + self.label["d"](y)',
    ),
    _class(
        "one layer for both",
        "self.label = nn.Linear(10, 6272 + 3136)",
        "self.conv1(x) + self.label(y)[:, :6272].reshape(-1, 32, 14, 14)",
        "self.expand(z) + self.label(y)[:, 6272:]",
    ),
    _class(
        "one number a channel",
        "self.e = nn.Linear(10, 32); self.d = nn.Linear(10, 64)",
        "self.conv1(x) + self.e(y)[:, :, None, None]",
        "self.expand(z) + self.d(y).repeat_interleave(49, 1)",
    ),
    _class(
        "two copies of the whole decoder's first layer",
        "self.e = nn.Bilinear(10, 1, 6272); self.d = nn.Bilinear(10, 2, 3136)",
        "self.conv1(x) + self.e(y, torch.ones(len(y), 1)).view(-1, 32, 14, 14)",
        "self.expand(z) + self.d(y, z)",
    ),
    _class(
        "all in double",
        "self.label = nn.Linear(10, 6272); self.label2 = nn.Linear(10, 3136); self.double()",
        "self.conv1(x.double()) + self.label(y.double()).view(-1, 32, 14, 14)",
        "self.expand(z.double()) + self.label2(y.double())",
    ),
    _class(
        "label layers in a plain list",
        "self.labels = [nn.Linear(10, 6272), nn.Linear(10, 3136)]",
        "self.conv1(x) + self.labels[0](y).view(-1, 32, 14, 14)",
        "self.expand(z) + self.labels[1](y)",
        (ENCODER, DECODER),
        "should be among model.parameters()",
    ),
    _class(
        "label in the decoder alone",
        "self.d = nn.Linear(10, 3136)",
        "self.conv1(x)",
        "self.expand(z) + self.d(y)",
        (ENCODER,),
        "encode should depend on the label",
    ),
    _class(
        "label in the encoder alone",
        "self.e = nn.Linear(10, 6272)",
        "self.conv1(x) + self.e(y).view(-1, 32, 14, 14)",
        "self.expand(z)",
        (DECODER,),
        "decode should depend on the label",
    ),
    _added(
        "layers of one number",
        "nn.Linear(1, 32 * 14 * 14)",
        "nn.Linear(1, 64 * 7 * 7)",
        costs=(ENCODER, DECODER),
        says="takes rows of 1 numbers, and rows of 10 came",
    ),
)

# (name, what __init__ makes after super().__init__, tasks that it costs, a fragment of the message)
_E, _D = "self.label_to_encoder = ", "self.label_to_decoder = "
_LAYERS = (
    (
        "without bias",
        _E + "nn.Linear(10, 32 * 14 * 14, bias=False)\n" + _D + "nn.Linear(10, 3136, False)",
        (),
        "",
    ),
    ("no label layers", "pass", (ENCODER, DECODER), "Layers are made in __init__"),
    ("no layer for the encoder", _D + "nn.Linear(10, 64 * 7 * 7)", (ENCODER,), "no attribute"),
    ("no layer for the decoder", _E + "nn.Linear(10, 6272)", (DECODER,), "no attribute"),
    (
        "encoder's layer as large as the decoder's",
        _E + "nn.Linear(10, 64 * 7 * 7)\n" + _D + "nn.Linear(10, 64 * 7 * 7)",
        (ENCODER,),
        "do not fill that shape",
    ),
    (
        "decoder's layer as large as the encoder's",
        _E + "nn.Linear(10, 6272)\n" + _D + "nn.Linear(10, 6272)",
        (DECODER,),
        "do not fit each other",
    ),
    (
        "decoder's layer of 64",
        _E + "nn.Linear(10, 6272)\n" + _D + "nn.Linear(10, 64)",
        (DECODER,),
        "do not fit each other",
    ),
    (
        "nine labels",
        _E + "nn.Linear(9, 6272)\n" + _D + "nn.Linear(9, 3136)",
        (ENCODER, DECODER),
        "takes rows of 9 numbers, and rows of 10 came",
    ),
    (
        "not written",
        "raise NotImplementedError()",
        (ENCODER, DECODER, FORWARD),
        "ConditionalVAE.__init__ is not written yet",
    ),
)

# (what is returned, the key's text, text in its place, the task that it costs, a fragment)
_ENCODE, _DECODE = "return self.encode_features(", "return self.decode_features("
_RETURNED = (
    ("encode returns nothing", _ENCODE, "self.encode_features(", ENCODER, "is there a return?"),
    (
        "encode returns the mean alone",
        "encode_features(self.conv1(x) + label)",
        "encode_features(self.conv1(x) + label)[0]",
        ENCODER,
        "it returns a tensor of shape (7, 2)",
    ),
    ("decode returns nothing", _DECODE, "self.decode_features(", DECODER, "is there a return?"),
    (
        "decode returns flat images",
        "self.label_to_decoder(y))",
        "self.label_to_decoder(y)).flatten(1)",
        DECODER,
        "should have shape (7, 1, 28, 28)",
    ),
)


ANSWERS = (
    *_CLASSES,
    *(
        Answer(NOTEBOOK, "label layers, " + name, fill(NAME, code), costs, says)
        for name, code, costs, says in _LAYERS
    ),
    *(
        Answer(NOTEBOOK, name, swap(NAME, (old, new)), (task,), says)
        for name, old, new, task, says in _RETURNED
    ),
    Answer(
        NOTEBOOK,
        "one-hot rows taken as a number",
        swap(NAME, ("coder(y)", "coder(0.1 * y.argmax(1)[:, None].expand(-1, 10))")),
        (ENCODER, DECODER),
        "8 is not twice 4",
    ),
    Answer(
        NOTEBOOK,
        "whole numbers for encode, one-hot rows for decode",
        swap(
            NAME,
            ("label_to_encoder(y)", "label_to_encoder(torch.eye(10)[y])"),
            ("self.encode(x, y)", "self.encode(x, y.argmax(1))"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "own names for the label",
        swap(
            NAME,
            ("encode(self, x, y)", "encode(self, images, c)"),
            ("decode(self, z, y)", "decode(self, codes, c)"),
            ("coder(y)", "coder(c)"),
            ("self.conv1(x)", "self.conv1(images)"),
            ("self.expand(z)", "self.expand(codes)"),
            ("self.encode(x, y)", "self.encode(images=x, c=y)"),
            ("self.decode(z, y)", "self.decode(c=y, codes=z)"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "labels by keyword",
        swap(
            NAME,
            ("self.encode(x, y)", "self.encode(x, y=y)"),
            ("self.decode(z, y)", "self.decode(z, y=y)"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "default size",
        swap(NAME, ("super().__init__(latent_size)", "super().__init__()")),
    ),
    Answer(
        NOTEBOOK,
        "number of classes as an argument",
        swap(
            NAME,
            ("latent_size=2)", "latent_size=2, num_classes=10)"),
            ("nn.Linear(10,", "nn.Linear(num_classes,"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "layers before super().__init__",
        swap(NAME, ("        super().__init__(latent_size)\n", "")),
        (ENCODER, DECODER, FORWARD),
        "begins with super().__init__",
    ),
    Answer(
        NOTEBOOK,
        "no class",
        write(NAME, ""),
        (ENCODER, DECODER, FORWARD),
        "ConditionalVAE is not defined",
    ),
)
