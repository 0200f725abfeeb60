"""Answers to the final activation of notebook 02: the end of decode_features, of x."""

from . import filled

# (name, code, a fragment of the message; "" for a right answer)
ACTIVATIONS = (
    ("no activation", "return x", "bare output of the last layer"),
    ("tanh", "return torch.tanh(x)", "tanh ends at −1 and 1"),
    ("ReLU", "return F.relu(x)", "ReLU has no upper bound"),
    ("leaky ReLU", "return F.leaky_relu(x)", "Leaky ReLU"),
    ("softplus", "return F.softplus(x)", "Softplus"),
    ("exp", "return x.exp()", "exp has no upper bound"),
    ("log-sigmoid", "return F.logsigmoid(x)", "log probability"),
    ("softmax over pixels", "return x.flatten(1).softmax(dim=1).view_as(x)", "compete"),
    ("softmax over channels", "return x.softmax(dim=1)", "the only channel"),
    ("softmax over rows", "return x.softmax(dim=-1)", "compete"),
    ("sigmoid twice", "return torch.sigmoid(torch.sigmoid(x))", "applied twice"),
    ("ReLU before the sigmoid", "return torch.sigmoid(x.relu())", "leaves no pixel below ½"),
    ("clipped", "return x.clamp(0, 1)", "passes no gradient where it clips"),
    ("hard sigmoid", "return F.hardsigmoid(x)", "passes no gradient where it clips"),
    ("|tanh|", "return x.tanh().abs()", "makes −x and x the same"),
    (
        "scaled to the image's range",
        "low, high = x.amin((1, 2, 3), True), x.amax((1, 2, 3), True)\n"
        "return (x - low) / (high - low)",
        "some grey",
    ),
    ("divided by the brightest", "return x.relu() / x.amax((1, 2, 3), True)", "some grey"),
    (
        "sigmoid of what is scaled",
        "return torch.sigmoid((x - x.mean((1, 2, 3), True)) / x.std((1, 2, 3), keepdim=True))",
        "come near 0",
    ),
    ("black and white", "return (torch.sigmoid(x) > 0.5).float()", "grow steadily"),
    ("channel lost", "return torch.sigmoid(x).squeeze(1)", "should have shape"),
    ("image not returned", "x = torch.sigmoid(x)", "is there a return?"),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    ("sine", "return 0.5 + 0.5 * torch.sin(x)", "turns back"),
    ("detached", "return torch.sigmoid(x).detach()", "The gradient should reach every layer"),
    (
        "through numpy",
        "return torch.tensor(1 / (1 + np.exp(-x.detach().numpy())))",
        "The gradient should reach every layer",
    ),
    ("flat images", "return torch.sigmoid(x).flatten(1)", "should have shape"),
    ("1/(1+exp(−x))", "return 1 / (1 + torch.exp(-x))", ""),
    ("root", "return 0.5 + x / (2 * torch.sqrt(1 + x**2))", ""),
    ("in place", "return x.sigmoid_()", ""),
    ("in double", "return torch.sigmoid(x.double()).float()", ""),
    ("double result", "return torch.sigmoid(x.double())", ""),
    ("to float", "return torch.sigmoid(x.float()).float()", ""),
    ("expit", "return torch.special.expit(x)", ""),
    ("F.sigmoid", "return F.sigmoid(x)", ""),
    ("nn.Sigmoid", "return nn.Sigmoid()(x)", ""),
    ("by tanh", "return 0.5 * (1 + torch.tanh(x / 2))", ""),
    ("tanh moved into (0, 1)", "return 0.5 * (1 + torch.tanh(x))", ""),
    ("softmax over x and 0", "return torch.stack([x, torch.zeros_like(x)]).softmax(dim=0)[0]", ""),
    ("kept off the ends", "return torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)", ""),
    ("exp of log-sigmoid", "return F.logsigmoid(x).exp()", ""),
)

ANSWERS = filled("02_vae.ipynb", "activation", "VAE", ACTIVATIONS, "vae-activation-test", region=1)
