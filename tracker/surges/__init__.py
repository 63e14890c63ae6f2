"""Surges: many cases that are one incident, proposed with the evidence, joined or set aside by a person."""
