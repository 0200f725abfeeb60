"""One notebook as data: read, recovered where it is damaged, its cells and outputs understood;
nothing runs here.
"""
