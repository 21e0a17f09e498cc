"""What is compared with what: series, pairs, changes, and the ledger of targets."""
