"""Mutants that pass the checks and may: each is as right as the key.

An entry is (definitions, line, change), the texts of `Mutant`, in which … stands for any text. An
entry that no survivor fits is out of date, and a test fails.
"""

import re
from collections.abc import Iterable

from . import Mutant

# (definition, line, change)
Entry = tuple[str, str, str]

_TRAIN = "train…"
_TEST = "test…"
_LOOP = "t…"  # _TRAIN and _TEST
_MAP = "plot_latent…"
_SCATTER = "scatterplot_latent…"
_PLOT = "…plot_latent…"  # _MAP and _SCATTER
_ANY = "…"
_SWAPPED = "exchanged with the next"
_ADAM = "optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)"
_AVERAGES = "train_losses = tuple((total / metric[3] for total in metric.data[:3]))"
_CURVE = "curve.add(train_losses, test…(model))"
_POINTS = "points = plt.scatter(…, c=labels, cmap=ten_colours, vmin=-0.5, vmax=9.5, s=4)"
_COLOURBAR = "plt.colorbar(points, ticks=range(10), label='digit')"

# Reason → the mutants that it holds for.
EQUIVALENT: dict[str, tuple[Entry, ...]] = {
    "The two lines do not depend on each other.": (
        (_TRAIN, _ADAM, _SWAPPED),
        (_TRAIN, "model.train()", _SWAPPED),
        (_TRAIN, "x = x.to(device)", _SWAPPED),
        (_TRAIN, "optimizer.zero_grad()", _SWAPPED),
        (_TRAIN, "optimizer.step()", _SWAPPED),
        (_TEST, "model.eval()", _SWAPPED),
        (_TEST, "x = x.to(device)", _SWAPPED),
        (_TRAIN, "y = F.one_hot(y, 10).float().to(device)", _SWAPPED),
        (_PLOT, "plt.…", _SWAPPED),
        (_MAP, "picture = …", _SWAPPED),
        (_MAP, "edge = …", _SWAPPED),
        ("ConditionalVAE.__init__", "self.label_to_encoder = …", _SWAPPED),
    ),
    "Once more changes nothing.": (
        (_TRAIN, "model.train()", "doubled"),
        (_TRAIN, "optimizer.zero_grad()", "doubled"),
        (_TRAIN, _CURVE, "doubled"),
        (_TEST, "model.eval()", "doubled"),
        (_PLOT, "plt.…", "doubled"),
    ),
    "Counted twice and divided by twice the number.": ((_LOOP, "metric.add(…)", "doubled"),),
    "What is here already need not move; where it must, its absence fails at once.": (
        (_ANY, "x = x.to(device)", "dropped"),
        (_ANY, "x = x.to(device)", "x = x.to()"),
        (_ANY, "x = x.to(device)", "x = x"),
        (_ANY, "y = F.one_hot(y, 10).float().to(device)", "y = F.one_hot(y, 10).float().to()"),
        (_ANY, "y = F.one_hot(y, 10).float().to(device)", "y = F.one_hot(y, 10).float()"),
    ),
    "The noise has the same shape, whichever argument it is made for.": (
        (
            "VAE.sample_latent",
            "noise = torch.randn_like(mean_z)",
            "noise = torch.randn_like(logvar_z)",
        ),
    ),
    "The noise is as often positive as negative.": (
        (
            "VAE.sample_latent",
            "return mean_z + torch.exp(0.5 * logvar_z) * noise",
            "return mean_z - torch.exp(0.5 * logvar_z) * noise",
        ),
    ),
    "The label acts with other weights: the layer learns the sign, or a factor for each feature.": (
        ("ConditionalVAE.encode", "…self.conv1(x) + label…", "…self.conv1(x) - label…"),
        ("ConditionalVAE.encode", "…self.conv1(x) + label…", "…self.conv1(x) * label…"),
        ("ConditionalVAE.decode", "…self.expand(z) + …", "…self.expand(z) - …"),
        ("ConditionalVAE.decode", "…self.expand(z) + …", "…self.expand(z) * …"),
    ),
    "Adam takes the same steps, only slower.": (
        (_TRAIN, _ADAM, "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"),
        (_TRAIN, _ADAM, "…fused=False)"),
    ),
    "One sum too many stays 0.": ((_LOOP, "metric = d2l.Accumulator(4)", "…Accumulator(5)"),),
    "The accumulator turns tensors into numbers.": (
        (_TRAIN, "metric.add(…)", "metric.add(loss, recon.item(), …)"),
        (_TRAIN, "metric.add(…)", "…recon, kl.item(), …"),
        (_TRAIN, "metric.add(…)", "…recon.item(), kl, …"),
    ),
    "There are as many labels as images.": (
        (_LOOP, "metric.add(…)", "…, _.shape[0])"),
        (_LOOP, "metric.add(…)", "…, y.shape[0])"),
    ),
    "The averages after each batch are overwritten by those of the epoch.": (
        (_TRAIN, _AVERAGES, "moved into the loop"),
    ),
    "train may return nothing, and more than its losses; nothing is done with it.": (
        (_TRAIN, "return train_losses", "dropped"),
        (_TRAIN, _AVERAGES, "train_losses = (…)"),
        (_TRAIN, _AVERAGES, "…metric.data))"),
        (_TRAIN, _AVERAGES, "…metric.data[:4]))"),
    ),
    "What is drawn and printed of a training is the student's choice, and not judged.": (
        (_TRAIN, "curve = LossCurve(num_epochs)", _ANY),
        (_TRAIN, _CURVE, "curve.add(test…(model), train_losses)"),
        (_TRAIN, _CURVE, "curve.add(test…(model))"),
        (_TRAIN, _CURVE, "curve.add(curve, test…(model))"),
        (_TRAIN, _CURVE, "curve.add(model, test…(model))"),
        (_TRAIN, "for … in progress(train_iter):", "for … in train_iter:"),
    ),
    "The size of a figure, its title, and the names of its axes are the student's choice.": (
        (_PLOT, "plt.figure(figsize=…)", _ANY),
        (_PLOT, "plt.title(…)", _ANY),
        (_PLOT, "plt.xlabel(…)", _ANY),
        (_PLOT, "plt.ylabel(…)", _ANY),
        (_SCATTER, "plt.axis('equal')", _ANY),
    ),
    "Notebooks show each open figure at the end of a cell.": ((_PLOT, "plt.show()", "dropped"),),
    "These are the defaults of meshgrid, and of flip with one dimension.": (
        (_MAP, "z2, z1 = torch.meshgrid(…)", "z2, z1 = torch.meshgrid(grid.flip(0), grid)"),
        (_MAP, "z2, z1 = torch.meshgrid(…)", "…grid.flip(-1), …"),
    ),
    "On the processor already.": (
        (_MAP, "z = torch.stack(…", "z = torch.stack([z1, z2], dim=-1).reshape(-1, 2).to()"),
        (_MAP, "z = torch.stack(…", "z = torch.stack([z1, z2], dim=-1).reshape(-1, 2)"),
        (_MAP, "label = F.one_hot(…", "….float().to()"),
        (_MAP, "label = F.one_hot(…", "….float()"),
        (_MAP, "images = images.cpu().…", "images = images.reshape(31, 31, 28, 28)"),
        (_SCATTER, "means.append(mean_z.cpu())", "means.append(mean_z)"),
        (_SCATTER, "labels.append(y.cpu())", "labels.append(y)"),
        ("scatterplot_latent_cvae", "x, label = (…", "x, label = (x.to(), …"),
        ("scatterplot_latent_cvae", "x, label = (…", "x, label = (x, …"),
        ("scatterplot_latent_cvae", "x, label = (…", "….float().to())"),
        ("scatterplot_latent_cvae", "x, label = (…", "….float())"),
    ),
    "The decoder takes rows and columns of latents, (31, 31, 2), as well.": (
        ("plot_latent", "z = torch.stack(…", "z = torch.stack([z1, z2], dim=-1).to(device)"),
    ),
    "How many numbers stand along an axis, and which, is the student's choice.": (
        (_MAP, "plt.xticks(…)", _ANY),
        (_MAP, "plt.yticks(…)", _ANY),
    ),
    "Numbers along the axes may be off by half an image, and by their rounding.": (
        (_MAP, "edge = 2 + 2 / 30", "edge = 2"),
        (_MAP, "edge = 2 + 2 / 30", "edge = 2 + 1 / 30"),
        (_MAP, "edge = 2 + 2 / 30", "edge = 2 + 3 / 30"),
        (_MAP, "edge = 2 + 2 / 30", "edge = 2 + 2 / 29"),
        (_MAP, "edge = 2 + 2 / 30", "edge = 2 + 2 / 31"),
    ),
    "Any colours that tell the grey values apart do; without limits, they go from the darkest "
    "to the brightest pixel.": (
        (_MAP, "plt.imshow(…)", "plt.imshow(picture, vmin=0, …"),
        (_MAP, "plt.imshow(…)", "plt.imshow(picture, cmap='gray', vmax=1, …"),
        (_MAP, "plt.imshow(…)", "plt.imshow(picture, cmap='gray', vmin=0, extent=…"),
    ),
    "Any ten colours that can be told apart do, in points of any size.": (
        (_SCATTER, _POINTS, "….scatter(means[:, 0], means[:, 1], c=labels, vmin=-0.5, …"),
        (_SCATTER, _POINTS, "…cmap=ten_colours, vmax=9.5, s=4)"),
        (_SCATTER, _POINTS, "…cmap=ten_colours, vmin=-0.5, s=4)"),
        (_SCATTER, _POINTS, "…cmap=ten_colours, vmin=-1.0, vmax=9.5, s=4)"),
        (_SCATTER, _POINTS, "…vmax=9.5)"),
        (_SCATTER, _POINTS, "…vmax=9.5, s=5)"),
        (_SCATTER, _POINTS, "…vmax=9.5, s=3)"),
    ),
    "The colour bar tells the digits apart, whatever else it says.": (
        (_SCATTER, _COLOURBAR, "plt.colorbar(ticks=range(10), label='digit')"),
        (_SCATTER, _COLOURBAR, "plt.colorbar(points, label='digit')"),
        (_SCATTER, _COLOURBAR, "plt.colorbar(points, ticks=range(10))"),
        (_SCATTER, _COLOURBAR, "plt.colorbar(points, ticks=range(11), label='digit')"),
        (_SCATTER, _COLOURBAR, "plt.colorbar(points, ticks=range(9), label='digit')"),
    ),
    "A colour bar, or a digit beside its points: either tells what a colour means.": (
        ("scatterplot_latent", _COLOURBAR, "dropped"),
        ("scatterplot_latent", _COLOURBAR, "points"),
        ("scatterplot_latent", _COLOURBAR, "moved into the loop"),
        ("scatterplot_latent", "for digit in labels.unique().tolist():", _ANY),
    ),
    "How a digit's text looks, and what else is written, is the student's choice.": (
        (_SCATTER, "text = …", "text = plt.text(*centre, digit, …"),
        (_SCATTER, "text = …", "text = plt.text(*centre, centre, …"),
        (_SCATTER, "text = …", "text = plt.text(digit, *centre, …"),
        (_SCATTER, "text.set_path_effects(white_edge)", _ANY),
    ),
    "Means and labels are kept apart, in the same order.": (
        (_SCATTER, "means, labels = (torch.cat(means), torch.cat(labels))", _SWAPPED),
        (_SCATTER, "means.append(mean_z.cpu())", _SWAPPED),
        (_SCATTER, "x = x.to(device)", _SWAPPED),
        (_SCATTER, "means, labels = ([], [])", "labels, means = ([], [])"),
    ),
    "matplotlib takes the labels batch by batch, too.": (
        (_SCATTER, "means, labels = (…", "means, labels = (torch.cat(means), labels)"),
        (_SCATTER, "means, labels = (…", "means, labels = (torch.cat(means), torch.stack(labels))"),
    ),
    "More points, or those of the test images, show the same.": (
        (_SCATTER, "for x, y in itertools.islice(train_iter, 100):", "for x, y in train_iter:"),
        (_SCATTER, "for x, y in itertools.islice(train_iter, 100):", "…islice(test_iter, 100):"),
        (_SCATTER, "for x, y in itertools.islice(train_iter, 100):", "…islice(train_iter, 101):"),
    ),
}


def reason(mutant: Mutant) -> str | None:
    """Return why the mutant is as right as the key; None where it is not listed."""
    return next(
        (
            why
            for why, entries in EQUIVALENT.items()
            if any(fits(entry, mutant) for entry in entries)
        ),
        None,
    )


def stale_entries(survivors: Iterable[Mutant]) -> list[Entry]:
    """Return the entries that none of the survivors fits."""
    survivors = list(survivors)
    entries = (entry for entries in EQUIVALENT.values() for entry in entries)
    return [entry for entry in entries if not any(fits(entry, each) for each in survivors)]


def fits(entry: Entry, mutant: Mutant) -> bool:
    """Tell whether the entry means this mutant."""
    texts = (mutant.definition, mutant.line, mutant.change)
    return all(_pattern(part).fullmatch(text) for part, text in zip(entry, texts, strict=True))


def _pattern(part: str) -> re.Pattern:
    """Compile an entry's text, in which … stands for any text."""
    return re.compile(".*".join(re.escape(each) for each in part.split("…")))
