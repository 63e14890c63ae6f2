"""Crews and triage: who does what, and why."""
