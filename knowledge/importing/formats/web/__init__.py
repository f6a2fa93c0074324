"""A web page: what of it is shown, what of that is the document, and what the page says of it."""
