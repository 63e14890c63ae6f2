"""What the city and those who reported write to each other, and the notes that colleagues keep apart."""
