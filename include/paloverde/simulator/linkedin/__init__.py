"""LinkedIn: the Community Management API as one page's administrator sees it."""
