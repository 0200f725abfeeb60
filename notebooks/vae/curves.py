"""Progress of a training: curves that grow with each epoch, and a bar within the epoch.

Nothing in here is graded, and you may read all of it.
"""

import sys
import time

import lab
from matplotlib import pyplot as plt
from matplotlib.lines import Line2D

try:
    from IPython.display import display
except ImportError:  # in a terminal, where the lines of text have to do
    display = None

PARTS = ("loss", "reconstruction", "KL")
COLOURS = dict(zip(PARTS, ("#000000", "#0072b2", "#d55e00"), strict=True))  # for all eyes
STYLES = {
    "training": {"linestyle": "-", "marker": "."},
    "test": {"linestyle": "--", "marker": "o", "markerfacecolor": "none"},
}


class LossCurve:
    """Six curves, three parts of the loss on two data sets; `add` draws them one epoch longer."""

    def __init__(self, num_epochs):
        """num_epochs: how many epochs there will be."""
        self.num_epochs = num_epochs
        self.epochs = []  # losses of each epoch, by data and part
        self.started = time.time()
        self.figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
        plt.close(self.figure)  # otherwise Jupyter shows it once more at the end of the cell
        self.axes = {"loss": left, "reconstruction": left, "KL": right}  # KL is far smaller
        parts = [Line2D([], [], color=colour, label=part) for part, colour in COLOURS.items()]
        data = [Line2D([], [], color="grey", label=data, **STYLES[data]) for data in STYLES]
        self.figure.legend(handles=parts + data, loc="outside right center", frameon=False)
        self.shown = None  # IPython's handle of the picture in the notebook

    def add(self, train_losses, test_losses):
        """Draw and print one more epoch; the grader draws the finished curves only.

        train_losses, test_losses: loss, reconstruction and KL of the two data sets.
        """
        self.epochs.append({"training": _numbers(train_losses), "test": _numbers(test_losses)})
        line = self._describe()
        if lab.PROFILE != "grading" or len(self.epochs) == self.num_epochs:
            self._plot()
            self._show(f"Curves of loss = reconstruction + KL. {line}")
        if len(self.epochs) == 1:
            print("loss = reconstruction + KL after each epoch:")
        print(line)

    def _describe(self):
        """Return number, losses and time left of the last epoch as a line of text."""
        done = len(self.epochs)
        losses = [
            "{} {loss:.3f} = {reconstruction:.3f} + {KL:.3f}".format(data, **parts)
            for data, parts in self.epochs[-1].items()
        ]
        seconds_left = (time.time() - self.started) / done * (self.num_epochs - done)
        minutes, seconds = divmod(round(seconds_left), 60)
        epoch = f"epoch {done:2} of {self.num_epochs}"
        return f"{epoch}: {', '.join(losses)}, {minutes}:{seconds:02} left"

    def _plot(self):
        """Plot colour = part and line style = data, with a mark for each epoch."""
        for axes in self.figure.axes:
            axes.clear()
            axes.grid(alpha=0.4)
            axes.set(xlabel="epoch", xlim=(0, self.num_epochs + 0.5))
            axes.xaxis.get_major_locator().set_params(integer=True)
        for part, axes in self.axes.items():
            for data, style in STYLES.items():
                values = [epoch[data][part] for epoch in self.epochs]
                axes.plot(range(1, len(values) + 1), values, color=COLOURS[part], **style)
        self.axes["loss"].set(title="loss and reconstruction", ylabel="nats per image / batch size")
        self.axes["KL"].set_title("KL")

    def _show(self, alternative_text):
        """Show the picture, in the place of the last one; the text is for screen readers."""
        metadata = {"image/png": {"alt": alternative_text}}
        if self.shown:
            self.shown.update(self.figure, metadata=metadata)
        elif display:
            self.shown = display(self.figure, display_id=True, metadata=metadata)


def _numbers(losses):
    """Return three losses, numbers or tensors of one number, by the names of their parts."""
    return {part: float(value) for part, value in zip(PARTS, losses, strict=True)}


def progress(batches):
    """Yield the batches, and show a bar with images per second and the time left.

    Without the library tqdm there is no bar.
    """
    try:
        from tqdm import tqdm
    except ImportError:
        yield from batches
        return
    dataset = getattr(batches, "dataset", None)
    # Without `disable`, tqdm does what the environment variable TQDM_DISABLE says.
    options = {} if lab.PROFILE == "full" else {"disable": True}
    with tqdm(
        total=len(dataset) if dataset else None,
        unit=" images",
        leave=False,
        file=sys.stdout,
        ncols=80,
        mininterval=0.5,
        **options,
    ) as bar:
        for batch in batches:
            yield batch
            bar.update(len(batch[0]))
