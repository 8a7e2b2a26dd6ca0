"""The desk: the web pages on which City staff work, and the page of a link to a released bundle."""
