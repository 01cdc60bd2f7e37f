"""When pipelines run: rules and business calendars, and what Temporal is told of them."""
