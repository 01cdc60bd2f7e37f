"""Rules of all kinds, to compare what Temporal lists with what the reference says."""
