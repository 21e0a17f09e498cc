"""Text → statements. `RULES_VERSION` goes up when a rule changes what is read, so that it is known what read a text."""

RULES_VERSION = 2
