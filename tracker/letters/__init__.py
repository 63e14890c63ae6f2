"""What the town puts in writing: permits, decisions and notices as PDF, dates as calendar files."""
