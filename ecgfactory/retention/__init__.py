"""What may be deleted from an output folder: found, decided on, and removed."""
