"""An Official Account (公众号): messages come by callback, answers go as customer messages or as its answer."""
