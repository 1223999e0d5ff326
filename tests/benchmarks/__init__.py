"""What anyone can run and CI does not time: scripts that print tables."""
