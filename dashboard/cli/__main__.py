"""`python -m dashboard.cli` is the same as `tocsin`."""

from dashboard.cli import main

main()
