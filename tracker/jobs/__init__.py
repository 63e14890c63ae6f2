"""What workers do: follow facts, fire timers, run what is due at an hour, hand deliveries over."""
