"""Instagram: the Graph API as the tools of the Page see it that an account is linked to."""
