"""Shapes only: what is passed between the parts of the engine, frozen and validated; no rule lives here."""
