"""The ports to the services and the vendors behind them."""
