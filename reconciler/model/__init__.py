"""Values only: what every other room speaks in."""
