"""Duplicates: learning what makes two reports one, and judging how well it is done."""
