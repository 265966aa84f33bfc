"""What users write: YAML documents to typed specs, every value with its position."""
