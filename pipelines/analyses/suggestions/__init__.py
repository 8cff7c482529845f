"""Where the analyses of suggestions are listed; what they do is in pipelines/suggestions."""
