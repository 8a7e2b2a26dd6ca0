"""What Facebook and Instagram share: the Graph API's pages, errors, limits, look-ups and downloads."""
