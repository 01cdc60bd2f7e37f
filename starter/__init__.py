"""The caller, for people and scripts: command line, embedded server, stand-ins of the vendors. It never does a run's work."""
