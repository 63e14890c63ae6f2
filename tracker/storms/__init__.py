"""Storm mode: promises of ordinary work suspended by district, snow promises counted from the last flake."""
