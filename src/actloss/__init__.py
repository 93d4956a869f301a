"""Activation and loss functions, written once in plain NumPy."""
