"""The report as one HTML file that needs nothing else: no script, font or style from elsewhere, no network.

``data`` makes what the page's scripts draw from, in bounded size; ``page`` puts it, the tables and the scripts
together. Everything from the image is text: templates escape it, scripts set it as text, and the page's own policy
forbids whatever else might have crept in.
"""
