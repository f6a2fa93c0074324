"""What a question asks for, as far as its own words and the talk go."""
