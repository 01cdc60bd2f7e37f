"""The commands of `ordinaut`, one a file."""
