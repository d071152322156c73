"""Evidence that a third party can check: seals over the record, packages, and what befell workflows from outside."""
