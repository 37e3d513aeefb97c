"""The ways out: tables for spreadsheets, maps and other programs, and the whole store as one file."""
