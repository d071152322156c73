"""What happened: the ledger of acts, and the views, notices and numbers that are kept in step with it."""
