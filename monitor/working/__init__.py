"""What the daemon's threads and the workers of many machines share."""
