"""Work done after the commit, by workers."""
