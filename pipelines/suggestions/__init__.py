"""Findings to suggestions: sentences whose every number comes from a query, decisions, and what came of them."""
