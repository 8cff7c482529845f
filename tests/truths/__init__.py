"""Published figures that our own code must reproduce, and public data that it is measured on."""
