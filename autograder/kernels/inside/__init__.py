"""Code that runs inside the sandbox: the warm process, which is forked for each kernel.

Imports nothing else of ours: the sandbox shows this package alone, under another name.
"""
