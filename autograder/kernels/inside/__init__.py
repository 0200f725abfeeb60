"""What runs inside the sandbox: a warm process that is forked for each kernel.

Imports nothing else of ours.
"""
