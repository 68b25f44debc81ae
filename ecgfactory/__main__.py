"""`python -m ecgfactory`: the command line."""

from ecgfactory.cli.main import main

main()
