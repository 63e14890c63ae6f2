"""Towns hosted here, each in a schema of its own."""
