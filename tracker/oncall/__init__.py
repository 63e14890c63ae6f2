"""Who is on call, who was paged about which danger, and who answered."""
