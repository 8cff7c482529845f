"""Registers: what people decide or plan, written into templates and taken in like any export."""
