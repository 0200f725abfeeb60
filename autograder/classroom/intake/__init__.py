"""What was handed in: whose it is, and its files as bytes that can be sent."""
