"""What people told the city: intake in one transaction."""
