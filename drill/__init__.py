"""Drills: scenarios played through the real workflows, activities and database on a Temporal server."""
