"""The training of the key that the losses to reach come from, and the bands that it must end in."""
