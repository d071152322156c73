"""Notices: what they say, and the channels over which they leave the house."""
