"""What is kept sealed, under which key, and who opens it: keys, sealing, Temporal's payloads."""
