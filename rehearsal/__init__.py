"""Rehearsals: whole procedures played on virtual time, from a scenario file or a seeded stream of replies."""
