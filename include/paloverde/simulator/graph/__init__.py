"""What Facebook's and Instagram's parts of the Graph API have in common on the wire."""
