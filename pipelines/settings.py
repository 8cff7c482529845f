"""Where Social Pulse keeps its data and how it behaves: read once from the environment (prefix ``PULSE_``)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_DIR = PROJECT_DIR / "dbt_project"


class Settings(BaseSettings):
    """Every knob, with its default; ``PULSE_DATA_DIR=/srv/pulse pulse run`` moves the whole data folder."""

    model_config = SettingsConfigDict(env_prefix="PULSE_", extra="ignore")

    data_dir: Path = Field(default=PROJECT_DIR / "data", description="Folder that holds everything Social Pulse writes.")
    keep_releases: int = Field(default=5, ge=1, description="How many published releases stay on disk for rollback.")
    min_free_gb: float = Field(default=0.5, ge=0, description="A run refuses to start with less free disk than this.")
    settle_seconds: float = Field(
        default=2, ge=0, description="A file in landing is left alone until nobody has written to it for so long."
    )
    archive_days: int = Field(
        default=90, ge=0, description="How long originals stay in the archive, where the source's register says nothing."
    )
    max_upload_mb: int = Field(default=200, ge=1, description="The largest file that the app takes as an upload.")
    app_port: int = 8501
    dagster_port: int = 3000
    lock_wait_seconds: float = Field(default=3600, description="How long a run waits for another run to finish.")

    @cached_property
    def root(self) -> Path:
        return self.data_dir.expanduser().resolve()

    @property
    def landing(self) -> Path:
        """Files as given. Social Pulse reads here and changes nothing that a person put here."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def archive(self) -> Path:
        """Original bytes of every file taken in, under their SHA-256."""
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        """One JSON note per file that could not be taken in: what was wrong and what to do."""
        return self.root / "quarantine"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def build(self) -> Path:
        """Private half-built warehouses; nothing here is ever read by the app."""
        return self.root / "build"

    @property
    def warehouse(self) -> Path:
        """The link analysts open: always the last good release."""
        return self.root / "warehouse.duckdb"

    @property
    def user_formats(self) -> Path:
        return self.root / "formats"

    @property
    def quality(self) -> Path:
        """Great Expectations results and Data Docs."""
        return self.root / "quality"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"

    @property
    def secrets_file(self) -> Path:
        """Credentials of the connectors (mode 0600), for those who do not give them in the environment."""
        return self.root / "secrets.yaml"

    @property
    def tokens(self) -> Path:
        """Access and refresh tokens, which the platforms rotate (mode 0600), and until when a quota is used up."""
        return self.root / "tokens"

    @property
    def forgotten_file(self) -> Path:
        """Pseudonyms of people who asked to be erased: their rows are refused from then on."""
        return self.root / "forgotten.json"

    @property
    def key_file(self) -> Path:
        """The per-install key of the pseudonyms (mode 0600)."""
        return self.root / "pseudonym.key"


def settings() -> Settings:
    """The settings of this moment. Not cached: tests and callers may move ``PULSE_DATA_DIR``."""
    return Settings()
