"""What does speed mean here? `make bench` measures it on a real dev server; docs/performance.md has the figures."""
