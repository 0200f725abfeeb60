"""One notebook as data: reads files, even damaged ones, and analyses cells; runs nothing."""
