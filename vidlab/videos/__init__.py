"""Videos: one file to frames, benchmarks and their splits, and the store that decodes each file once."""
