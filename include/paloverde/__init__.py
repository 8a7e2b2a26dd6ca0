"""Paloverde: a city's own archive of its social media, run by Apache Airflow."""

__version__ = "0.1.0"
