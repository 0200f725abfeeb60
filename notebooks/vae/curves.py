"""What a training shows while it runs: a curve that grows with each epoch, and a bar within the
epoch.

Nothing in here is graded, and everything in here may be read.
"""

import sys

import lab
from IPython.display import display
from matplotlib import pyplot as plt
from tqdm import tqdm


class LossCurve:
    """Losses against the epoch, drawn anew in the same place by each `add`."""

    def __init__(self, labels, num_epochs):
        """labels: the name of each loss; num_epochs: how many epochs there will be."""
        self.labels = labels
        self.num_epochs = num_epochs
        self.epochs = []  # for each epoch its losses
        figure, self.axes = plt.subplots(figsize=(5, 3))
        plt.close(figure)  # else Jupyter shows it once more at the end of the cell
        self.shown = None

    def add(self, losses):
        """Draw the losses of one more epoch. While grading, only the finished curve is drawn."""
        self.epochs.append(losses)
        if lab.PROFILE == "grading" and len(self.epochs) != self.num_epochs:
            return
        self.axes.clear()
        for label, values in zip(self.labels, zip(*self.epochs, strict=False), strict=False):
            self.axes.plot(range(1, len(values) + 1), values, marker=".", label=label)
        self.axes.set(
            xlim=(0, self.num_epochs), xlabel="epoch", ylabel="nats per image / batch size"
        )
        self.axes.grid()
        self.axes.legend()
        if self.shown:
            self.shown.update(self.axes.figure)
        else:
            self.shown = display(self.axes.figure, display_id=True)


def progress(batches):
    """The batches of one pass, with a bar that tells images per second and the time left, and goes
    when it is full.
    """
    dataset = getattr(batches, "dataset", None)
    silent = {} if lab.PROFILE == "full" else {"disable": True}
    with tqdm(
        total=len(dataset) if dataset else None,
        unit=" images",
        leave=False,
        file=sys.stdout,
        ncols=80,
        mininterval=0.5,
        **silent,
    ) as bar:
        for batch in batches:
            yield batch
            bar.update(len(batch[0]))
