"""One module per platform: `write(world, ledger)` writes that platform's export files. Nothing is registered: the name is the key."""
