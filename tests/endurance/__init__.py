"""What does the engine lose when everything beneath it is killed, filled up, cut off and lied to? `make endure`."""
