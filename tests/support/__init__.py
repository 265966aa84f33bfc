"""What several tests share: a small estate, accounts in memory, live state in a readable form."""
