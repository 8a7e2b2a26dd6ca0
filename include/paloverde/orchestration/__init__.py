"""Everything that knows Airflow, and the processes that Airflow is made of.

`people`, `nights`, `tether`, `supervise` and `demo` import nothing of Airflow; `steps`, `retries`, `roles`,
`auth`, `sign_in` and `about` do.
"""
