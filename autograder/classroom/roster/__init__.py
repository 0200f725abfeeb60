"""Who takes the course: students, their groups, and what their platform calls them."""
