"""What the command line and the HTTP interface show of the record: the same values, whoever asks."""
