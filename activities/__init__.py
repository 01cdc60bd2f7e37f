"""What touches the world, for the worker: the catalog, secrets, the tool call and its transports. Everything here is safe to run twice."""
