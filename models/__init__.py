"""The judgement: what may come next, how likely, and against which simple rule."""

import os

# Threads of scikit-learn's OpenMP code spin while they wait; on shared cores that doubles the bill.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
