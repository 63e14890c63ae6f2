"""What must happen to a case at an hour: set by its moves, done once, dropped when the case moves on."""
