"""Writing results to nbgrader: its gradebook, graded notebooks and feedback pages."""
