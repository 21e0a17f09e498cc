"""The stages of a visit; `monitor/pipeline.py` puts them in order."""
