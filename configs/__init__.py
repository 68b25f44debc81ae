"""Ready build and retention requests, and the quality policies they name."""
