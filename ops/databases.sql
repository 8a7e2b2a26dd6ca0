-- Beside Airflow's own database, the City's. PostgreSQL's image runs this when it first starts.
CREATE DATABASE paloverde;
