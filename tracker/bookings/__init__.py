"""What the town lends: rooms, things, places on a crew's tour; who holds what, and who waits in line."""
