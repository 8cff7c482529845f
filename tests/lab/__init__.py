"""The whole engine on simulated worlds with planted truth: `uv run poe score`."""
