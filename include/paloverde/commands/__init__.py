"""One module for each command of `paloverde`; `cli.COMMANDS` lists them."""
