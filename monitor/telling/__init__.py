"""What a reader is told, when, and what is owed to whom; `monitor/delivery.py` sends it."""
