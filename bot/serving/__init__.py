"""Keeps a base ready and answers from it, while the base may change."""
