"""The Python API: estates from files (`estate`), the services behind them (`connect`), the calls (`public`)."""
