"""What would the tallies be, had the matters been counted? What they are; the two must agree at all times."""

from record.tallies import kept as tallied
from record.tallies import recounted

__all__ = ["recounted", "tallied"]
