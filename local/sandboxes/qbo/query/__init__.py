"""The query language of section 3: words, statements, answers."""
