"""Web pages for people outside of Airflow: so far the one page of a link to a released bundle."""
