"""What vendors publish of their own APIs, cut down to the calls that the catalog makes, and the check of a request against it."""
