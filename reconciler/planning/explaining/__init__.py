"""How a decision came about, for people who ask."""
