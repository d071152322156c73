"""What is told of a running process to whoever keeps it running: probes, numbers, traces; off unless it is set."""
