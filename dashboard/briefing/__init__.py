"""Briefings: what is known about a community, a group or a district, as a document that can be checked."""
