"""The console: what stands where and why, for people who look rather than read; a module for each page.

Nothing is decided here: whose a page is says policies/access.py, what may be said now policies/offering.py, what is
overdue the record.
"""
