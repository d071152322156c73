"""Consistent copies of everything an office keeps, taken while it works, and the way back."""
