"""The record: what was reported, by whom, how sure, and about whom."""
