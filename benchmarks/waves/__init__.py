"""What the page on waves is made of, a section a file: finders of P, QRS and T against cardiologists."""
