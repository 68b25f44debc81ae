"""What the page on rhythms is made of, a section a file: composed ECGs before judges who don't know them."""
