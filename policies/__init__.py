"""The pure core: every rule that has a source. Instants, policy and calendar come in as arguments; answers go out."""
