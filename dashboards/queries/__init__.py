"""What each page asks of the marts: SQL in, rows out; nothing here draws."""
