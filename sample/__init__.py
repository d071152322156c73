"""A made-up past for a sample office: who said what when, played on virtual time into a record by the rules."""
