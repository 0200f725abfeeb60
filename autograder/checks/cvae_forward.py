"""Checks of ConditionalVAE's forward: order, own labels, sampling, activation.

encode and decode are replaced by a known encoder and a recorder, so that a mistake in them costs
nothing here; a forward that does without them is judged by what its results show.
"""

import torch
from torch import Tensor

from ..probes.student import Student, StudentError
from .cvae_encoder_decoder import replaced
from .cvae_forward_inlined import order_complaint, sampling_complaint
from .judging import close, fresh, in_unit_interval, kind, seed, shaped, show, signed
from .learning import learning_complaint
from .outcome import Complaint, check
from .sampling import SE, STD, gradient_complaint, named_law

_ROWS = 5
_CALLS = 20  # of 5,000 images: 100,000 draws in each of two latent dimensions


def _recorded(student: Student, rows: int = _ROWS, calls: int = 1) -> dict:
    """The probe's answer for random means of size 3, log-variances of both signs and random labels;
    and its inputs.
    """
    rng = fresh()
    mean = torch.tensor(
        rng.uniform(2.5, 3.5, 2) * rng.permutation([1, -1]), dtype=torch.float32
    ).expand(rows, 2)
    logvar = torch.tensor(
        rng.uniform(0.5, 1.5, 2) * rng.permutation([1, -1]), dtype=torch.float32
    ).expand(rows, 2)
    inputs = {
        "x": torch.tensor(
            rng.uniform(0, 1, (rows if calls == 1 else 1, 1, 28, 28)), dtype=torch.float32
        ),
        "y": torch.tensor(
            rng.permutation(10)[:rows] if calls == 1 else rng.integers(10, size=rows)
        ),
        "mean": mean.contiguous(),
        "logvar": logvar.contiguous(),
        "picture": torch.tensor(rng.uniform(0, 1, (1, 1, 28, 28)), dtype=torch.float32),
    }
    answer = student.probe("cvae_forward", seed=seed(rng), calls=calls, **inputs)
    return {**answer, "inputs": inputs}


def _triple(output) -> list:
    if not isinstance(output, list) or len(output) != 3:
        raise Complaint(
            f"forward should return recon_x, mean_z, logvar_z; it returns {kind(output)}."
        )
    return output


def _real(
    student: Student, labels: list[Tensor], x: Tensor, reseed: bool, gain: float = 1.0
) -> list[list[list]]:
    """forward's results of the network itself, [seed][labels] → [recon_x, mean_z, logvar_z]."""
    rng = fresh()
    answer = student.probe(
        "cvae_parts",
        part="forward",
        seeds=[seed(rng) for _ in range(8)],
        gain=gain,
        reseed=reseed,
        inputs=[[x, y] for y in labels],
    )
    shapes = {"recon_x": (_ROWS, 1, 28, 28), "mean_z": (_ROWS, 2), "logvar_z": (_ROWS, 2)}
    return [
        [
            [
                shaped(part, shape, f"{name} of {_ROWS} images")
                for part, (name, shape) in zip(_triple(output), shapes.items(), strict=True)
            ]
            for output in given
        ]
        for given in answer["outputs"]
    ]


def _random_inputs() -> tuple[Tensor, Tensor]:
    rng = fresh()
    x = torch.tensor(rng.uniform(0, 1, (_ROWS, 1, 28, 28)), dtype=torch.float32)
    return x, torch.tensor(rng.permutation(10)[:_ROWS])


@check("order and range", "forward returns recon_x in [0, 1], mean_z and logvar_z, in this order.")
def forward_order(student: Student) -> str | None:
    """Known mean and log-variance must come back; pixels stay in [0, 1] for parameters of any size."""
    answer = _recorded(student)
    output, inputs = _triple(answer["outputs"][0]), answer["inputs"]
    known = {
        "recon_x": inputs["picture"].expand(_ROWS, 1, 28, 28),
        "mean_z": inputs["mean"],
        "logvar_z": inputs["logvar"],
    }
    reached = {
        "recon_x": answer["decoded"],
        "mean_z": answer["encoded"],
        "logvar_z": answer["encoded"],
    }
    for name, value in zip(known, output, strict=True):
        if not reached[name]:
            continue
        seen = shaped(
            value, tuple(known[name].shape), f"{name}, in its place in (recon_x, mean_z, logvar_z),"
        )
        if not close(seen, known[name], scale=1e-2):
            other = next(
                (
                    place
                    for place, there in known.items()
                    if there.shape == seen.shape and close(seen, there, scale=1e-2)
                ),
                "something else",
            )
            return (
                f"forward should return recon_x, mean_z, logvar_z; in the place of {name} there is "
                f"{other}."
            )
    x, y = _random_inputs()
    try:
        results = _real(student, [y], x, False) + _real(student, [y], x, False, gain=1.5)
    except StudentError:
        if not all(reached.values()):
            raise
        return None  # the encoder or the decoder itself fails, which its own check says
    images = torch.stack([given[0][0] for given in results])
    if not in_unit_interval(images):
        return (
            f"Pixels of recon_x should lie in [0, 1]; yours lie between {show(images.min())} and "
            f"{show(images.max())}. What ended the decoder of the VAE?"
        )
    return None if all(reached.values()) else order_complaint(student, x, y)


@check("own label", "Encoder and decoder get each image's own label.")
def forward_labels(student: Student) -> str | None:
    """The labels that encode and decode receive, or which rows react to one changed label.

    Networks that give all images the same value are left out, such as those with a dead ReLU at the
    end.
    """
    answer = _recorded(student)
    inputs = answer["inputs"]
    for part, received in (("encode", answer["encoded"]), ("decode", answer["decoded"])):
        for label in received:
            if not isinstance(label, Tensor) or label.flatten().tolist() != inputs["y"].tolist():
                got = label.flatten().tolist()[:10] if isinstance(label, Tensor) else kind(label)
                return (
                    f"forward should pass on the labels it got, {inputs['y'].tolist()}; {part} "
                    f"received {got}."
                )
    for image in answer["images"]:
        if (
            not isinstance(image, Tensor)
            or image.shape != inputs["x"].shape
            or not torch.equal(image, inputs["x"])
        ):
            return (
                "forward should pass its images on to the encoder as they are; encode received "
                "others."
            )
    if answer["encoded"] and answer["decoded"]:
        return None
    x, y = _random_inputs()
    cases = [y, *(replaced(y, (y + 3) % 10, row) for row in range(_ROWS))]
    results = _real(student, cases, x, True)
    for place, name in enumerate(("recon_x", "mean_z")):
        values = torch.stack(
            [torch.stack([output[place].flatten(1) for output in given]) for given in results]
        )
        alive = ((values[:, 0] - values[:, 0, :1]).abs() > 1e-5).any(2).any(1)  # (network,)
        if not alive.any():
            continue
        share = (
            ((values[:, 1:] - values[:, :1]).abs().amax(3) > 1e-5)[alive].float().mean(0)
        )  # (changed row, row)
        if float((share * (1 - torch.eye(_ROWS))).max()) > 0:
            return (
                "Each image should depend on its own label alone; one changed label changes "
                f"{name} of others."
            )
        if float(share.diagonal().mean()) < 0.5:
            return f"{name} should depend on the label; with another label it stays the same."
    return None


@check(
    "sampling",
    "forward decodes a sample: normal, with the mean and the standard deviation that encode gives.",
)
def forward_sampling(student: Student) -> str | None:
    """Mean and standard deviation of 100,000 draws in two dimensions; where they cannot be had, two
    calls that differ.

    A right answer fails with a probability below 2e-11: 2.6e-12 for each of two means and two
    standard deviations beyond 7 standard errors (normal and χ² distribution).
    """
    few = _recorded(student)
    if not (few["encoded"] and few["decoded"]):
        return _differs(student) or sampling_complaint(student)
    answer = _recorded(student, rows=5000, calls=_CALLS)
    codes = [
        shaped(code, (5000, 2), "What forward decodes for 5000 images", nan=True).double()
        for code in answer["codes"]
    ]
    sample = torch.cat(codes)
    mean, logvar = (answer["inputs"][name][0].double() for name in ("mean", "logvar"))
    sigma = (logvar / 2).exp()
    seen_mean, seen_std = sample.mean(0), sample.std(0)
    off = ((seen_mean - mean).abs() / (SE * sigma)).maximum((seen_std / sigma - 1).abs() / STD)
    if bool((off <= 1).all()):
        return None
    worst = int(off.nan_to_num(nan=torch.inf).argmax())
    return (
        f"With mean {show(mean[worst])} and logvar {show(logvar[worst])}, what is decoded should "
        f"have mean {show(mean[worst])} and standard deviation {show(sigma[worst])}; yours has "
        f"mean {show(seen_mean[worst])} and standard deviation {show(seen_std[worst])}. "
        f"{named_law(mean, logvar, sample, sample.flip(0))}"
    )


def _differs(student: Student) -> str | None:
    x, y = _random_inputs()
    same = [torch.equal(given[0][0], given[1][0]) for given in _real(student, [y, y], x, False)]
    if sum(same) > len(same) / 2:
        return (
            "Two calls of forward with the same images should give different reconstructions; "
            "yours are equal. Forward must go through sample_latent."
        )
    return None


@check("gradient", "The gradient of the reconstruction reaches the encoder through the sample.")
def forward_gradient(student: Student) -> str | None:
    """Gradients of what decode gets, by value, relative tolerance 1e-3; else which parameters
    recon_x learns by.
    """
    rng = fresh()
    mean, logvar, weights = (
        signed(rng, low, high, (_ROWS, 2)) for low, high in ((0.3, 2), (0.3, 1), (0.5, 2))
    )
    x, y = _random_inputs()
    answer = student.probe(
        "cvae_forward",
        seed=seed(rng),
        x=x[:1],
        y=y,
        mean=mean,
        logvar=logvar,
        weights=weights,
        picture=x[1:2],
    )
    if not (answer["encoded"] and answer["decoded"]):
        return learning_complaint(student, "forward", [x, y])
    sample = shaped(
        answer["codes"][-1], (_ROWS, 2), f"What forward decodes for {_ROWS} images", nan=True
    )
    return gradient_complaint(answer, mean, logvar, weights, sample)
