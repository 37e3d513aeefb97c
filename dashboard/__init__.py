"""The voice: who hears what is known and what may come, on pages, by plain routes and by command."""

import gc

# Python looks for garbage in rings after every 700 things made, and a start makes a million that all stay:
# a third of its processor time. A ring waits a little longer here; what is in none goes at once, as ever.
gc.set_threshold(50_000, 10, 10)
