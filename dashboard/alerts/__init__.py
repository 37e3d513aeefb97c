"""Alerts: pure rules, the daily step that applies them, and what people do with a warning."""
