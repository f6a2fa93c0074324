"""The rules by which a question is answered: the first that knows what to do does; order.py lists them.

Imported by the assistant alone.
"""
