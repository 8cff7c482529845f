"""The dashboards: one Streamlit page per question, reading the published release and nothing else."""
