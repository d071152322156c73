"""Files handed in beside what is said: looked at, scanned, kept by hash, given back, cleared."""
