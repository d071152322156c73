"""The command line: reads what was typed, asks the office, the record or a rehearsal, and shows the answer."""
