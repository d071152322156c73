"""The programming interface, /api/v1: every route asks record.views, office.Office and policies.access."""
