"""Questions people ask, one a file: why, what would change, what comes next, whether a deadline can be met."""
