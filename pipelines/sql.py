"""Text for SQL statements."""


def literal(text: object) -> str:
    """A SQL string literal. (DuckDB imports pandas, a second of CPU, to look at parameters; so paths go in as literals.)"""
    return "'" + str(text).replace("'", "''") + "'"
