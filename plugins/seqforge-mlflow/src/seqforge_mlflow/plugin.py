"""What this package offers to seqforge; imports no MLflow."""

from __future__ import annotations

from seqforge import CallbackSpec, Option, hookimpl

__all__ = ["seqforge_register_callbacks"]


@hookimpl
def seqforge_register_callbacks() -> list[CallbackSpec]:
    """Offer the callback `mlflow`."""
    return [
        CallbackSpec(
            name="mlflow",
            target="seqforge_mlflow.tracker:Tracker",
            summary="configuration, losses, results and files in MLflow",
            requires=("mlflow", "alembic", "sqlalchemy"),
            options=(
                Option(
                    name="tracking_uri",
                    type=str,
                    default="",
                    help="the server or store; empty: MLFLOW_TRACKING_URI, else mlflow.db in the working folder",
                ),
                Option(name="experiment", type=str, default="", help="the experiment; empty: the name of the recipe"),
                Option(name="run_name", type=str, default="", help="what the run is called; empty: as its folder"),
                Option(
                    name="artifacts",
                    type=bool,
                    default=True,
                    help="whether a complete run's configuration, model, card and page are stored there, too",
                ),
            ),
            install="seqforge-mlflow",
        )
    ]
