"""Readers' corrections: kept beside the machine's reading, applied on top."""
