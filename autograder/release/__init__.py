"""Writing the release: a new one is made beside the old, and swapped in where nothing is lost."""
