"""The ways a notice leaves: e-mail, text message, web push, webhook."""
