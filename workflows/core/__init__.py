"""The pipeline language in pure Python: it would run in a notebook. No temporalio, no files, no network, no clock."""
