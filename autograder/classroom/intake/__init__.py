"""Reading the folder of submissions: whose each is, and its files as bytes that can be sent."""
