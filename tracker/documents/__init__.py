"""Documents that people send: PDFs inspected apart, kept as they came, handed out and never opened."""
