"""What students get back: one page each, zips of the pages for the platforms, nbgrader's pages."""
