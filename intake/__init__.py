"""What others hand in: ledgers, directories and calendar notices, read with care and turned into shapes of models/."""
