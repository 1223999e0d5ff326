"""One rule a file; ``placed`` is what rules about places have in common."""
