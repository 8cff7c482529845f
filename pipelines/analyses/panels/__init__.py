"""Effects from panels: campaigns, experiments, people's behaviour, and what a decision brought."""
