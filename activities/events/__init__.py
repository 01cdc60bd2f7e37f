"""Events on their way from the gateway to runs, for the worker and the caller."""
