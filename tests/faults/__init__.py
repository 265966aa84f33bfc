"""Faults of every kind on whole applies: what they end as, and which safeguard each test stands for."""
