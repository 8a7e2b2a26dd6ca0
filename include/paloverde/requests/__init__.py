"""Public Records Act requests: the clock, the file of each request, review, redaction and letters."""
