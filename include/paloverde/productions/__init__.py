"""Discovery productions: what the City hands over in litigation, as review platforms load it."""
