"""What to know about this machine where student code is graded; on the standard error stream."""

from rich.panel import Panel
from rich.text import Text

from .kernels import describe_danger, prepare
from .paths import data_folder, has_mnist
from .terminal import open_console

WAY_TO_MNIST = "python -c \"from torchvision.datasets import MNIST; MNIST('{}', download=True)\""


def prepare_sandbox() -> None:
    """Start in the background what kernels need: before torch is loaded here, for it takes long."""
    prepare(data_folder())


def warn_of_missing_sandbox() -> None:
    """Say loudly, before student code runs, where there is no sandbox."""
    danger = describe_danger()
    if danger:
        panel = Panel(Text(danger), title="NO SANDBOX", border_style="bold red")
        open_console(stderr=True).print(panel)


def mention_missing_data() -> None:
    """Say what is not measured where MNIST is missing, and how to get it."""
    folder = data_folder()
    if not has_mnist():
        open_console(stderr=True).print(
            f"MNIST is not in {folder}, so the two losses to reach (0 points) are not measured. "
            f"LAB_DATA names another folder; this downloads it: {WAY_TO_MNIST.format(folder)}",
            soft_wrap=True,
        )
