"""What the city works on, its moves and its history."""
