"""The grader of the VAE assignment: folders that students handed in become points and messages."""
