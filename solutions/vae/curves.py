"""Progress of a training: a curve that grows with each epoch, and a bar within the epoch.

Nothing in here is graded, and you may read all of it.
"""

import sys

import lab
from IPython.display import display
from matplotlib import pyplot as plt
from tqdm import tqdm


class LossCurve:
    """A plot of losses against the epoch; `add` draws it again in the same place."""

    def __init__(self, labels, num_epochs):
        """labels: the name of each loss; num_epochs: how many epochs there will be."""
        self.labels = labels
        self.num_epochs = num_epochs
        self.epochs = []  # the losses of each epoch
        figure, self.axes = plt.subplots(figsize=(5, 3))
        plt.close(figure)  # otherwise Jupyter shows it once more at the end of the cell
        self.shown = None  # IPython's handle of the picture in the notebook

    def add(self, losses):
        """Draw the losses of one more epoch; the grader draws the finished curve only."""
        self.epochs.append(losses)
        if lab.PROFILE == "grading" and len(self.epochs) != self.num_epochs:
            return
        self._plot()
        if self.shown:
            self.shown.update(self.axes.figure)
        else:
            self.shown = display(self.axes.figure, display_id=True)

    def _plot(self):
        """Plot one line for each loss, with a dot for each epoch."""
        self.axes.clear()
        for label, values in zip(self.labels, zip(*self.epochs, strict=False), strict=False):
            self.axes.plot(range(1, len(values) + 1), values, marker=".", label=label)
        self.axes.set_xlim(0, self.num_epochs)
        self.axes.set(xlabel="epoch", ylabel="nats per image / batch size")
        self.axes.grid()
        self.axes.legend()


def progress(batches):
    """Yield the batches, and show a bar with images per second and the time left."""
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
