"""Forged values gain nothing: points come only from right results for the inputs of this call.

The probes run beside the student's code, which may patch them. The values here are made up without
knowing a right one, and each check judges them in this process.
"""

import matplotlib
import pytest
import torch

matplotlib.use("Agg")

from autograder.assignment import AUTO, task  # noqa: E402 - after the backend is chosen
from autograder.checks.losses import term  # noqa: E402
from autograder.probes.student import StudentError  # noqa: E402
from tests.forgeries.students import Liar, complaints, each, key, tensors  # noqa: E402
from tests.mistakes import swap  # noqa: E402

TASKS = pytest.mark.parametrize("judged", AUTO, ids=lambda judged: judged.id)


class Learned:
    """A student who knows only the shapes of right answers, and fills them by `fill`."""

    seen = {}

    def __init__(self, notebook, fill):
        self.notebook, self.fill = notebook, fill

    def probe(self, probe, **inputs):
        shapes = each(lambda value: torch.empty(value.shape, device="meta"), inputs)
        asked = str((self.notebook, probe, shapes))
        if asked not in self.seen:
            self.seen[asked] = key(self.notebook).probe(probe, **inputs)
        return self.fill(self.seen[asked], inputs)


def filled_by(value_of):
    """A filling that changes each tensor and number by itself."""
    return lambda answer, inputs: each(value_of, answer)


def echo(answer, inputs):
    known = {tuple(value.shape): value for value in tensors(inputs)}
    return each(lambda value: known.get(tuple(value.shape), torch.zeros(value.shape)), answer)


FILLINGS = {
    "NaN everywhere": filled_by(lambda value: torch.full(value.shape, torch.nan)),
    "infinity everywhere": filled_by(lambda value: torch.full(value.shape, torch.inf)),
    "nothing but 0": filled_by(lambda value: torch.zeros(value.shape)),
    "numbers near the largest": filled_by(
        lambda value: 9e307 * torch.rand(value.shape, dtype=torch.float64)
    ),
    "random numbers": filled_by(lambda value: torch.randn(value.shape)),
    "random numbers in (0, 1)": filled_by(
        lambda value: (2 * torch.rand(value.shape) - 0.5).clamp(1e-5, 1 - 1e-5)
    ),
    "the inputs": echo,
    "True": lambda answer, _: dict.fromkeys(answer, True),
    "the word ok": lambda answer, _: dict.fromkeys(answer, "ok"),
    "empty lists": lambda answer, _: {name: [] for name in answer},
    "nothing": lambda answer, _: {},
}


@pytest.mark.parametrize("fill", FILLINGS.values(), ids=FILLINGS)
def test_an_answer_of_the_right_shape_gains_nothing(fill):
    gained = [
        judged.id for judged in AUTO if not complaints(judged.id, Learned(judged.notebook, fill))
    ]
    assert gained == []


def test_tensors_without_elements_agree_with_nothing():
    def emptied(answer, probe, inputs):
        return each(lambda value: value.reshape(-1)[:0], answer)

    gained = [
        judged.id
        for judged in AUTO
        if not complaints(judged.id, Liar(key(judged.notebook), emptied))
    ]
    assert gained == []


@TASKS
def test_right_answers_of_another_time_gain_nothing(judged):
    """Neither the recorded answers of the same checks, nor those of earlier calls."""
    tape = []

    def record(answer, probe, inputs):
        tape.append(answer)
        return answer

    assert complaints(judged.id, Liar(key(judged.notebook), record)) == []
    assert complaints(judged.id, Liar(key(judged.notebook), lambda *_: tape.pop(0) if tape else {}))


def alternating(answer, probe, inputs):
    """Terms that add up to 0 in the order in which they are asked for, and 0 for every batch."""
    if inputs["inputs"][0][0].numel() == 1:
        return answer | {"values": [float((-1) ** i) for i in range(len(answer["values"]))]}
    return answer | {"values": [0.0] * len(answer["values"])}


def overflowing(answer, probe, inputs):
    """Terms so large that their sum is infinite, and anything for a batch."""
    large = [9e307 * (1 + i / 1000) for i in range(len(answer["values"]))]
    return answer | {"values": large if inputs["inputs"][0][0].numel() == 1 else [1.0] * len(large)}


def right_values(answer, probe, inputs):
    """The closed form where kl_loss is asked for values; NaN where it is asked for gradients."""
    if len(inputs["inputs"]) == 8:
        return answer | {"values": [float(term(*pair)) for pair in inputs["inputs"]]}
    return answer | {"values": [torch.nan] * len(inputs["inputs"])}


def flat(answer, probe, inputs):
    """The closed form where kl_loss is asked for values; a constant and its gradient otherwise."""
    right = right_values(answer, probe, inputs)
    if len(inputs["inputs"]) == 8:
        return right
    none = [torch.zeros(1, 1)] * len(inputs["inputs"])
    return right | {"values": [2.0] * len(none), "mean_grads": none, "logvar_grads": none}


def own_network(answer, probe, inputs):
    """As if forward had gone without encode and decode, so that neither can be watched."""
    return answer | {"encoded": [], "decoded": []} if probe == "cvae_forward" else answer


def no_encoder(answer, probe, inputs):
    """The same, and an encoder that cannot be asked."""
    if probe == "cvae_parts" and inputs["part"] == "encode":
        raise StudentError("encode fails.")
    return own_network(answer, probe, inputs)


def beyond_all_numbers(answer, probe, inputs):
    """Infinite results where many labels are compared."""
    if probe == "cvae_parts" and len(inputs["inputs"]) == 1:
        return each(
            lambda value: torch.full(value.shape, torch.inf) * torch.randn(value.shape), answer
        )
    return answer


def grey_noise(answer, probe, inputs):
    """Images of random grey, and numbers that grow with the ramps."""
    if probe != "decoded_images":
        return answer
    grey = each(
        lambda value: torch.rand(value.shape).mul(1.2).sub(0.1).clamp(1e-5, 1 - 1e-5), answer
    )
    return grey | {"activated": [(ramp + 6.1) / 12.2 for ramp in inputs["ramps"]]}


def claimed_legend(answer, probe, inputs):
    """A legend of colours that the plot does not have."""
    entry = {
        "colour": torch.tensor([0.123, 0.456, 0.789]),
        "at": torch.tensor([torch.nan, torch.nan]),
    }
    return answer | {
        "explanations": [entry | {"text": str(digit)} for digit in range(10)],
        "explained": True,
    }


CONSTANT = swap("kl_loss", ("-0.5 * terms.sum(dim=1).mean()", "terms.sum() * 0"))
DETACHED = swap("kl_loss", (".mean()", ".mean().item()"))
WIDE = swap(
    "ConditionalVAE",
    (
        "z = self.sample_latent(mean_z, logvar_z)",
        "z = mean_z + logvar_z.exp() * torch.randn_like(mean_z)",
    ),
)
EXCHANGED = swap(
    "ConditionalVAE", ("decode(z, y), mean_z, logvar_z", "decode(z, y), logvar_z, mean_z")
)
NUMBER = swap(
    "ConditionalVAE",
    (
        "coder(y)",
        "coder(y.argmax(1, keepdim=True).expand(-1, 10) / 9)",
    ),
)
UNBOUNDED = swap("VAE", ("torch.sigmoid(x)", "x"))
UNEXPLAINED = swap(
    "scatterplot_latent",
    ('plt.colorbar(points, ticks=range(10), label="digit")', ""),
    ("text = plt.text(*centre, digit", "dict(x=1"),
    ("text.set_path_effects", "list"),
)

# Name: (task, what is wrong with the answer, the lie about it).
LIES = {
    "terms that add up to 0": ("kl-loss-reduction-test", CONSTANT, alternating),
    "terms whose sum overflows": ("kl-loss-reduction-test", CONSTANT, overflowing),
    "no value where a gradient is asked for": ("kl-loss-formula-test", DETACHED, right_values),
    "a constant where a gradient is asked for": ("kl-loss-formula-test", DETACHED, flat),
    "a forward that cannot be watched, σ² for σ": ("cvae-forward-test", WIDE, own_network),
    "a forward that cannot be watched, exchanged": ("cvae-forward-test", EXCHANGED, own_network),
    "a forward without an encoder": ("cvae-forward-test", EXCHANGED, no_encoder),
    "infinite results for ten labels": ("cvae-encoder-test", NUMBER, beyond_all_numbers),
    "random grey": ("vae-activation-test", UNBOUNDED, grey_noise),
    "a legend that is only claimed": ("scatterplot-latent-test", UNEXPLAINED, claimed_legend),
}


@pytest.mark.parametrize("task_id, change, lie", LIES.values(), ids=LIES)
def test_a_lie_about_a_wrong_answer_gains_nothing(task_id, change, lie):
    assert complaints(task_id, key(task(task_id).notebook, change)), (
        "the answer should be wrong without the lie, too"
    )
    assert complaints(task_id, Liar(key(task(task_id).notebook, change), lie))


def test_an_honest_forward_of_its_own_is_still_right():
    """Without encode and decode to watch, forward is judged by its results; they are right here."""
    assert complaints("cvae-forward-test", Liar(key("06_cvae.ipynb"), own_network)) == []


def huge_picture(answer, probe, inputs):
    """A picture with a million rows and columns."""
    images = [
        {
            "values": torch.zeros(1, 1000),
            "x": torch.arange(1000.0) + 1e6 * i,
            "y": torch.tensor([1e6 * i]),
            "low": 0.0,
            "high": 1.0,
        }
        for i in range(1000)
    ]
    return answer | {"figures": [images]}


def many_points(answer, probe, inputs):
    """A scatter plot of a million points."""
    return answer | {"points": torch.zeros(10**6, 2), "colours": torch.zeros(10**6, 3)}


LARGE = {
    "a picture with a million rows and columns": ("plot-latent-test", huge_picture),
    "a million points": ("scatterplot-latent-test", many_points),
}


@pytest.mark.parametrize("task_id, lie", LARGE.values(), ids=LARGE)
def test_an_answer_that_would_fill_the_memory_is_one_sentence(task_id, lie):
    found = complaints(task_id, Liar(key(task(task_id).notebook), lie))
    assert found and all("could not be judged" not in sentence for sentence in found)
