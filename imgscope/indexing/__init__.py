"""Layer bytes → MemberTable, once per layer (``layers``), and the content of chosen members (``content``)."""
