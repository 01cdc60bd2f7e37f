"""Events, for those who send them to pipelines."""
