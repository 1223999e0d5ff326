"""The main screen, and what pops up over it."""
