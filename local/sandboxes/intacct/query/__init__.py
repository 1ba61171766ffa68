"""How records are found: `query`, `readByQuery` and the paths of fields."""
