"""Iceberg tables over the archive's own Parquet, for Spark and Trino: metadata, and no data copied."""
