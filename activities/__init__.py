"""What Temporal calls: one class per collaborator, each method one effect that may be repeated without harm."""
