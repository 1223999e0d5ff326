"""Advice: rules that look for what an image could do without; facts → findings. Pure.

``facts`` is what rules may ask for, found out once for all of them; ``registry`` is the list of rules, each a file in
``rules``; ``engine`` asks them and keeps their sums honest. A wasted byte is told of by one rule, the most specific.
"""
