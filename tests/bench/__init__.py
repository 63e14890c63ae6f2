"""What the hot paths cost, in one run, as ratios to PostgreSQL at the same work (docs/benchmarks.md)."""
