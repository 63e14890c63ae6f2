"""What a case costs and what was paid for it: facts an agent or a signed callback records, never a card."""
