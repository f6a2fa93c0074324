"""The web: a page, an API, and what the staff use in a browser. An adapter like the messengers; it shares nothing with
them."""
