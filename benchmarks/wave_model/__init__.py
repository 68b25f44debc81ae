"""Training of the network of `ecgfactory.waves`, and its accuracy on records that it did not see."""
