"""The Python API: estates from files (`estate`), the services behind them (`connect`), what to do with them (`public`)."""
