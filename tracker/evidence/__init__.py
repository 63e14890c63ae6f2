"""Evidence: the sealed histories checked, signed checkpoints of them, certificates, and holds."""
