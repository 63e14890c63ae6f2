"""Who wants to hear about what, what is said to them, and every attempt to deliver it."""
