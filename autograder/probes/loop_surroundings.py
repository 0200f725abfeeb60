"""What surrounds a training loop while it is judged: its data, its printed text, and its test.

A mistake in `test` is paid for where `test` is judged, so a training that measures after each epoch
measures a copy of its model, and another test stands in for one that the training cannot use.
"""

import copy
import io
from collections import Counter

import torch
from torch.utils.data import TensorDataset

KEPT = 2000  # characters of printed text
LOSSES = (1.0, 0.75, 0.25)  # what a test that stands in returns: loss, reconstruction, KL
TEST_OF = {"train": "test", "train_cvae": "test_cvae"}


class LastText(io.TextIOBase):
    """A stream that keeps the end of what is written."""

    def __init__(self):
        self.text = ""

    def writable(self):
        return True

    def write(self, text):
        self.text = (self.text + text[-KEPT:])[-KEPT:]
        return len(text)


class CountedImages(TensorDataset):
    """Images and labels that count how many of them are looked at.

    `seen` is the number of all looks; `seen_after` counts them by how many images of `other` had
    been seen by then; `of_decoy` counts the measurements of a decoy.
    """

    def __init__(self, *tensors, other=None):
        super().__init__(*tensors)
        self.other, self.seen, self.seen_after = other, 0, Counter()
        self.of_decoy = 0

    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        self.count(len(y) if y.dim() else 1)
        return x, y

    def count(self, images):
        """Count looks at so many images."""
        self.seen += images
        if self.other is not None:
            self.seen_after[self.other.seen] += images


def test_apart(test, test_images, decoy):
    """Return a test function that measures a copy of its model, and never fails.

    Args:
        test: the student's function.
        test_images: each call counts as one look at all of these.
        decoy: a model whose measurement counts for nothing.
    """

    def measure_copy(*arguments, **keywords):
        given = [*arguments, *keywords.values()]
        model = next((each for each in given if isinstance(each, torch.nn.Module)), None)
        if model is None:
            return test(*arguments, **keywords)
        twin = copy.deepcopy(model)
        before = test_images.seen, Counter(test_images.seen_after)
        # The context ends with the mode that it began with.
        with torch.set_grad_enabled(torch.is_grad_enabled()):
            losses = _measure(test, _replaced(arguments, keywords, model, twin), twin)
        test_images.seen, test_images.seen_after = before
        if model is decoy:
            test_images.of_decoy += 1
        else:
            test_images.count(len(test_images))
        model.train(twin.training)
        return losses

    return measure_copy


def _measure(test, call, twin):
    """Return what a test returns for a call; the losses of a stand-in where it raises."""
    arguments, keywords = call
    try:
        return test(*arguments, **keywords)
    except Exception:  # noqa: BLE001 - the student's code may raise anything
        return stand_in(twin)


def _replaced(arguments, keywords, model, twin):
    """Return the arguments of a call with another model in the place of this one."""
    return (
        [twin if each is model else each for each in arguments],
        {name: twin if each is model else each for name, each in keywords.items()},
    )


def stand_in(model):
    """Stand in for a test: switch to evaluation mode, return three numbers."""
    model.eval()
    return LOSSES
