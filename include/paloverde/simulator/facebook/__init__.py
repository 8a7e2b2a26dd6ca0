"""Facebook Pages: the Graph API as one Page's tools see it."""
