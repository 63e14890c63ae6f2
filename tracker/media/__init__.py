"""Photos: kept originals and clean derivatives."""
