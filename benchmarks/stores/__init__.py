"""Real servers of object stores on loopback, and what may happen to those who use them."""
