"""Pure: specs, dataset facts and observations in, a plan out."""
