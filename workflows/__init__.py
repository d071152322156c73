"""Durable processes, one per module: they keep time and order and leave every rule to policies/."""
