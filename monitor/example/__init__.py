"""A small government site of invented places, served on loopback, so that a first run has something to show."""
