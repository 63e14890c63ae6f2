"""What the hot paths cost, measured in one run as ratios to PostgreSQL doing the same work (docs/benchmarks.md)."""
